"""The SLA report over REST, and the cases behind each of its figures."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.paging import Pages, only
from casebook.api.shapes import SEVERITIES, Shape, page_of
from casebook.api.who import actor_of
from casebook.errors import Invalid
from casebook.models import Case
from casebook.reports.behind import behind, read_figure, span_of
from casebook.reports.outcomes import OUTCOMES, Reported
from casebook.reports.scope import FILTERS, GROUPS, Scope, read_scope
from casebook.reports.sla import Figure, SlaReport, report

CASES = "/api/v1/reports/sla/cases/"
FORMATS = ("json",)


class SlaFigureSerializer(Shape):
    """Seconds; ``attainment`` is a share from 0 to 1 of the targets that have ended, null where none has."""

    measure = s.CharField()
    label = s.CharField()  # type: ignore[assignment]  # shadows DRF's own
    formula = s.CharField()
    policy = s.CharField(allow_null=True, help_text="the policy versions its clocks ran under; null: no target")
    group = s.CharField(allow_null=True)
    met = s.IntegerField()
    missed = s.IntegerField(help_text="ended past the target, or still running past it (overdue)")
    running = s.IntegerField(help_text="still running within the target")
    overdue = s.IntegerField(help_text="those of missed that still run")
    open = s.IntegerField(help_text="begun and not ended: their length is not known yet")
    skewed = s.IntegerField(help_text="ended before it began, by the sender's clock; counted nowhere else")
    attainment = s.FloatField(allow_null=True)
    median_s = s.FloatField(allow_null=True)
    p90_s = s.FloatField(allow_null=True)
    n = s.IntegerField(help_text="stretches that have ended: what median and p90 are of")
    cases = s.CharField(help_text="the n cases behind median and p90")
    figures = s.DictField(child=s.CharField(), help_text="the cases behind each other count, by outcome")


class SlaPeriodSerializer(Shape):
    to = s.DateTimeField()
    group_by = s.ChoiceField(list(GROUPS))

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name Python takes for an attribute."""
        return {"from": s.DateTimeField(), **super().get_fields()}


class SlaGroupSerializer(Shape):
    group = s.CharField()
    measures = SlaFigureSerializer(many=True)


class SlaClosingSerializer(Shape):
    how = s.CharField(help_text="`open`, `person`, or a rule or bulk")
    apart = s.BooleanField(help_text="in no measure: no person closed them one by one")
    n = s.IntegerField()
    cases = s.CharField()


class SlaReportSerializer(Shape):
    """Measures count cases closed one by one by people, and open ones; ``closings`` counts the others apart."""

    period = SlaPeriodSerializer()
    measures = SlaFigureSerializer(many=True)
    groups = SlaGroupSerializer(many=True)
    closings = SlaClosingSerializer(many=True)


class SlaCaseSerializer(Shape):
    ref = s.CharField()
    title = s.CharField()
    severity = s.ChoiceField(SEVERITIES)
    state = s.CharField()
    team = s.CharField()
    owner = s.CharField(allow_null=True)
    received_at = s.DateTimeField()
    seconds = s.FloatField(allow_null=True, help_text="what the measure came to; null where it has not ended")


def _parameters(*more: OpenApiParameter) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("from", OpenApiTypes.STR, description="a date or an instant; 30 days before the end"),
        OpenApiParameter("to", OpenApiTypes.STR, description="a date (through that day) or an instant; today"),
        OpenApiParameter("severity", OpenApiTypes.STR, enum=SEVERITIES),
        *[OpenApiParameter(name, OpenApiTypes.STR) for name in ("team", "source", "playbook")],
        OpenApiParameter("group_by", OpenApiTypes.STR, enum=list(GROUPS)),
        *more,
    ]


class SlaReportView(APIView):
    @extend_schema(operation_id="reports_sla", parameters=_parameters(), responses=SlaReportSerializer)
    def get(self, request: Request) -> Response:
        """Every measure over the cases received in a period: attainment, median, p90, n."""
        only(request, FILTERS)
        if request.query_params.get("format", "json") not in FORMATS:
            raise Invalid("The report comes as JSON.", errors={"format": [f"one of {', '.join(FORMATS)}"]})
        return Response(_described(report(actor_of(request), read_scope(request.query_params.dict(), timezone.now()))))


class SlaCasesView(APIView):
    @extend_schema(
        operation_id="reports_sla_cases",
        parameters=_parameters(
            OpenApiParameter("measure", OpenApiTypes.STR),
            OpenApiParameter("outcome", OpenApiTypes.STR, enum=list(OUTCOMES)),
            OpenApiParameter(
                "closed",
                OpenApiTypes.STR,
                description="`people` (closed one by one, or open), or one of the report's closings",
            ),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ),
        responses=page_of(SlaCaseSerializer),
    )
    def get(self, request: Request) -> Response:
        """The cases behind one figure: exactly those it counted."""
        only(request, (*FILTERS, "measure", "outcome", "closed"))
        params = request.query_params.dict()
        scope, (measure, outcome) = read_scope(params, timezone.now()), read_figure(params)
        pages = Pages()
        page = pages.paginate_queryset(behind(actor_of(request), scope, measure, outcome), request, view=self) or []
        return pages.get_paginated_response([_case(case, measure) for case in page])


urlpatterns = [
    path("reports/sla/", SlaReportView.as_view()),
    path("reports/sla/cases/", SlaCasesView.as_view()),
]


def _described(found: SlaReport) -> dict[str, Any]:
    scope = found.scope
    return {
        "period": {"from": scope.start, "to": scope.end, "group_by": scope.group_by},
        "measures": [_figure(figure, scope) for figure in found.figures],
        "groups": [
            {"group": name, "measures": [_figure(figure, scope.narrowed(name)) for figure in figures]}
            for name, figures in found.groups.items()
        ],
        "closings": [
            {"how": one.how, "n": one.n, "apart": one.apart, "cases": f"{CASES}?{scope.query(closed=one.how)}"}
            for one in found.closings
        ],
    }


def _figure(figure: Figure, scope: Scope) -> dict[str, Any]:
    urls = {outcome: f"{CASES}?{scope.query(measure=figure.measure, outcome=outcome)}" for outcome in OUTCOMES}
    return {
        "measure": figure.measure,
        "label": figure.label,
        "formula": figure.formula,
        "policy": figure.policy,
        "group": figure.group,
        "met": figure.met,
        "missed": figure.missed,
        "running": figure.running,
        "overdue": figure.overdue,
        "open": figure.open,
        "skewed": figure.skewed,
        "attainment": figure.attainment,
        "median_s": figure.median_s,
        "p90_s": figure.p90_s,
        "n": figure.n,
        "cases": urls.pop("measured"),
        "figures": urls,
    }


def _case(case: Case, measure: Reported | None) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "title": case.title,
        "severity": case.severity_word,
        "state": case.state,
        "team": case.team.slug,
        "owner": case.owner.get_username() if case.owner else None,
        "received_at": case.received_at,
        "seconds": span_of(case, measure),
    }
