"""How a source is asked for news, over REST. A secret goes in and never comes out again."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.models import Poll
from automation.pollers import keeping
from casebook.api.idempotency import idempotent
from casebook.api.shapes import Shape
from casebook.api.who import actor_of, object_of
from casebook.errors import NotFound


class PollInSerializer(Shape):
    kind = s.CharField(required=False, help_text="qradar or graph")
    url = s.CharField(required=False)
    reach = s.CharField(required=False, help_text="public, private or local: where it may stand")
    settings = s.DictField(required=False)
    every_s = s.IntegerField(required=False)
    enabled = s.BooleanField(required=False)
    secret = s.CharField(required=False, write_only=True)


class PollSerializer(Shape):
    kind = s.CharField()
    url = s.CharField()
    reach = s.CharField()
    settings = s.DictField()
    every_s = s.IntegerField()
    enabled = s.BooleanField()
    next_at = s.DateTimeField()
    worked_at = s.DateTimeField(allow_null=True)
    took = s.IntegerField(help_text="alerts taken so far")
    failures = s.IntegerField(help_text="since it last worked")
    error = s.CharField()


class PollView(APIView):
    @extend_schema(operation_id="sources_poll_retrieve", responses=PollSerializer)
    def get(self, request: Request, slug: str) -> Response:
        found = keeping.of_source(actor_of(request), slug)
        if found is None:
            raise NotFound("This source is not asked for news.")
        return Response(described(found))

    @extend_schema(operation_id="sources_poll_set", request=PollInSerializer, responses=PollSerializer)
    @idempotent
    def put(self, request: Request, slug: str) -> Response:
        body = object_of(request, PollInSerializer)
        return Response(described(keeping.keep(actor=actor_of(request), slug=slug, values=body)))

    @extend_schema(operation_id="sources_poll_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, slug: str) -> Response:
        keeping.stop(actor=actor_of(request), slug=slug)
        return Response(status=204)


class PollNowView(APIView):
    @extend_schema(operation_id="sources_poll_now", request=None, responses={202: PollSerializer})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        return Response(described(keeping.ask_now(actor=actor_of(request), slug=slug)), status=202)


urlpatterns = [
    path("sources/<slug:slug>/poll/", PollView.as_view()),
    path("sources/<slug:slug>/poll/now/", PollNowView.as_view()),
]


def described(row: Poll) -> dict[str, Any]:
    """A poll as the API shows it: everything but its secret."""
    row.refresh_from_db()
    plain = (
        "kind", "url", "reach", "settings", "every_s", "enabled", "next_at", "worked_at", "took", "failures", "error",
    )  # fmt: skip
    return {name: getattr(row, name) for name in plain}
