"""A case's tasks over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.who import actor_of
from triage import tasks_t2
from triage.api import shapes
from triage.api.asked import asked
from triage.models import Task


class CaseTasksView(APIView):
    @extend_schema(operation_id="cases_tasks_list", responses=shapes.TaskListSerializer)
    def get(self, request: Request, ref: str) -> Response:
        found = [task(one) for one in tasks_t2.of_case(actor_of(request), ref)]
        return Response({"next": None, "previous": None, "results": found})

    @extend_schema(
        operation_id="cases_tasks_create", request=shapes.AddTaskSerializer, responses={201: shapes.TaskSerializer}
    )
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        said = asked(request, shapes.AddTaskSerializer)
        return Response(task(tasks_t2.add(actor=actor_of(request), ref=ref, **said)), status=201)


class TaskView(APIView):
    @extend_schema(operation_id="tasks_change", request=shapes.ChangeTaskSerializer, responses=shapes.TaskSerializer)
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        said = asked(request, shapes.ChangeTaskSerializer)
        return Response(task(tasks_t2.change(actor=actor_of(request), task_id=pk, **said)))


def task(row: Task) -> dict[str, Any]:
    return {
        "id": row.pk,
        "case": f"CB-{row.case_id}",
        "step": row.step_id,
        "title": row.title,
        "state": row.state,
        "owner": row.owner.get_username() if row.owner else None,
        "due_at": row.due_at,
        "outcome": row.outcome,
        "revision": row.revision,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
    }
