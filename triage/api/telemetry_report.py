"""The report of telemetry gaps over REST, also as CSV. The cases behind a figure are the playbook report's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.paging import only
from casebook.api.shapes import Shape
from casebook.api.who import actor_of
from casebook.errors import Invalid
from triage.api.playbook_report import CASES, PlaybookPeriodSerializer
from triage.playbook_report.scope import Scope, may_open
from triage.telemetry_report.gaps import Gap
from triage.telemetry_report.report import FILTERS, FORMULAS, TelemetryReport, read_asked, report
from triage.telemetry_report.table import as_csv

FORMATS = ("json", "csv")


class GapSerializer(Shape):
    name = s.CharField()
    title = s.CharField(help_text="of a playbook")
    answers = s.IntegerField(help_text="answers “cannot tell” that lacked it")
    given_up = s.IntegerField(help_text="of them accepted as unknowable")
    runs = s.IntegerField()
    cases = s.CharField(allow_null=True, help_text="null for who does not read cases")


class GapWeekSerializer(Shape):
    start = s.DateField(help_text="its Monday")
    of = s.IntegerField(help_text="answers given in the runs of this week")
    unknown = s.IntegerField()
    unknowable = s.IntegerField()
    lacking = s.IntegerField()
    rate = s.FloatField(allow_null=True, help_text="lacking / of; null: of nothing")


class GapQuestionSerializer(Shape):
    playbook = s.CharField()
    key = s.CharField(help_text="holds across versions")
    text = s.CharField()
    answers = s.IntegerField()
    given_up = s.IntegerField()
    runs = s.IntegerField()


class TelemetryReportSerializer(Shape):
    """With ``log`` everything but ``logs`` and ``others`` is of that log alone."""

    period = PlaybookPeriodSerializer()
    formulas = s.DictField(child=s.CharField())
    log = s.CharField()
    answers = s.IntegerField(help_text="given to questions and indicators")
    unknown = s.IntegerField(help_text="of them “cannot tell”")
    unknowable = s.IntegerField(help_text="of them accepted as unknowable")
    whole = GapSerializer()
    logs = GapSerializer(many=True)
    others = GapSerializer(many=True, help_text="what lacked and is no log, such as corporate ranges")
    playbooks = GapSerializer(many=True)
    teams = GapSerializer(many=True)
    weeks = GapWeekSerializer(many=True)
    questions = GapQuestionSerializer(many=True)


class TelemetryReportView(APIView):
    @extend_schema(
        operation_id="reports_telemetry",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.STR, description="a date or an instant; 30 days before the end"),
            OpenApiParameter("to", OpenApiTypes.STR, description="a date (through that day) or an instant; today"),
            OpenApiParameter("playbook", OpenApiTypes.STR, description="a slug"),
            OpenApiParameter("team", OpenApiTypes.STR, description="the slug of one of your teams"),
            OpenApiParameter("log", OpenApiTypes.STR, description="one of the names in `logs`"),
            OpenApiParameter("format", OpenApiTypes.STR, enum=list(FORMATS)),
        ],
        responses=TelemetryReportSerializer,
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Which logs questions lacked in the runs started in a period."""
        only(request, FILTERS)
        form = request.query_params.get("format", "json")
        if form not in FORMATS:
            raise Invalid("The report comes as JSON or CSV.", errors={"format": [f"one of {', '.join(FORMATS)}"]})
        actor = actor_of(request)
        found = report(actor, *read_asked(request.query_params.dict(), timezone.now()))
        if form == "csv":
            return HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
        return Response(_described(found, opens=may_open(actor)))


urlpatterns = [path("reports/telemetry/", TelemetryReportView.as_view())]


def _described(found: TelemetryReport, *, opens: bool) -> dict[str, Any]:
    scope = found.scope

    def gap(one: Gap, of: str, inside: Scope) -> dict[str, Any]:
        plain = {name: getattr(one, name) for name in ("name", "title", "answers", "given_up", "runs")}
        return plain | {"cases": f"{CASES}?{inside.query(figure='lacking', of=of)}" if opens else None}

    return {
        "period": {"from": scope.start, "to": scope.end},
        "formulas": FORMULAS,
        **{name: getattr(found, name) for name in ("log", "answers", "unknown", "unknowable", "questions")},
        "whole": gap(found.whole, found.log, scope),
        "logs": [gap(one, one.name, scope) for one in found.logs],
        "others": [gap(one, one.name, scope) for one in found.others],
        "playbooks": [gap(one, found.log, replace(scope, playbook=one.name)) for one in found.playbooks],
        "teams": [gap(one, found.log, replace(scope, team=one.name)) for one in found.teams],
        "weeks": [
            {name: getattr(one, name) for name in ("start", "of", "unknown", "unknowable", "lacking", "rate")}
            for one in found.weeks
        ],
    }
