"""What an administrator tries on a source over REST: another grouping, a field map on a body, bodies read again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import jobs
from casebook.api.idempotency import idempotent
from casebook.api.paging import only
from casebook.api.shapes import AlertInSerializer, Shape
from casebook.api.who import actor_of, list_of, number_of, object_of
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.intake import grouping_preview, reprocess
from casebook.intake.adapters.field_map_preview import Preview, preview
from casebook.intake.adapters.field_map_values import Found
from casebook.intake.vendor import options_of
from casebook.models import Source
from casebook.sources import access, policy

GROUPING = ("grouping_on", "window_s", "days")


class ReprocessInSerializer(Shape):
    ids = s.ListField(child=s.IntegerField(), required=False, help_text="of sources/<slug>/refusals/; 100 at most")
    all = s.BooleanField(required=False, help_text="true: everything that waits, by a worker")


class ReprocessedSerializer(Shape):
    bodies = s.IntegerField(help_text="looked at")
    understood = s.IntegerField(help_text="became alerts; the others wait on, with the reason of today")
    alerts = s.IntegerField()


class GroupSerializer(Shape):
    title = s.CharField()
    entity = s.CharField()
    alerts = s.IntegerField()
    first = s.DateTimeField()
    last = s.DateTimeField()


class GroupingPreviewSerializer(Shape):
    alerts = s.IntegerField()
    cases = s.IntegerField()
    largest = GroupSerializer(many=True)


class MapPreviewInSerializer(Shape):
    field_map = s.DictField()
    body = s.JSONField(help_text="a body as the source sends it, decoded")
    number = s.IntegerField(required=False, help_text="which of its messages, from 0")


class MapRowSerializer(Shape):
    field = s.CharField()
    expression = s.CharField()
    found = s.JSONField(allow_null=True)
    becomes = s.JSONField(allow_null=True)
    error = s.CharField(help_text="why it is left out")
    assumed = s.CharField()


class MapWrongSerializer(Shape):
    field = s.CharField()
    what = s.CharField()
    at = s.IntegerField(allow_null=True, help_text="the character, from 0")


class MapFactSerializer(Shape):
    label = s.CharField()  # type: ignore[assignment]  # shadows DRF's own
    value = s.CharField()
    pointer = s.CharField()


class MapPreviewSerializer(Shape):
    messages = s.IntegerField()
    shown = s.IntegerField()
    rows = MapRowSerializer(many=True)
    alert = AlertInSerializer(allow_null=True)
    facts = MapFactSerializer(many=True)
    assumed = s.ListField(child=s.CharField())
    why_not = s.CharField(help_text="why it makes no alert")
    wrong = MapWrongSerializer(many=True)


class ReprocessView(APIView):
    @extend_schema(
        operation_id="sources_reprocess",
        request=ReprocessInSerializer,
        responses={
            200: OpenApiResponse(ReprocessedSerializer, description="These, read again"),
            202: OpenApiResponse(jobs.JobAskedSerializer, description="All that waits, by a worker"),
        },
    )
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        body, actor = object_of(request, ReprocessInSerializer), actor_of(request)
        ids = [one for one in list_of(body, "ids", int) if not isinstance(one, bool) and 0 < one < 2**63]
        if body.get("all") is True and not body.get("ids"):
            return jobs.asked(reprocess.ask(actor=actor, source_slug=slug))
        if not ids or len(ids) != len(body["ids"]) or body.get("all"):
            raise Invalid("Name bodies, or all of them.", errors={"ids": ["ids of bodies, or all: true without them"]})
        return Response(asdict(reprocess.reprocess(actor=actor, source_slug=slug, raw_ids=ids)))


class GroupingPreviewView(APIView):
    @extend_schema(
        operation_id="sources_grouping_preview",
        parameters=[
            OpenApiParameter("grouping_on", OpenApiTypes.STR, enum=Source.GroupingOn.values),
            OpenApiParameter("window_s", OpenApiTypes.NUMBER),
            OpenApiParameter("days", OpenApiTypes.INT, description="1 to 90; 7 unless told"),
        ],
        responses=GroupingPreviewSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        """What another grouping would have made of the last days; what is not told is as the source has it."""
        only(request, GROUPING)
        actor, asked = actor_of(request), request.query_params
        source = access.seen(actor, slug)
        wanted = {"grouping_on": asked.get("grouping_on") or source.grouping_on}
        if asked.get("window_s"):
            wanted["grouping_window"] = asked["window_s"]
        values = {"grouping_window": source.grouping_window} | policy.checked(wanted)
        days = asked.get("days") or "7"
        found = grouping_preview.preview(
            actor=actor,
            source_slug=slug,
            on=values["grouping_on"],
            window=values["grouping_window"],
            days=int(days) if days.isdecimal() and len(days) < 4 else 0,
        )
        return Response(asdict(found))


class MapPreviewView(APIView):
    @extend_schema(operation_id="sources_map_preview", request=MapPreviewInSerializer, responses=MapPreviewSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """A field map tried on a body. Nothing is saved."""
        source = access.seen(actor_of(request), slug)
        body = object_of(request, MapPreviewInSerializer)
        said = body.get("field_map")
        if not isinstance(said, dict):
            raise Invalid("Send a field map.", errors={"field_map": ["an object: our field → expression"]})
        if "body" not in body:
            raise Invalid("Send a body to read by it.", errors={"body": ["required"]})
        number = number_of(body, "number") or 0
        return Response(_told(preview(said, body["body"], options_of(source), number=number, now=db_now())))


urlpatterns = [
    path("sources/<slug:slug>/reprocess/", ReprocessView.as_view()),
    path("sources/<slug:slug>/grouping-preview/", GroupingPreviewView.as_view()),
    path("sources/<slug:slug>/map/preview/", MapPreviewView.as_view()),
]


def _told(found: Preview) -> dict[str, Any]:
    reading = found.reading
    return {
        "messages": found.messages,
        "shown": found.shown,
        "rows": [_row(one) for one in found.fields],
        "alert": msgspec.to_builtins(reading.alert) if reading else None,
        "facts": [asdict(fact) for fact in reading.facts] if reading else [],
        "assumed": list(reading.assumed) if reading else [],
        "why_not": found.why_not,
        "wrong": [one._asdict() for one in found.wrong],
    }


def _row(one: Found) -> dict[str, Any]:
    plain = {"field": one.field, "expression": one.expression, "error": one.error, "assumed": one.assumed}
    return plain | {"found": one.raw, "becomes": msgspec.to_builtins(one.value)}
