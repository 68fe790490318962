"""Escalate, accept, return, close, choose another playbook; and the hand-over. Each verb answers with the case."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.cases import described
from casebook.api.idempotency import idempotent
from casebook.api.shapes import CaseSerializer
from casebook.api.who import OF_ANY_VERB, actor_of
from casebook.cases.access import fetch_for
from triage import decisions, escalation, handover, left_behind, run_view, runs
from triage.api import shapes
from triage.api.asked import asked
from triage.models import Escalation

LEFT = (("tasks", "task"), ("actions", "action"))


class EscalateView(APIView):
    @extend_schema(operation_id="cases_escalate", request=shapes.EscalateSerializer, responses=CaseSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        said = asked(request, shapes.EscalateSerializer, also=OF_ANY_VERB)
        text = said.pop("handover")
        done = escalation.escalate(actor=actor_of(request), ref=ref, handover_text=text, **said)
        return Response(described(done.case))


class AcceptCaseView(APIView):
    @extend_schema(operation_id="cases_accept", request=shapes.AcceptCaseSerializer, responses=CaseSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        said = asked(request, shapes.AcceptCaseSerializer, also=OF_ANY_VERB)
        return Response(described(escalation.accept(actor=actor_of(request), ref=ref, **said)))


class ReturnView(APIView):
    @extend_schema(operation_id="cases_return", request=shapes.ReturnSerializer, responses=CaseSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        said = asked(request, shapes.ReturnSerializer, also=OF_ANY_VERB)
        return Response(described(escalation.return_(actor=actor_of(request), ref=ref, **said)))


class CloseView(APIView):
    @extend_schema(operation_id="cases_close", request=shapes.CloseSerializer, responses=shapes.ClosedSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Nothing holds a close up that a script asks for; what it left behind is told in ``left``."""
        said = asked(request, shapes.CloseSerializer, also=OF_ANY_VERB)
        actor = actor_of(request)
        before = left_behind.of_case(fetch_for(actor, ref))
        case = decisions.close(actor=actor, ref=ref, **said).case
        left = {kind: [one.as_dict() for one in before if one.kind == word] for kind, word in LEFT}
        return Response(described(case) | {"left": left})


class PlaybookView(APIView):
    @extend_schema(operation_id="cases_playbook", request=shapes.ChoosePlaybookSerializer, responses=CaseSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        said = asked(request, shapes.ChoosePlaybookSerializer, also=OF_ANY_VERB)
        run = runs.change_playbook(
            actor=actor_of(request),
            ref=ref,
            slug=said["playbook"],
            number=said["playbook_version"],
            reason=said["reason"],
            version=said["version"],
        )
        return Response(described(run.case))


class HandoverView(APIView):
    @extend_schema(operation_id="cases_handover", responses=shapes.HandoverSerializer)
    def get(self, request: Request, ref: str) -> Response:
        case = fetch_for(actor_of(request), ref)
        generated = handover.generate(run_view.view(case))
        sent = escalation.of_case(case)
        return Response(
            {
                "ref": case.ref,
                "handover": sent[0].handover if sent else generated,
                "generated": generated,
                "escalations": [transfer(one) for one in sent],
            }
        )


def transfer(row: Escalation) -> dict[str, Any]:
    return {
        "state": row.state,
        "handover": row.handover,
        "by": row.by.get_username(),
        "at": row.at,
        "answered_by": row.answered_by.get_username() if row.answered_by else None,
        "answered_at": row.answered_at,
        "question": row.return_question or None,
        "reason": row.return_reason or None,
    }
