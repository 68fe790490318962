"""The playbook library over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import shapes
from casebook.api.paging import Pages, only
from casebook.api.who import actor_of
from casebook.errors import Invalid, NotAllowed
from casebook.models import PlaybookVersion, Section, Step
from casebook.playbooks import library

FILTERS = ("q", "technique", "tactic", "library", "team")


class PlaybooksView(APIView):
    @extend_schema(
        operation_id="playbooks_list",
        parameters=[OpenApiParameter(name) for name in FILTERS]
        + [OpenApiParameter("state", enum=["published", "retired", "draft"])],
        responses=shapes.page_of(shapes.PlaybookRowSerializer),
    )
    def get(self, request: Request) -> Response:
        _may_read(request)
        only(request, (*FILTERS, "state"))
        found = library.search(actor_of(request), _asked(request))
        pages = Pages()
        pages.ordering = "id"
        page = pages.paginate_queryset(found, request, view=self) or []
        counts = step_counts([version.pk for version in page])
        return pages.get_paginated_response([row(version) | {"steps": counts[version.pk]} for version in page])


class PlaybookView(APIView):
    @extend_schema(operation_id="playbooks_retrieve", responses=shapes.PlaybookSerializer)
    def get(self, request: Request, slug: str) -> Response:
        _may_read(request)
        version = library.version_of(actor_of(request), slug, request.query_params.get("version"))
        numbers = [_version(one) for one in library.versions_of(actor_of(request), version)]
        steps = [_step(step) for step in library.steps(version)]
        return Response(row(version) | {"versions": numbers, "steps": steps})


def row(version: PlaybookVersion) -> dict[str, Any]:
    """A published version as a list shows it."""
    return {
        "slug": version.playbook.slug,
        "library": version.playbook.library,
        "technique": version.technique or None,
        "name": version.name,
        "tactics": version.tactics,
        "version": version.number,
        "state": version.state,
    }


def step_counts(versions: list[int]) -> dict[int, dict[str, int]]:
    """Steps by section of several versions, in one query."""
    counts = {pk: dict.fromkeys(Section.values, 0) for pk in versions}
    found = Step.objects.filter(version__in=versions).values("version", "section").annotate(n=Count("id"))
    for one in found.order_by():
        counts[one["version"]][one["section"]] = one["n"]
    return counts


def _asked(request: Request) -> dict[str, str]:
    asked: dict[str, str] = request.query_params.dict()
    if asked.get("state", "published") not in PlaybookVersion.State.values:
        raise Invalid("There is no such state.", errors={"state": ["published, retired or draft"]})
    return asked


def _version(version: PlaybookVersion) -> dict[str, Any]:
    names = ("number", "state", "note", "created_by", "created_at", "published_by", "published_at", "retired_by",
             "retired_at", "reviewed_by", "reviewed_at", "sha256")  # fmt: skip
    return {name: getattr(version, name) for name in names}


def _step(step: Step) -> dict[str, Any]:
    names = ("id", "key", "section", "position", "text", "polarity", "required", "why", "bindings", "expression",
             "confirmed")  # fmt: skip
    return {name: getattr(step, name) for name in names}


def _may_read(request: Request) -> None:
    if not actor_of(request).may("playbook.read"):
        raise NotAllowed("Your role does not read playbooks.")
