"""`POST intake/<adapter>/[<source key>/]`: a vendor's own body, read by the adapter the address names."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from casebook.api import answers
from casebook.api.answers import Gathered
from casebook.api.door import KEPT, Door
from casebook.api.shapes import IntakeManySerializer, IntakeOneSerializer
from casebook.errors import NotFound, TooLarge, Unparsable
from casebook.intake import contract_limit
from casebook.intake.adapters.protocol import Adapter
from casebook.intake.adapters.reading import Taken, take
from casebook.intake.prepare import prepare
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.intake.vendor import LOOKED_INTO, adapter_named, options_of, wrong_door

ADAPTER = OpenApiParameter("adapter", location="path", description="how the body is written: elastic, wazuh, …")
SOURCE_KEY = OpenApiParameter("source_key", location="path", description="issue_token --source NAME --url")
SCHEMA: dict[str, Any] = {
    "request": {"application/json": OpenApiTypes.OBJECT},
    "responses": {
        200: OpenApiResponse(IntakeManySerializer, description="A repeat, or the results of a body with many"),
        201: IntakeOneSerializer,
        202: OpenApiResponse(IntakeOneSerializer, description="Kept, not understood: told why and where"),
    },
}


class IntakeView(Door):
    """A bearer token says whose it is; the answers are those of `POST alerts/`. What the adapter does not understand
    is kept, listed under the source, and can be read again."""

    cap = "intake"

    @extend_schema(operation_id="intake_create", parameters=[ADAPTER], **SCHEMA)
    def post(self, request: HttpRequest, adapter: str) -> Response:
        return self.let_in(request, partial(_read, adapter))


class KeyedIntakeView(Door):
    """The same for senders that cannot set headers: a source key in the address, which may do nothing else."""

    cap = "intake"

    @extend_schema(operation_id="intake_create_by_key", auth=[], parameters=[ADAPTER, SOURCE_KEY], **SCHEMA)
    def post(self, request: HttpRequest, adapter: str, source_key: str) -> Response:
        return self.let_in(request, partial(_read, adapter))


def _read(name: str, sender: Sender, body: bytes) -> Response:
    try:
        adapter = adapter_named(name)
    except NotFound as error:
        refuse(sender, answers.refused(body[:KEPT], error))
        raise
    try:
        taken = take(adapter, body, options_of(sender))
    except (Unparsable, TooLarge) as error:
        refuse(sender, Refused(body, error.detail, adapter=adapter.name))
        raise
    contract_limit.charge(sender, taken.messages)
    gathered = _gathered(adapter, taken)
    return answers.one(sender, gathered) if taken.messages == 1 else answers.many(sender, gathered)


def _gathered(adapter: Adapter, taken: Taken) -> Gathered:
    gathered = Gathered(received=taken.messages)
    for body, reading, position in taken.items:
        gathered.items.append(prepare(reading.alert, body, position, adapter=adapter.name))
        if reading.assumed:
            gathered.notes[position] = {"assumed": list(reading.assumed)}
    for number, missed in enumerate(taken.not_understood):
        reason = missed.reason + (wrong_door(missed.body, adapter) if number < LOOKED_INTO else "")
        gathered.kept.append(Refused(missed.body, reason, missed.place, "not_understood", adapter.name))
        gathered.results[missed.position] = answers.accepted(reason, missed.place)
    return gathered
