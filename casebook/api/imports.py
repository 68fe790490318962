"""A library by REST: cards, or an archive of them, become a job that imports them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.urls import path
from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.parsers import DataAndFiles, FileUploadParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import jobs
from casebook.api.idempotency import idempotent
from casebook.api.paging import only
from casebook.api.shapes import Shape
from casebook.api.who import actor_of, only_fields
from casebook.errors import Invalid, NotAllowed
from casebook.playbooks import import_job

OPTIONS = ("library", "team", "dry_run", "name")


class RawFile(FileUploadParser):
    """Any other body: the file itself, kept out of memory as an upload is. ``?name=`` or its disposition names it."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> DataAndFiles:
        parsed = super().parse(stream, media_type, parser_context)
        return DataAndFiles(parsed.data, MultiValueDict({"file": [parsed.files["file"]]}))

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        named = parser_context["request"].query_params.get("name")
        return str(named or super().get_filename(stream, media_type, parser_context) or "upload")


class FormFiles(MultiPartParser):
    """A form, which may carry as many files as any form here."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> DataAndFiles:
        try:
            return super().parse(stream, media_type, parser_context)
        except TooManyFilesSent as error:
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            wrong = f"at most {most} in one form: send an archive of them"
            raise Invalid("Too many files in one form.", errors={"file": [wrong]}) from error


class ImportSerializer(Shape):
    file = s.ListField(child=s.FileField(), help_text="cards, or zip or tar archives of cards")
    library = s.CharField(required=False, help_text="the library they belong to; “local” where none is named")
    team = s.CharField(required=False, help_text="the slug of the team they are for; all teams where none is named")
    dry_run = s.BooleanField(required=False, help_text="tell every step that would be made, and make none")


class ImportView(APIView):
    parser_classes = [FormFiles, RawFile]

    @extend_schema(
        operation_id="playbooks_import",
        parameters=[
            OpenApiParameter("library"),
            OpenApiParameter("team"),
            OpenApiParameter("dry_run", OpenApiTypes.BOOL),
            OpenApiParameter("name", description="of a file that is sent as the body"),
        ],
        request={"multipart/form-data": ImportSerializer, "application/octet-stream": OpenApiTypes.BINARY},
        responses={202: jobs.JobAskedSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        only(request, OPTIONS)
        only_fields(dict(request.POST), ImportSerializer)
        actor = actor_of(request)
        if not actor.may("playbook.write"):
            raise NotAllowed("Your role does not import playbooks.")
        job = import_job.ask_import(
            actor=actor,
            files=request.FILES.getlist("file"),
            library=_option(request, "library"),
            team=_option(request, "team"),
            dry_run=_flag(request, "dry_run"),
        )
        return jobs.asked(job)


def _option(request: Request, name: str) -> str:
    """Of the address, or of the form."""
    return str(request.query_params.get(name) or request.POST.get(name) or "")


def _flag(request: Request, name: str) -> bool:
    value = _option(request, name).lower()
    if value not in ("", "true", "false", "1", "0"):
        raise Invalid(f"{name} is true or false.", errors={name: ["true or false"]})
    return value in ("true", "1")


urlpatterns = [path("playbooks/import/", ImportView.as_view())]
