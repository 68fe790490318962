"""Logs for a case over REST: what its questions wait for, ready searches, and fetches."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.fetch import read
from automation.fetch import request as asking
from automation.fetch.about import About
from automation.fetch.access import fetch_seen
from automation.fetch.policy import LOG_KINDS
from automation.models import LogFetch
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, instant_of, number_of, object_of
from casebook.cases.access import fetch_for
from casebook.errors import Invalid
from triage import run_view, wanted

STATES = list(LogFetch.State.values)


class LogWindowSerializer(Shape):
    to = s.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name Python takes for an attribute."""
        return {"from": s.DateTimeField(), **super().get_fields()}


class WantSerializer(Shape):
    kinds = s.ListField(child=s.CharField(), help_text="kinds of event, of which one would do")
    steps = s.ListField(child=s.IntegerField(), help_text="that wait for them")


class LeftOutSerializer(Shape):
    value = s.CharField()
    why = s.CharField()


class ReadySearchSerializer(Shape):
    search = s.IntegerField()
    name = s.CharField()
    system = s.CharField()
    kind = s.CharField()
    language = s.CharField()
    query = s.CharField(help_text="with the case's entities and window in it")
    link = s.CharField(help_text="the same question in the system itself; empty where its settings do not say")
    left_out = LeftOutSerializer(many=True)


class CaseSearchesSerializer(Shape):
    window = LogWindowSerializer()
    users = s.ListField(child=s.CharField())
    ips = s.ListField(child=s.CharField())
    hosts = s.ListField(child=s.CharField())
    wants = WantSerializer(many=True)
    searches = ReadySearchSerializer(many=True)


class FetchInSerializer(Shape):
    search = s.IntegerField(help_text="a saved search, see `cases/<ref>/searches/`")
    step = s.IntegerField(required=False, allow_null=True, help_text="the step it is for")
    to = s.DateTimeField(required=False, help_text="an hour after what the case knows, unless told")

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name Python takes for an attribute."""
        told = "an hour before what the case knows, unless told"
        return {**super().get_fields(), "from": s.DateTimeField(required=False, help_text=told)}


class FetchSerializer(Shape):
    id = s.IntegerField()
    case = s.CharField()
    step = s.IntegerField(allow_null=True)
    system = s.CharField()
    search = s.CharField()
    kind = s.CharField()
    language = s.CharField()
    query = s.CharField()
    left_out = LeftOutSerializer(many=True)
    window = LogWindowSerializer()
    state = s.ChoiceField(STATES)
    progress = s.IntegerField()
    rows = s.IntegerField()
    bytes = s.IntegerField()
    capped = s.CharField(help_text="which cap ended it; empty where everything came")
    error = s.CharField()
    evidence = s.IntegerField(allow_null=True, help_text="null of a finished one: nothing was found")
    asked_by = s.CharField()
    asked_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)


class CaseSearchesView(APIView):
    @extend_schema(
        operation_id="cases_searches",
        parameters=[OpenApiParameter("kind", OpenApiTypes.STR, enum=LOG_KINDS)],
        responses=CaseSearchesSerializer,
    )
    def get(self, request: Request, ref: str) -> Response:
        """What the case's questions wait for, and where it can be asked for."""
        only(request, ("kind",))
        kind = request.query_params.get("kind", "")
        if kind and kind not in LOG_KINDS:
            raise Invalid.of({"kind": [f"one of {', '.join(LOG_KINDS)}"]})
        case = fetch_for(actor_of(request), ref)
        observables = wanted.observables_of(case)
        about = wanted.about(case, observables)
        wants = wanted.of_run(run_view.view(case), observables)
        ready = read.ready(case, about, (kind,) if kind else ())
        return Response(_searches(about, wants, ready))


class CaseFetchesView(APIView):
    @extend_schema(operation_id="cases_fetches_list", parameters=PAGING, responses=page_of(FetchSerializer))
    def get(self, request: Request, ref: str) -> Response:
        only(request, ())
        rows = LogFetch.objects.filter(case=fetch_for(actor_of(request), ref)).select_related("asked_by")
        pages = Pages()
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([described(row) for row in page])

    @extend_schema(operation_id="cases_fetches_create", request=FetchInSerializer, responses={202: FetchSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Have a worker run a saved search; what it brings becomes evidence of the case."""
        body, actor = object_of(request, FetchInSerializer), actor_of(request)
        search = number_of(body, "search")
        if search is None:
            raise Invalid.of({"search": ["required"]})
        case = fetch_for(actor, ref)
        about = wanted.about(
            case, wanted.observables_of(case), start=instant_of(body, "from"), end=instant_of(body, "to")
        )
        made = asking.ask(actor=actor, ref=ref, search_id=search, about=about, step_id=number_of(body, "step"))
        return Response(described(made), status=202, headers={"Location": f"/api/v1/fetches/{made.pk}/"})


class FetchView(APIView):
    @extend_schema(operation_id="fetches_retrieve", responses=FetchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(fetch_seen(actor_of(request), pk)))


class FetchStopView(APIView):
    @extend_schema(operation_id="fetches_stop", request=None, responses=FetchSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return Response(described(asking.stop(actor=actor_of(request), fetch_id=pk)))


urlpatterns = [
    path("cases/<str:ref>/searches/", CaseSearchesView.as_view()),
    path("cases/<str:ref>/fetches/", CaseFetchesView.as_view()),
    path("fetches/<int:pk>/", FetchView.as_view()),
    path("fetches/<int:pk>/stop/", FetchStopView.as_view()),
]

PLAIN = (
    "kind", "language", "query", "left_out", "state", "progress", "rows", "bytes", "capped", "error", "asked_at",
    "ended_at",
)  # fmt: skip


def described(row: LogFetch) -> dict[str, Any]:
    """A fetch as the API shows it."""
    return {
        "id": row.pk,
        "case": f"CB-{row.case_id}",
        "step": row.step_id,
        "system": row.system_name,
        "search": row.search_name,
        "window": {"from": row.window_from, "to": row.window_to},
        "evidence": row.evidence_id,
        "asked_by": row.asked_by.get_username(),
    } | {name: getattr(row, name) for name in PLAIN}


def _searches(about: About, wants: list[wanted.Want], ready: list[read.Ready]) -> dict[str, Any]:
    return {
        "window": {"from": about.start, "to": about.end},
        "users": about.users,
        "ips": about.ips,
        "hosts": about.hosts,
        "wants": [{"kinds": one.kinds, "steps": [line.step.pk for line in one.steps]} for one in wants],
        "searches": [_ready(one) for one in ready],
    }


def _ready(one: read.Ready) -> dict[str, Any]:
    return {
        "search": one.search.pk,
        "name": one.search.name,
        "system": one.system,
        "kind": one.search.kind,
        "language": one.search.language,
        "query": one.query,
        "link": one.link,
        "left_out": [left._asdict() for left in one.left_out],
    }
