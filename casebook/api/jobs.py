"""Long work over REST: how far it is, what came of it, and a way to stop it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.parsers import JsonParser
from casebook.api.shapes import Shape
from casebook.api.who import actor_of
from casebook.jobs import asking
from casebook.models import Job, WorkState


class JobSerializer(Shape):
    id = s.IntegerField()
    kind = s.CharField()
    state = s.ChoiceField(WorkState.choices)
    done = s.IntegerField()
    total = s.IntegerField(help_text="0 until it is known")
    result = s.DictField(help_text="grows while the job runs")
    error = s.CharField(allow_null=True)


class JobAskedSerializer(Shape):
    job = s.IntegerField()


class JobView(APIView):
    @extend_schema(operation_id="jobs_retrieve", responses=JobSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(asking.fetch(actor_of(request), pk)))


class JobCancelView(APIView):
    parser_classes = [JsonParser]

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return Response(described(asking.cancel(actor=actor_of(request), job_id=pk)))


def asked(job: Job) -> Response:
    """202 with the job's number and address: what every route that starts one answers."""
    return Response({"job": job.pk}, status=202, headers={"Location": f"/api/v1/jobs/{job.pk}/"})


def described(job: Job) -> dict[str, Any]:
    """A job as the contract shows it."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "result": job.result,
        "error": job.error or None,
    }


urlpatterns = [
    path("jobs/<int:pk>/", JobView.as_view()),
    path("jobs/<int:pk>/cancel/", JobCancelView.as_view()),
]
