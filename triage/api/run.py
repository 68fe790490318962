"""The run over REST: read it, answer its steps, tell what was in focus."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.who import actor_of
from casebook.cases.access import fetch_for
from triage import answers, focusing, run_view, taking_back
from triage.api import run_json, shapes
from triage.api.asked import asked
from triage.models import Answer


class RunView(APIView):
    @extend_schema(operation_id="cases_run", responses=shapes.RunSerializer)
    def get(self, request: Request, ref: str) -> Response:
        return Response(run_json.run(run_view.view(fetch_for(actor_of(request), ref))))


class AnswerView(APIView):
    @extend_schema(
        operation_id="cases_run_answer", request=shapes.GiveAnswerSerializer, responses=shapes.GivenSerializer
    )
    @idempotent
    def post(self, request: Request, ref: str, step: int) -> Response:
        given = asked(request, shapes.GiveAnswerSerializer)
        return Response(stands(answers.answer(actor=actor_of(request), ref=ref, step_id=step, **given)))


class AcceptView(APIView):
    @extend_schema(
        operation_id="cases_run_accept", request=shapes.AcceptProposalSerializer, responses=shapes.GivenSerializer
    )
    @idempotent
    def post(self, request: Request, ref: str, step: int) -> Response:
        given = asked(request, shapes.AcceptProposalSerializer)
        return Response(stands(answers.accept(actor=actor_of(request), ref=ref, step_id=step, **given)))


class DoneView(APIView):
    @extend_schema(operation_id="cases_run_done", request=shapes.TickSerializer, responses=shapes.GivenSerializer)
    @idempotent
    def post(self, request: Request, ref: str, step: int) -> Response:
        given = asked(request, shapes.TickSerializer)
        return Response(stands(answers.done(actor=actor_of(request), ref=ref, step_id=step, **given)))


class AcceptAllView(APIView):
    @extend_schema(operation_id="cases_run_accept_all", request=None, responses=shapes.GivenListSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        given = [stands(one) for one in answers.accept_all(actor=actor_of(request), ref=ref)]
        view = run_view.view(fetch_for(actor_of(request), ref))
        return Response({"accepted": given, "revision": view.revision})


class UndoView(APIView):
    """Take back what oneself answered last; accepted all at once, it is taken back at once."""

    @extend_schema(operation_id="cases_run_undo", request=None, responses=shapes.RunSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        taking_back.undo(actor=actor_of(request), ref=ref)
        return Response(run_json.run(run_view.view(fetch_for(actor_of(request), ref))))


class FocusView(APIView):
    @extend_schema(operation_id="cases_focus", request=shapes.FocusSerializer, responses={204: None})
    def post(self, request: Request, ref: str) -> Response:
        told = asked(request, shapes.FocusSerializer)
        focusing.focus(actor=actor_of(request), ref=ref, seconds=told["seconds"], step_id=told["step"])
        return Response(status=204)


def stands(row: Answer) -> dict[str, Any]:
    """An answer just given: nothing has overtaken it yet."""
    row.run.refresh_from_db(fields=["revision"])
    answer = run_json.answer(row, stale=False, seconds=0)
    return {"step": row.step_id, "answer": answer, "revision": row.run.revision}
