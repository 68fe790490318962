"""Suppressions over REST: what is silenced, and what lies under it; begin one, end one."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.actor import Actor
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, instant_of, object_of, text_of
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.intake import silence
from casebook.models import Suppression, Team


class SuppressionInSerializer(Shape):
    team = s.CharField()
    name = s.CharField(help_text="what it silences")
    reason = s.CharField()
    match = s.DictField(
        help_text="all of these must agree: rule_id, rule_name, title (* for anything), technique, severity_at_most, "
        'observables: [{"type", "value"}]'
    )
    expires_at = s.DateTimeField(help_text="90 days after its beginning at most")
    starts_at = s.DateTimeField(required=False, help_text="now, unless told")
    source = s.CharField(required=False)  # type: ignore[assignment]  # shadows DRF's own
    kind = s.CharField(required=False, help_text=", ".join(Suppression.Kind.values))


class SuppressionSerializer(Shape):
    id = s.IntegerField()
    team = s.CharField()
    source = s.CharField(allow_null=True)  # type: ignore[assignment]  # shadows DRF's own
    kind = s.CharField()
    name = s.CharField()
    reason = s.CharField()
    match = s.DictField()
    owner = s.CharField()
    state = s.ChoiceField(list(silence.STATES))
    starts_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)
    ended_by = s.CharField()
    alerts = s.IntegerField(help_text="alerts that lie under it")
    times = s.IntegerField(help_text="how often they came in all")
    last_at = s.DateTimeField(allow_null=True)


class EndSerializer(Shape):
    reason = s.CharField(required=False)


class SuppressionsView(APIView):
    @extend_schema(
        operation_id="suppressions_list",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=list(silence.STATES)), *PAGING],
        responses=page_of(SuppressionSerializer),
    )
    def get(self, request: Request) -> Response:
        only(request, ("state",))
        actor = actor_of(request)
        if not (actor.may(silence.READ) or actor.may(silence.WRITE)):
            raise NotAllowed("Your role does not see what is silenced.")
        rows = silence.visible_to(actor)
        if state := request.query_params.get("state", ""):
            rows = silence.in_state(rows, state)
        pages = Pages()
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response(described(page))

    @extend_schema(
        operation_id="suppressions_begin", request=SuppressionInSerializer, responses={201: SuppressionSerializer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body, actor = object_of(request, SuppressionInSerializer), actor_of(request)
        match = body.get("match")
        if not isinstance(match, dict):
            raise Invalid("match: an object of what must agree.", errors={"match": ["an object of what must agree"]})
        made = silence.begin(
            actor=actor,
            team_id=_team(actor, text_of(body, "team")).pk,
            name=text_of(body, "name"),
            reason=text_of(body, "reason"),
            match=match,
            expires_at=instant_of(body, "expires_at"),
            starts_at=instant_of(body, "starts_at"),
            source_slug=text_of(body, "source"),
            kind=text_of(body, "kind", Suppression.Kind.SUPPRESSION),
        )
        return Response(_one(actor, made), status=201)


class EndView(APIView):
    @extend_schema(operation_id="suppressions_end", request=EndSerializer, responses=SuppressionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        reason, actor = text_of(object_of(request, EndSerializer), "reason"), actor_of(request)
        return Response(_one(actor, silence.end(actor=actor, suppression_id=pk, reason=reason)))


urlpatterns = [
    path("suppressions/", SuppressionsView.as_view()),
    path("suppressions/<int:pk>/end/", EndView.as_view()),
]


def described(rows: list[Any]) -> list[dict[str, Any]]:
    """Suppressions as the API shows them, read by `silence.visible_to`."""
    swallowed = silence.swallowed([row.pk for row in rows])
    plain = ("kind", "name", "reason", "match", "starts_at", "expires_at", "ended_at", "ended_by")
    found = []
    for row in rows:
        alerts, times, last = swallowed.get(row.pk, (0, 0, None))
        found.append(
            {"id": row.pk, "team": row.team.slug, "source": row.source.slug if row.source else None}
            | {"owner": row.owner.username, "state": row.state}
            | {name: getattr(row, name) for name in plain}
            | {"alerts": alerts, "times": times, "last_at": last}
        )
    return found


def _one(actor: Actor, row: Suppression) -> dict[str, Any]:
    return described([silence.visible_to(actor).get(pk=row.pk)])[0]


def _team(actor: Actor, slug: str) -> Team:
    if not slug:
        raise Invalid("Say which team it is for.", errors={"team": ["required"]})
    seen = actor.teams(silence.READ) | actor.teams(silence.WRITE)
    team = Team.objects.filter(slug=slug, pk__in=seen).first()
    if team is None:
        raise NotFound("There is no such team that you may see.")
    return team
