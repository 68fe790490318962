"""`POST alerts/`: one alert, a list or lines of them, durable before the answer. `GET alerts/`: what came, the newest
first. `GET alerts/<id>/`: one, with its raw body."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook import jsonio
from casebook.api import answers, native
from casebook.api.door import KEPT, Door
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import (
    AlertInSerializer,
    AlertLineSerializer,
    AlertSerializer,
    IntakeManySerializer,
    IntakeOneSerializer,
    page_of,
)
from casebook.api.who import actor_of
from casebook.errors import NotFound, Unparsable, WrongType
from casebook.intake import read_back
from casebook.intake.receive import refuse
from casebook.intake.sender import Sender
from casebook.models import Alert, Severity
from casebook.sources import alert_list

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
FILTERS = [*(OpenApiParameter(name, OpenApiTypes.STR) for name in alert_list.FILTERS), *PAGING]
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class AlertsView(Door):
    """Where a SIEM sends to. A source's token decides team and policies; people send no alerts."""

    cap = "alerts"

    @extend_schema(
        operation_id="alerts_create",
        request={"application/json": AlertInSerializer, "application/x-ndjson": OpenApiTypes.STR},
        examples=[EXAMPLE],
        responses={
            200: OpenApiResponse(IntakeManySerializer, description="A repeat, or the results of a list"),
            201: IntakeOneSerializer,
            202: IntakeOneSerializer,
        },
    )
    def post(self, request: HttpRequest) -> Response:
        return self.let_in(request, partial(_read, request.content_type or ""))

    @extend_schema(operation_id="alerts_list", parameters=FILTERS, responses=page_of(AlertLineSerializer))
    def get(self, request: Request) -> Response:
        """Those received within ``days`` (1, 7, 30 or 90; 7 unless told) that match every filter."""
        only(request, alert_list.FILTERS)
        asked = {name: request.query_params.get(name, "").strip() for name in alert_list.FILTERS}
        pages = Pages()
        rows: list[Any] = pages.paginate_queryset(alert_list.alerts(actor_of(request), asked), request, view=self) or []
        return pages.get_paginated_response([described(row) for row in rows])


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
        "suppressed_by": alert.suppressed_by_id,
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
    """One the actor may see. Anything else does not exist."""
    found = alert_list.visible_to(actor_of(request)).select_related("source").filter(pk=pk).first()
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


def _read(kind: str, sender: Sender, body: bytes) -> Response:
    if kind in LINES:
        return native.lines(sender, body)
    if kind not in ("application/json", ""):
        error = WrongType(f"Alerts are sent as application/json or {LINES[0]}; not as {kind[:80]}.")
        refuse(sender, answers.refused(body[:KEPT], error))
        raise error
    return native.listed(sender, body) if body.lstrip()[:1] == b"[" else native.single(sender, body)
