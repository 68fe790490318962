"""Long work over REST: how far it is, what came of it, and a way to stop it."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
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
from casebook.playbooks import import_kept

LONG = ("files", "changes")
"""What a result tells one by one: not for who only asks how far a job is."""


class JobSerializer(Shape):
    id = s.IntegerField()
    kind = s.CharField()
    state = s.ChoiceField(WorkState.choices)
    done = s.IntegerField()
    total = s.IntegerField(help_text="0 until it is known")
    result = s.DictField(help_text="the figures, which grow while the job runs; `report` is where the rest is told")
    report = s.CharField(help_text="address of the whole result: every file of an import, every change of a replay")
    error = s.CharField(allow_null=True)


class JobAskedSerializer(Shape):
    job = s.IntegerField()


class JobView(APIView):
    @extend_schema(operation_id="jobs_retrieve", responses=JobSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(asking.fetch(actor_of(request), pk)))


class JobReportView(APIView):
    @extend_schema(
        operation_id="jobs_report",
        description="The whole result. Of an import's dry run it lists every step, for as long as those are kept.",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        job = asking.fetch(actor_of(request), pk)
        if job.report:
            return StreamingHttpResponse(import_kept.report_chunks(job.report), content_type="application/json")
        return JsonResponse(job.result, json_dumps_params={"ensure_ascii": False})


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
        "result": {name: value for name, value in job.result.items() if name not in LONG},
        "report": f"/api/v1/jobs/{job.pk}/report/",
        "error": job.error or None,
    }


urlpatterns = [
    path("jobs/<int:pk>/", JobView.as_view()),
    path("jobs/<int:pk>/report/", JobReportView.as_view()),
    path("jobs/<int:pk>/cancel/", JobCancelView.as_view()),
]
