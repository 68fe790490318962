"""Sources over REST: what they are set to, what they send, what of it became no alert, what analysts say of rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, object_of, text_of
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.models import RuleFeedback, Source
from casebook.sources import access, feedback, keeping, minutes, refusals

OUTCOMES = [refusals.REFUSED, refusals.NOT_UNDERSTOOD, refusals.REPROCESSED]
SPANS = ("grouping_window", "reopen_within")
PLAIN = (
    "slug", "name", "adapter", "enabled", "zone", "field_map", "contract_per_minute", "grouping_on", "on_closed_repeat",
)  # fmt: skip


class SourceChangeSerializer(Shape):
    name = s.CharField(required=False)
    adapter = s.CharField(required=False)
    enabled = s.BooleanField(required=False)
    zone = s.CharField(required=False, allow_blank=True, help_text="IANA zone of times that carry none; empty: UTC")
    field_map = s.DictField(required=False, help_text="the generic adapter's: our field → expression")
    contract_per_minute = s.IntegerField(required=False, allow_null=True, help_text="null: no limit")
    grouping_on = s.CharField(required=False, help_text=", ".join(Source.GroupingOn.values))
    grouping_window_s = s.FloatField(required=False)
    on_closed_repeat = s.CharField(required=False, help_text=", ".join(Source.OnClosedRepeat.values))
    reopen_within_s = s.FloatField(required=False)


class SourceInSerializer(SourceChangeSerializer):
    team = s.CharField()
    slug = s.CharField()
    name = s.CharField()


class SourceSerializer(Shape):
    team = s.CharField()
    slug = s.CharField()
    name = s.CharField()
    adapter = s.CharField()
    enabled = s.BooleanField()
    zone = s.CharField()
    field_map = s.DictField()
    contract_per_minute = s.IntegerField(allow_null=True)
    grouping_on = s.CharField()
    grouping_window_s = s.FloatField()
    on_closed_repeat = s.CharField()
    reopen_within_s = s.FloatField()
    alerts_24h = s.IntegerField(help_text="counted by the minute, the present one not yet")
    not_understood = s.IntegerField(help_text="bodies that wait for a map that reads them")


class BodySerializer(Shape):
    id = s.IntegerField()
    at = s.DateTimeField()
    outcome = s.CharField(help_text=", ".join(OUTCOMES))
    adapter = s.CharField()
    reason = s.CharField()
    place = s.CharField()
    sha256 = s.CharField()
    bytes = s.IntegerField()


class FeedbackInSerializer(Shape):
    kind = s.CharField(required=False, help_text=", ".join(RuleFeedback.Kind.values))
    note = s.CharField(required=False)


class FeedbackSerializer(Shape):
    source = s.CharField()  # type: ignore[assignment]  # shadows DRF's own
    rule_id = s.CharField()
    rule_name = s.CharField()
    kind = s.CharField()
    note = s.CharField()


class RuleToTuneSerializer(Shape):
    source = s.CharField()  # type: ignore[assignment]  # shadows DRF's own
    rule_id = s.CharField()
    rule_name = s.CharField()
    times = s.IntegerField()
    people = s.IntegerField()
    last = s.DateTimeField()
    kinds = s.DictField()
    verdicts = s.DictField()
    notes = s.ListField(child=s.CharField())


class RulesToTuneSerializer(Shape):
    results = RuleToTuneSerializer(many=True)


class SourcesView(APIView):
    @extend_schema(operation_id="sources_list", parameters=PAGING, responses=page_of(SourceSerializer))
    def get(self, request: Request) -> Response:
        only(request, ())
        pages = Pages()
        rows: list[Any] = pages.paginate_queryset(access.readable(actor_of(request)), request, view=self) or []
        return pages.get_paginated_response(described(rows))

    @extend_schema(operation_id="sources_create", request=SourceInSerializer, responses={201: SourceSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        body = object_of(request, SourceInSerializer)
        team = text_of(body, "team")
        if not team:
            raise Invalid("Say which team it belongs to.", errors={"team": ["required"]})
        values = _values({name: value for name, value in body.items() if name != "team"})
        made = keeping.create(actor=actor_of(request), team=team, values=values)
        return Response(described([made])[0], status=201, headers={"Location": f"/api/v1/sources/{made.slug}/"})


class SourceView(APIView):
    @extend_schema(operation_id="sources_retrieve", responses=SourceSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(described([access.seen(actor_of(request), slug)])[0])

    @extend_schema(operation_id="sources_change", request=SourceChangeSerializer, responses=SourceSerializer)
    @idempotent
    def patch(self, request: Request, slug: str) -> Response:
        values = _values(object_of(request, SourceChangeSerializer))
        return Response(described([keeping.change(actor=actor_of(request), slug=slug, values=values)])[0])


class BodiesView(APIView):
    @extend_schema(
        operation_id="sources_refusals_list",
        parameters=[OpenApiParameter("outcome", OpenApiTypes.STR, enum=OUTCOMES), *PAGING],
        responses=page_of(BodySerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        only(request, ("outcome",))
        outcome = request.query_params.get("outcome", "")
        if outcome and outcome not in OUTCOMES:
            raise Invalid("There is no such outcome.", errors={"outcome": [f"one of {', '.join(OUTCOMES)}"]})
        rows = refusals.bodies(access.seen(actor_of(request), slug), outcome=outcome)
        pages = Pages()
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([_body(row) for row in page])


class AlertFeedbackView(APIView):
    @extend_schema(operation_id="alerts_feedback", request=FeedbackInSerializer, responses={201: FeedbackSerializer})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        body = object_of(request, FeedbackInSerializer)
        said = feedback.say(
            actor=actor_of(request), alert_id=pk, kind=text_of(body, "kind", "unsaid"), note=text_of(body, "note")
        )
        told = {"source": said.source.slug} | {
            name: getattr(said, name) for name in ("rule_id", "rule_name", "kind", "note")
        }
        return Response(told, status=201)


class RulesView(APIView):
    @extend_schema(
        operation_id="rules_feedback",
        parameters=[OpenApiParameter("source", OpenApiTypes.STR)],
        responses=RulesToTuneSerializer,
    )
    def get(self, request: Request) -> Response:
        only(request, ("source",))
        found = feedback.rules(actor_of(request), source=request.query_params.get("source", ""))
        names = ("source", "rule_id", "rule_name", "times", "people", "last", "kinds", "verdicts", "notes")
        return Response({"results": [{name: getattr(rule, name) for name in names} for rule in found]})


urlpatterns = [
    path("sources/", SourcesView.as_view()),
    path("sources/<slug:slug>/", SourceView.as_view()),
    path("sources/<slug:slug>/refusals/", BodiesView.as_view()),
    path("alerts/<int:pk>/feedback/", AlertFeedbackView.as_view()),
    path("rules/feedback/", RulesView.as_view()),
]


def described(rows: list[Source]) -> list[dict[str, Any]]:
    """Sources as the API shows them."""
    arrived = minutes.totals([row.pk for row in rows], since=db_now() - timedelta(hours=24))
    waiting = refusals.waiting(rows)
    return [
        {"team": row.team.slug, "alerts_24h": arrived.get(row.pk, 0), "not_understood": waiting.get(row.pk, 0)}
        | {name: getattr(row, name) for name in PLAIN}
        | {f"{name}_s": getattr(row, name).total_seconds() for name in SPANS}
        for row in rows
    ]


def _values(body: dict[str, Any]) -> dict[str, Any]:
    """Spans are told in seconds, in names that say so."""
    return {
        name.removesuffix("_s") if name.removesuffix("_s") in SPANS else name: value for name, value in body.items()
    }


def _body(row: Any) -> dict[str, Any]:
    plain = ("id", "at", "outcome", "adapter", "reason", "place")
    return {name: getattr(row, name) for name in plain} | {"sha256": bytes(row.sha256).hex(), "bytes": row.size}
