"""Records of the evidence on the timeline of their case, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of
from casebook.cases.access import fetch_for
from triage import pins
from triage.api.asked import asked
from triage.models import Pin


class PinSerializer(Shape):
    id = s.IntegerField()
    case = s.CharField()
    evidence = s.IntegerField()
    line = s.IntegerField(allow_null=True)
    offset = s.IntegerField(allow_null=True)
    length = s.IntegerField(allow_null=True)
    pointer = s.CharField(help_text="of a record in JSON; empty for a line")
    at = s.DateTimeField(allow_null=True, help_text="the record's own time")
    event = s.DictField()
    text = s.CharField()
    note = s.CharField()
    by = s.CharField(allow_null=True)


class PinningSerializer(Shape):
    line = s.IntegerField(required=False, min_value=1)
    pointer = s.CharField(required=False)
    note = s.CharField(required=False, allow_blank=True, max_length=pins.LONGEST_NOTE)


class CasePinsView(APIView):
    @extend_schema(operation_id="cases_pins_list", responses=page_of(PinSerializer))
    def get(self, request: Request, ref: str) -> Response:
        found = pins.of_case(fetch_for(actor_of(request), ref))
        return Response({"next": None, "previous": None, "results": [described(one) for one in found]})


class EvidencePinsView(APIView):
    @extend_schema(operation_id="evidence_pin", request=PinningSerializer, responses={201: PinSerializer})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        said = asked(request, PinningSerializer)
        return Response(described(pins.pin(actor=actor_of(request), evidence_id=pk, **said)), status=201)


class PinView(APIView):
    @extend_schema(operation_id="pins_take_off", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        pins.unpin(actor=actor_of(request), pin_id=pk)
        return Response(status=204)


def described(row: Pin) -> dict[str, Any]:
    return {
        "id": row.pk,
        "case": f"CB-{row.case_id}",
        "evidence": row.evidence_id,
        "line": row.line,
        "offset": row.offset,
        "length": row.length,
        "pointer": row.pointer,
        "at": row.at,
        "event": row.event,
        "text": row.text,
        "note": row.note,
        "by": row.by.get_username() if row.by else None,
    }
