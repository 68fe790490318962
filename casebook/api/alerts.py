"""`POST alerts/`: one alert or a list, durable before the answer. `GET alerts/<id>/`: one, with its raw body."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook import jsonio
from casebook.api.idempotency import idempotent
from casebook.api.parsers import RawJson
from casebook.api.shapes import AlertInSerializer, AlertSerializer, IntakeManySerializer, IntakeOneSerializer
from casebook.api.who import actor_of
from casebook.errors import DomainError, Invalid, NotAllowed, NotFound, TooLarge, Unparsable
from casebook.intake import read_back
from casebook.intake.envelope import understand
from casebook.intake.prepare import Item, prepare
from casebook.intake.receive import Outcome, Refused, Sender, receive, refuse
from casebook.models import Alert, Severity

EXAMPLE = OpenApiExample(
    "One alert",
    value={
        "external_id": "a-1",
        "title": "Many failed logins",
        "severity": "high",
        "detected_at": "2026-11-24T08:00:00Z",
        "rule": {"id": "r-9", "name": "ssh brute force"},
        "techniques": ["T1110.001"],
        "observables": [{"type": "ip", "value": "203.0.113.7", "role": "source"}],
    },
    request_only=True,
)
DEEPEST = 100
"""How deep a raw body may be nested to be shown as JSON."""
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


class AlertsView(APIView):
    """Where a SIEM sends to. A source's token decides team and policies; people send no alerts."""

    parser_classes = [RawJson]

    @extend_schema(
        operation_id="alerts_create",
        request=AlertInSerializer,
        examples=[EXAMPLE],
        responses={
            200: OpenApiResponse(IntakeManySerializer, description="A repeat, or the results of a list"),
            201: IntakeOneSerializer,
            202: IntakeOneSerializer,
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        sender = _sender(request)
        body = request.data if isinstance(request.data, bytes) else b""  # nothing sent is not even parsed
        if body.lstrip()[:1] == b"[":
            return _many(sender, body)
        return _one(sender, body)


class AlertView(APIView):
    @extend_schema(operation_id="alerts_retrieve", responses=AlertSerializer)
    def get(self, request: Request, pk: int) -> Response:
        alert = _visible(request, pk)
        body = read_back.raw_body(alert)
        return Response(described(alert) | {"raw": _readable(body)})


def described(alert: Alert) -> dict[str, Any]:
    """An alert as the API shows it, without its raw body."""
    return {
        "id": alert.pk,
        "external_id": alert.external_id,
        "source": alert.source.slug,
        "case": f"CB-{alert.case_id}" if alert.case_id else None,
        "title": alert.title,
        "description": alert.description,
        "severity": Severity(alert.severity).word,
        "tlp": alert.tlp,
        "pap": alert.pap,
        "rule": {"id": alert.rule_id, "name": alert.rule_name},
        "techniques": alert.techniques,
        "tactics": alert.tactics,
        "link": alert.link,
        "count": alert.count,
        "detected_at": alert.detected_at,
        "first_event_at": alert.first_event_at,
        "last_event_at": alert.last_event_at,
        "received_at": alert.received_at,
        "last_seen_at": alert.last_seen_at,
    }


def _visible(request: Request, pk: int) -> Alert:
    """A source sees its own alerts; people those of their teams. Anything else does not exist."""
    alerts = Alert.objects.select_related("source")
    actor: Any = actor_of(request)
    if actor.kind == "source":
        found = alerts.filter(pk=pk, source_id=actor.source_id).first()
    else:
        found = alerts.filter(pk=pk, team_id__in=actor.teams("case.read")).first()
    if found is None:
        raise NotFound
    return found


def _readable(body: bytes) -> Any:
    """The raw body as JSON; as text where it is none, or is nested deeper than our own encoder will follow."""
    try:
        raw = jsonio.decode(body)
    except Unparsable:
        return body.decode("utf-8", "replace")
    level, depth = [raw], 0
    while level:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return raw if depth <= DEEPEST else body.decode("utf-8", "replace")


def _sender(request: Request) -> Sender:
    actor: Any = actor_of(request)  # what only a source has is read below
    if actor.kind != "source":
        raise NotAllowed("Alerts are sent with a source's token: manage.py issue_token --source NAME.")
    return Sender(
        actor.source_id, actor.team_id, actor.slug, actor.token_id, actor.config_epoch,
        actor.grouping_window, actor.on_closed_repeat, actor.reopen_within,
    )  # fmt: skip


def _one(sender: Sender, body: bytes) -> Response:
    cap = settings.CAPS["alert"]
    if len(body) > cap:
        reason = f"One alert may be {cap:,} bytes; this one has {len(body):,}."
        refuse(sender, Refused(body[:cap], reason, f"byte {cap}"))
        raise TooLarge(reason)
    try:
        jsonio.decode(body)
        item, warnings = _item(body, 0)
    except DomainError as error:
        refuse(sender, _refused(body, error))
        raise
    outcome = receive(sender, [item])[0]
    return Response(_told(outcome, warnings), status=200 if outcome.outcome == "repeated" else 201)


def _many(sender: Sender, body: bytes) -> Response:
    parts = _parts(sender, body)
    results: dict[int, dict[str, Any]] = {}
    items: list[Item] = []
    warnings: dict[int, list[dict[str, str]]] = {}
    refused: list[Refused] = []
    for position, part in enumerate(parts):
        try:
            item, warnings[position] = _item(part, position)
            items.append(item)
        except DomainError as error:
            refused.append(_refused(part, error, f"item {position}: "))
            results[position] = {"error": error.detail, "errors": error.errors}
    refuse(sender, *refused)
    outcomes = receive(sender, items) if items else {}
    results |= {position: _told(outcome, warnings[position]) for position, outcome in outcomes.items()}
    totals = {"received": len(parts)} | {
        name: sum(result.get("outcome") == name for result in results.values())
        for name in ("opened", "attached", "repeated", "suppressed", "accepted")
    }
    totals["refused"] = len(refused)
    return Response(totals | {"results": [results[position] for position in range(len(parts))]})


def _parts(sender: Sender, body: bytes) -> list[bytes]:
    """The exact bytes of each alert of a list."""
    most, cap = settings.CAPS["alerts_items"], settings.CAPS["alerts"]
    if len(body) > cap:
        reason = f"A list of alerts may be {cap:,} bytes."
        refuse(sender, Refused(body[: settings.CAPS["alert"]], reason, f"byte {cap}"))
        raise TooLarge(reason)
    try:
        jsonio.decode(body)  # a Raw slice is not checked inside: a broken item must be named by its place
        parts = [bytes(part) for part in _split(body)]
    except (Unparsable, msgspec.DecodeError) as error:
        reason = error.detail if isinstance(error, Unparsable) else str(error)
        refuse(sender, Refused(body, reason))
        raise Unparsable(reason) from error
    if len(parts) > most:
        reason = f"A list may hold {most:,} alerts; this one holds {len(parts):,}."
        refuse(sender, Refused(body, reason))
        raise TooLarge(reason)
    return parts


def _item(body: bytes, position: int) -> tuple[Item, list[dict[str, str]]]:
    if len(body) > settings.CAPS["alert"]:
        raise Invalid("The alert is larger than one alert may be.", errors={"body": ["too large"]})
    alert, warnings = understand(body)
    return prepare(alert, body, position), warnings


def _refused(body: bytes, error: DomainError, where: str = "") -> Refused:
    return Refused(body, error.detail, where + next(iter(error.errors), ""))


def _told(outcome: Outcome, warnings: list[dict[str, str]]) -> dict[str, Any]:
    ref = f"CB-{outcome.case}" if outcome.case else None
    told: dict[str, Any] = {"alert": outcome.alert, "outcome": outcome.outcome, "case": ref}
    told["url"] = f"{settings.PUBLIC_URL}/cases/{ref}/" if ref else None
    if outcome.outcome == "repeated":
        told["count"] = outcome.count
    if warnings:
        told["warnings"] = warnings
    return told
