"""Log systems and their searches over REST. A secret goes in and never comes out again."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.fetch import access, keeping, saved
from automation.fetch.policy import LOG_KINDS
from automation.models import LogSystem, SavedSearch
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, object_of
from casebook.errors import Invalid


class LogSystemChangeSerializer(Shape):
    name = s.CharField(required=False)
    url = s.CharField(required=False)
    reach = s.CharField(required=False, help_text="public, private or local: where the system may stand")
    settings = s.DictField(required=False, help_text="what the kind needs, see docs/admin.md")
    enabled = s.BooleanField(required=False)
    most_rows = s.IntegerField(required=False, help_text="of one fetch")
    most_bytes = s.IntegerField(required=False)
    most_s = s.IntegerField(required=False, help_text="seconds one fetch may take")
    secret = s.CharField(required=False, write_only=True)


class LogSystemInSerializer(LogSystemChangeSerializer):
    team = s.CharField()
    name = s.CharField()
    kind = s.CharField(help_text="elasticsearch, opensearch, splunk, graph_hunting or loki")
    url = s.CharField()


class LogSystemSerializer(Shape):
    id = s.IntegerField()
    team = s.CharField()
    name = s.CharField()
    kind = s.CharField()
    url = s.CharField()
    reach = s.CharField()
    settings = s.DictField()
    enabled = s.BooleanField()
    most_rows = s.IntegerField()
    most_bytes = s.IntegerField()
    most_s = s.IntegerField()
    worked_at = s.DateTimeField(allow_null=True)
    failures = s.IntegerField(help_text="since it last worked")
    error = s.CharField()


class LogSystemTriedSerializer(Shape):
    worked = s.BooleanField()
    said = s.CharField()


class SavedSearchChangeSerializer(Shape):
    kind = s.ChoiceField(LOG_KINDS, required=False, help_text="the kind of event it brings")
    name = s.CharField(required=False)
    language = s.CharField(required=False, help_text="one the system speaks: esql, dsl, spl, kql, logql")
    template = s.CharField(required=False, help_text="with places in braces, see docs/admin.md")


class SavedSearchInSerializer(SavedSearchChangeSerializer):
    kind = s.ChoiceField(LOG_KINDS)
    name = s.CharField()
    template = s.CharField()


class SavedSearchSerializer(Shape):
    id = s.IntegerField()
    system = s.IntegerField()
    kind = s.CharField()
    name = s.CharField()
    language = s.CharField()
    template = s.CharField()
    becomes = s.CharField(help_text="filled with a made-up case")


class LogSystemsView(APIView):
    @extend_schema(operation_id="logsystems_list", parameters=PAGING, responses=page_of(LogSystemSerializer))
    def get(self, request: Request) -> Response:
        only(request, ())
        pages = Pages()
        rows: list[Any] = pages.paginate_queryset(access.readable(actor_of(request)), request, view=self) or []
        return pages.get_paginated_response([described(row) for row in rows])

    @extend_schema(
        operation_id="logsystems_create", request=LogSystemInSerializer, responses={201: LogSystemSerializer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = dict(object_of(request, LogSystemInSerializer))
        team = body.pop("team", "")
        if not isinstance(team, str) or not team:
            raise Invalid("Say which team it belongs to.", errors={"team": ["required"]})
        return Response(described(keeping.create(actor=actor_of(request), team=team, values=body)), status=201)


class LogSystemView(APIView):
    @extend_schema(operation_id="logsystems_retrieve", responses=LogSystemSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(access.seen(actor_of(request), pk)))

    @extend_schema(operation_id="logsystems_change", request=LogSystemChangeSerializer, responses=LogSystemSerializer)
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        body = object_of(request, LogSystemChangeSerializer)
        return Response(described(keeping.change(actor=actor_of(request), system_id=pk, values=body)))

    @extend_schema(operation_id="logsystems_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        keeping.drop(actor=actor_of(request), system_id=pk)
        return Response(status=204)


class LogSystemTryView(APIView):
    @extend_schema(operation_id="logsystems_try", request=None, responses=LogSystemTriedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """A light question, now: whether address and credential are good."""
        tried = keeping.attempt(actor=actor_of(request), system_id=pk)
        return Response({"worked": tried.worked, "said": tried.said})


class SavedSearchesView(APIView):
    @extend_schema(operation_id="logsystems_searches_list", parameters=PAGING, responses=page_of(SavedSearchSerializer))
    def get(self, request: Request, pk: int) -> Response:
        only(request, ())
        rows = SavedSearch.objects.filter(system=access.seen(actor_of(request), pk)).select_related("system")
        pages = Pages()
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([told(row) for row in page])

    @extend_schema(
        operation_id="logsystems_searches_create",
        request=SavedSearchInSerializer,
        responses={201: SavedSearchSerializer},
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        body = object_of(request, SavedSearchInSerializer)
        return Response(told(saved.add(actor=actor_of(request), system_id=pk, values=body)), status=201)


class SavedSearchView(APIView):
    @extend_schema(operation_id="logsearches_retrieve", responses=SavedSearchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(told(access.search_seen(actor_of(request), pk)))

    @extend_schema(
        operation_id="logsearches_change", request=SavedSearchChangeSerializer, responses=SavedSearchSerializer
    )
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        body = object_of(request, SavedSearchChangeSerializer)
        return Response(told(saved.change(actor=actor_of(request), search_id=pk, values=body)))

    @extend_schema(operation_id="logsearches_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        saved.drop(actor=actor_of(request), search_id=pk)
        return Response(status=204)


urlpatterns = [
    path("logsystems/", LogSystemsView.as_view()),
    path("logsystems/<int:pk>/", LogSystemView.as_view()),
    path("logsystems/<int:pk>/try/", LogSystemTryView.as_view()),
    path("logsystems/<int:pk>/searches/", SavedSearchesView.as_view()),
    path("logsearches/<int:pk>/", SavedSearchView.as_view()),
]

PLAIN = (
    "name", "kind", "url", "reach", "settings", "enabled", "most_rows", "most_bytes", "most_s", "worked_at", "failures",
    "error",
)  # fmt: skip


def described(row: LogSystem) -> dict[str, Any]:
    """A log system as the API shows it: everything but its secret."""
    return {"id": row.pk, "team": row.team.slug} | {name: getattr(row, name) for name in PLAIN}


def told(row: SavedSearch) -> dict[str, Any]:
    """A saved search, and what it becomes."""
    filled = saved.filled(row.system, row.template, row.language, saved.sample())
    plain = {name: getattr(row, name) for name in ("kind", "name", "language", "template")}
    return {"id": row.pk, "system": row.system_id, **plain, "becomes": filled.text}
