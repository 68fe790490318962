"""People, allow entries and change windows over REST: list, add, change, remove, and many at once as CSV."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, instant_of, list_of, object_of, text_of
from casebook.context import access, csv_files, entries
from casebook.context.kind import Kind
from casebook.context.kinds import KINDS
from casebook.errors import Invalid
from casebook.models import AllowEntry

LISTING = [OpenApiParameter("team", OpenApiTypes.STR), OpenApiParameter("q", OpenApiTypes.STR), *PAGING]
TEAM_HELP = "slug; may be left out by who changes the context of one team only"
_APART = re.compile(r"[\s,;]")


class PersonShape(Shape):
    names = s.ListField(child=s.CharField(), help_text="user names and mail addresses, as logs write them")
    name = s.CharField()
    role = s.CharField(required=False)
    manager = s.CharField(required=False)
    away_from = s.DateField(required=False, allow_null=True, help_text="days are UTC")
    away_to = s.DateField(required=False, allow_null=True)
    travel_country = s.CharField(required=False, help_text="two letters: works from there meanwhile; empty: on leave")


class PersonInContextSerializer(PersonShape):
    team = s.CharField(required=False, help_text=TEAM_HELP)


class PersonOfContextSerializer(PersonShape):
    id = s.IntegerField()
    team = s.CharField()


class AllowShape(Shape):
    kind = s.CharField(help_text=f"one of {', '.join(AllowEntry.Kind.values)}")
    value = s.CharField(help_text="a domain covers what is below it; * in command lines and user agents")
    reason = s.CharField()
    owner = s.CharField()
    expires = s.DateField(required=False, allow_null=True, help_text="its last day, UTC")


class AllowEntryInSerializer(AllowShape):
    team = s.CharField(required=False, help_text=TEAM_HELP)


class AllowEntrySerializer(AllowShape):
    id = s.IntegerField()
    team = s.CharField()


class ChangeShape(Shape):
    title = s.CharField()
    reference = s.CharField(required=False)
    starts_at = s.DateTimeField()
    ends_at = s.DateTimeField()
    hosts = s.ListField(child=s.CharField(), required=False, help_text="one of hosts, users and services at least")
    users = s.ListField(child=s.CharField(), required=False)
    services = s.ListField(child=s.CharField(), required=False)
    owner = s.CharField()


class ChangeWindowInSerializer(ChangeShape):
    team = s.CharField(required=False, help_text=TEAM_HELP)


class ChangeWindowSerializer(ChangeShape):
    id = s.IntegerField()
    team = s.CharField()


class ContextCsvSerializer(Shape):
    team = s.CharField(required=False, help_text=TEAM_HELP)
    csv = s.CharField(help_text=f"the first line names the columns; {csv_files.MOST_LINES} lines at most")


class ContextLineSerializer(Shape):
    number = s.IntegerField()
    line = s.CharField()
    outcome = s.ChoiceField(["added", "changed", "unchanged", "refused"])
    text = s.CharField(help_text="what became of it, or why it was refused")


class ContextImportSerializer(Shape):
    added = s.IntegerField()
    changed = s.IntegerField()
    unchanged = s.IntegerField()
    refused = s.IntegerField()
    lines = ContextLineSerializer(many=True)


def _routes(kind: Kind[Any], given: type[Shape], shown: type[Shape]) -> list[URLPattern]:
    """The list of one kind, one of it, and its import."""
    about = f"context_{kind.slug}"

    class Entries(APIView):
        @extend_schema(operation_id=f"{about}_list", parameters=LISTING, responses=page_of(shown))
        def get(self, request: Request) -> Response:
            only(request, ("team", "q"))
            rows = kind.model.objects.filter(team__in=access.readable(actor_of(request))).select_related("team")
            if request.query_params.get("team"):
                rows = rows.filter(team__slug=request.query_params["team"])
            if request.query_params.get("q"):
                rows = rows.filter(kind.found_by(request.query_params["q"]))
            pages = Pages()
            page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
            return pages.get_paginated_response([_shown(kind, row) for row in page])

        @extend_schema(operation_id=f"{about}_create", request=given, responses={201: shown})
        @idempotent
        def post(self, request: Request) -> Response:
            body = object_of(request, given)
            team_id = access.team_named(actor_of(request), text_of(body, "team"))
            row = entries.add(kind, actor=actor_of(request), team_id=team_id, values=_texts(kind, body))
            return Response(_shown(kind, row), status=201)

    class Entry(APIView):
        @extend_schema(operation_id=f"{about}_update", request=given, responses=shown)
        @idempotent
        def patch(self, request: Request, pk: int) -> Response:
            body = object_of(request, given)
            if "team" in body:
                what = "a record stays with its team: remove it, and add it to the other"
                raise Invalid(f"team: {what}.", errors={"team": [what]})
            row = entries.change(kind, actor=actor_of(request), pk=pk, values=_texts(kind, body))
            return Response(_shown(kind, row))

        @extend_schema(operation_id=f"{about}_delete", responses={204: None})
        @idempotent
        def delete(self, request: Request, pk: int) -> Response:
            entries.remove(kind, actor=actor_of(request), pk=pk)
            return Response(status=204)

    class Import(APIView):
        @extend_schema(
            operation_id=f"{about}_import", request=ContextCsvSerializer, responses={200: ContextImportSerializer}
        )
        @idempotent
        def post(self, request: Request) -> Response:
            body = object_of(request, ContextCsvSerializer)
            team_id = access.team_named(actor_of(request), text_of(body, "team"))
            report = csv_files.import_csv(kind, actor=actor_of(request), team_id=team_id, text=text_of(body, "csv"))
            counts = {word: sum(line.outcome == word for line in report) for word in csv_files.OUTCOMES}
            return Response(counts | {"lines": [asdict(line) for line in report]})

    return [
        path(f"context/{kind.slug}/", Entries.as_view()),
        path(f"context/{kind.slug}/<int:pk>/", Entry.as_view()),
        path(f"context/{kind.slug}/import/", Import.as_view()),
    ]


urlpatterns = [
    *_routes(KINDS["people"], PersonInContextSerializer, PersonOfContextSerializer),
    *_routes(KINDS["allowed"], AllowEntryInSerializer, AllowEntrySerializer),
    *_routes(KINDS["changes"], ChangeWindowInSerializer, ChangeWindowSerializer),
]


def _shown(kind: Kind[Any], row: Any) -> dict[str, Any]:
    return {"id": row.pk, "team": row.team.slug} | kind.values_of(row)


def _texts(kind: Kind[Any], body: dict[str, Any]) -> dict[str, str]:
    """The fields of the body as `casebook.context.fields.read` takes them. Raises Invalid for a wrong type."""
    found: dict[str, str] = {}
    for field in kind.fields:
        if field.name not in body:
            continue
        if field.form == "words":
            words = list_of(body, field.name, str)
            if any(_APART.search(word) for word in words):
                what = "a name holds no blank, comma or semicolon"
                raise Invalid(f"{field.name}: {what}.", errors={field.name: [what]})
            found[field.name] = ", ".join(words)
        elif field.form == "instant":
            at = instant_of(body, field.name)
            found[field.name] = at.isoformat() if at else ""
        else:
            found[field.name] = text_of(body, field.name)
    return found
