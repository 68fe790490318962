"""A playbook as a file, with what the file cannot hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.paging import only
from casebook.api.who import actor_of
from casebook.errors import Invalid, NotAllowed
from casebook.playbooks import exporting
from casebook.playbooks.export.render import FORMATS, Export

NOT_HELD = "X-Casebook-Not-Held"
"""How many sentences `?losses=1` has to tell of what the file cannot hold."""


class ExportView(APIView):
    @extend_schema(
        operation_id="playbooks_export",
        parameters=[
            OpenApiParameter("format", enum=list(FORMATS), description="yaml unless asked"),
            OpenApiParameter("version", int, description="the published one unless asked"),
            OpenApiParameter("losses", enum=["1"], description="what the file could not hold, instead of the file"),
        ],
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, "The file, as `text/markdown`, `application/yaml` or `application/json`."
            )
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        actor = actor_of(request)
        if not actor.may("playbook.read"):
            raise NotAllowed("Your role does not read playbooks.")
        only(request, ["format", "version", "losses"])
        name = request.query_params.get("format", "yaml")
        if name not in FORMATS:
            raise Invalid("There is no such format.", errors={"format": [f"one of {', '.join(FORMATS)}"]})
        version = exporting.version_to_export(actor, slug, request.query_params.get("version"))
        made = exporting.export_of(version, name)
        if request.query_params.get("losses") == "1":
            return Response(_told(name, made))
        return as_file(made, exporting.file_name(version, name), FORMATS[name].media)


def as_file(made: Export, file_name: str, media: str) -> HttpResponse:
    """A download a browser will neither show nor run."""
    response = HttpResponse(made.text, content_type=f"{media}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers[NOT_HELD] = str(len(made.not_held))
    return response


def _told(name: str, made: Export) -> dict[str, Any]:
    """``not_held``: what an import of the file would miss. ``only_here``: what only Casebook reads in it."""
    return {"format": name, "not_held": made.not_held, "only_here": made.unread}


urlpatterns = [path("playbooks/<str:slug>/export/", ExportView.as_view())]
