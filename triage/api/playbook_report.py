"""The playbook report over REST, and the cases behind each of its counts."""

from __future__ import annotations

from typing import Any

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
from casebook.models import Case
from triage.playbook_report.behind import FIGURES, behind, read_figure
from triage.playbook_report.lines import Line
from triage.playbook_report.questions import Question
from triage.playbook_report.report import FORMULAS, PlaybookReport, report
from triage.playbook_report.scope import FILTERS, Scope, may_open, read

CASES = "/api/v1/reports/playbooks/cases/"
SHARE = "from 0 to 1; null: of nothing"


class PlaybookLineSerializer(Shape):
    """Times in seconds. Abandoned runs count in ``runs`` and ``abandoned`` and nowhere else."""

    playbook = s.CharField(allow_null=True, help_text="null: all together")
    title = s.CharField(help_text="the name of its newest version, or of this one")
    version = s.IntegerField(allow_null=True, help_text="null: all versions together")
    runs = s.IntegerField()
    abandoned = s.IntegerField()
    reasons = s.DictField(child=s.IntegerField(), help_text="why runs were abandoned")
    verdicts = s.DictField(child=s.IntegerField(), help_text="of closed cases")
    timed = s.IntegerField(help_text="runs with active time: what median and p90 are of")
    median_s = s.FloatField(allow_null=True)
    p90_s = s.FloatField(allow_null=True)
    answers = s.IntegerField()
    unknown = s.IntegerField()
    unknown_rate = s.FloatField(allow_null=True, help_text=SHARE)
    decided = s.IntegerField()
    overridden = s.IntegerField()
    override_rate = s.FloatField(allow_null=True, help_text=SHARE)
    escalated = s.IntegerField()
    returned = s.IntegerField()
    return_rate = s.FloatField(allow_null=True, help_text=SHARE)
    cases = s.CharField(allow_null=True, help_text="the cases behind runs; null for who does not read cases")


class PlaybookQuestionSerializer(Shape):
    key = s.CharField(help_text="holds across versions")
    section = s.CharField(help_text="`question` or `indicator`")
    text = s.CharField()
    answers = s.IntegerField()
    unknown = s.IntegerField()
    unknown_rate = s.FloatField(allow_null=True, help_text=SHARE)
    accepted = s.IntegerField(help_text="answers that took the proposal")
    changed = s.IntegerField()
    changed_rate = s.FloatField(allow_null=True, help_text=SHARE)
    decided = s.IntegerField()
    pivotal = s.IntegerField()
    pivotal_share = s.FloatField(allow_null=True, help_text=SHARE)
    gain_bits = s.FloatField(allow_null=True, help_text="null: too few closed cases")
    timed = s.IntegerField()
    spent_s = s.IntegerField(help_text="active time of everybody together")
    median_s = s.FloatField(allow_null=True)
    p90_s = s.FloatField(allow_null=True)
    never_changes = s.BooleanField()
    cases = s.CharField(allow_null=True, help_text="the cases behind answers; null for who does not read cases")


class PlaybookLackSerializer(Shape):
    missing = s.CharField()
    answers = s.IntegerField(help_text="answers “cannot tell” whose detectors lacked it")
    runs = s.IntegerField()
    cases = s.CharField(allow_null=True)


class PlaybookPeriodSerializer(Shape):
    to = s.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name Python takes for an attribute."""
        return {"from": s.DateTimeField(), **super().get_fields()}


class PlaybookReportSerializer(Shape):
    """``lines`` are playbooks; with ``playbook`` its versions, and only then are there questions and missing logs.
    ``whole`` is all lines together."""

    period = PlaybookPeriodSerializer()
    formulas = s.DictField(child=s.CharField())
    whole = PlaybookLineSerializer()
    lines = PlaybookLineSerializer(many=True)
    questions = PlaybookQuestionSerializer(many=True)
    missing_logs = PlaybookLackSerializer(many=True)


class PlaybookCaseSerializer(Shape):
    ref = s.CharField()
    title = s.CharField()
    severity = s.ChoiceField(SEVERITIES)
    state = s.CharField()
    verdict = s.CharField(help_text="empty while it is open")
    team = s.CharField()
    owner = s.CharField(allow_null=True)
    received_at = s.DateTimeField()


def _parameters(*more: OpenApiParameter) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("from", OpenApiTypes.STR, description="a date or an instant; 30 days before the end"),
        OpenApiParameter("to", OpenApiTypes.STR, description="a date (through that day) or an instant; today"),
        OpenApiParameter("playbook", OpenApiTypes.STR, description="a slug"),
        OpenApiParameter("version", OpenApiTypes.INT, description="one of the playbook's; with `playbook` only"),
        OpenApiParameter("team", OpenApiTypes.STR, description="the slug of one of your teams"),
        *more,
    ]


class PlaybookReportView(APIView):
    @extend_schema(operation_id="reports_playbooks", parameters=_parameters(), responses=PlaybookReportSerializer)
    def get(self, request: Request) -> Response:
        """What came of the runs started in a period."""
        only(request, FILTERS)
        actor = actor_of(request)
        found = report(actor, read(request.query_params.dict(), timezone.now()))
        return Response(_described(found, opens=may_open(actor)))


class PlaybookCasesView(APIView):
    @extend_schema(
        operation_id="reports_playbooks_cases",
        parameters=_parameters(
            OpenApiParameter("figure", OpenApiTypes.STR, enum=list(FIGURES)),
            OpenApiParameter("of", OpenApiTypes.STR, description="a step's key, a verdict or a missing log"),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ),
        responses=page_of(PlaybookCaseSerializer),
    )
    def get(self, request: Request) -> Response:
        """The cases behind one count."""
        only(request, (*FILTERS, "figure", "of"))
        params = request.query_params.dict()
        found = behind(actor_of(request), read(params, timezone.now()), read_figure(params))
        pages = Pages()
        page = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([_case(case) for case in page])


def _described(found: PlaybookReport, *, opens: bool) -> dict[str, Any]:
    scope = found.scope

    def cases(**figure: str) -> str | None:
        return f"{CASES}?{scope.query(**figure)}" if opens else None

    return {
        "period": {"from": scope.start, "to": scope.end},
        "formulas": FORMULAS,
        "whole": _line(found.whole, scope, cases()),
        "lines": [_line(line, scope, cases(**_named(line, scope))) for line in found.lines],
        "questions": [_question(one, cases(figure="answered", of=one.key)) for one in found.questions],
        "missing_logs": [
            {"missing": one.missing, "answers": one.answers, "runs": one.runs}
            | {"cases": cases(figure="lacking", of=one.missing)}
            for one in found.lacks
        ],
    }


def _named(line: Line, scope: Scope) -> dict[str, str]:
    return {"version" if scope.playbook else "playbook": str(line.name)}


LINE = [
    "title",
    "runs",
    "abandoned",
    "timed",
    "median_s",
    "p90_s",
    "answers",
    "unknown",
    "unknown_rate",
    "decided",
    "overridden",
    "override_rate",
    "escalated",
    "returned",
    "return_rate",
]
QUESTION = [
    "key",
    "section",
    "text",
    "answers",
    "unknown",
    "unknown_rate",
    "accepted",
    "changed",
    "changed_rate",
    "decided",
    "pivotal",
    "pivotal_share",
    "gain_bits",
    "timed",
    "spent_s",
    "median_s",
    "p90_s",
]


def _line(line: Line, scope: Scope, cases: str | None) -> dict[str, Any]:
    return {
        "playbook": scope.playbook or line.name,
        "version": line.name if scope.playbook and line.name else None,
        **{name: getattr(line, name) for name in LINE},
        "reasons": dict(line.reasons),
        "verdicts": dict(line.verdicts),
        "cases": cases,
    }


def _question(one: Question, cases: str | None) -> dict[str, Any]:
    return {name: getattr(one, name) for name in QUESTION} | {"never_changes": one.idle, "cases": cases}


def _case(case: Case) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "title": case.title,
        "severity": case.severity_word,
        "state": case.state,
        "verdict": case.verdict,
        "team": case.team.slug,
        "owner": case.owner.get_username() if case.owner else None,
        "received_at": case.received_at,
    }
