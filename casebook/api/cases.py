"""Cases over REST: list, open, read, edit, and the verbs of the record. Triage's verbs are triage's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import shapes
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.who import OF_ANY_VERB, actor_of, instant_of, list_of, number_of, object_of, text_of
from casebook.cases import closing, describe, notes, opening, ownership, queries, waiting
from casebook.cases.access import fetch_for
from casebook.errors import Invalid
from casebook.journal import timeline
from casebook.models import Case

FILTERS = [OpenApiParameter(name, OpenApiTypes.STR) for name in queries.FILTERS] + [
    OpenApiParameter("order", OpenApiTypes.STR, enum=list(queries.ORDERS)),
]
ROWS = shapes.page_of(shapes.CaseRowSerializer)
ENTRIES = shapes.page_of(shapes.TimelineEntrySerializer)
ORDERINGS: dict[str, Any] = {name: (by, "-id") if name == "severity" else by for name, by in queries.ORDERS.items()}


class CasesView(APIView):
    @extend_schema(operation_id="cases_list", parameters=FILTERS + PAGING, responses=ROWS)
    def get(self, request: Request) -> Response:
        only(request, queries.FILTERS)
        order = request.query_params.get("order", "newest")
        if order not in queries.ORDERS:
            raise Invalid(f"order is one of {', '.join(queries.ORDERS)}.", errors={"order": ["not known"]})
        pages = Pages()
        pages.ordering = ORDERINGS[order]
        found = queries.rows(queries.filtered(actor_of(request), request.query_params.dict()))
        page = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([describe.row(case) for case in page])

    @extend_schema(
        operation_id="cases_create", request=shapes.OpenCaseSerializer, responses={201: shapes.CaseSerializer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = object_of(request, shapes.OpenCaseSerializer)
        observables = [
            (text_of(one, "type"), text_of(one, "value"), text_of(one, "role", "related"))
            for one in list_of(asked, "observables", dict)
        ]
        case = opening.open_by_hand(
            actor=actor_of(request),
            title=text_of(asked, "title"),
            team=text_of(asked, "team"),
            severity=text_of(asked, "severity", "medium"),
            techniques=list_of(asked, "techniques", str),
            observables=observables,
        )
        return Response(described(case), status=201, headers={"Location": f"/api/v1/cases/{case.ref}/"})


class CaseView(APIView):
    @extend_schema(operation_id="cases_retrieve", responses=shapes.CaseSerializer)
    def get(self, request: Request, ref: str) -> Response:
        return Response(describe.whole(fetch_for(actor_of(request), ref)))

    @extend_schema(operation_id="cases_edit", request=shapes.EditCaseSerializer, responses=shapes.CaseSerializer)
    @idempotent
    def patch(self, request: Request, ref: str) -> Response:
        asked = object_of(request, shapes.EditCaseSerializer)
        case = notes.edit(
            actor=actor_of(request),
            ref=ref,
            version=number_of(asked, "version"),
            severity=text_of(asked, "severity") or None,
            title=text_of(asked, "title") if asked.get("title") is not None else None,
            reason=text_of(asked, "reason"),
        )
        return Response(described(case))


def _verb(name: str, act: Callable[..., Case], takes: tuple[str, ...]) -> type[APIView]:
    """The view of one verb: body fields ``takes`` go to the service as they are named."""

    class View(APIView):
        @extend_schema(operation_id=f"cases_{name}", request=shapes.VerbSerializer, responses=shapes.CaseSerializer)
        @idempotent
        def post(self, request: Request, ref: str) -> Response:
            asked = object_of(request, shapes.VerbSerializer, also=OF_ANY_VERB)
            case = act(actor=actor_of(request), ref=ref, **_taken(asked, takes))
            return Response(described(case))

    View.__name__ = f"{name.title()}View"
    View.__doc__ = act.__doc__
    return View


def _taken(asked: dict[str, Any], takes: tuple[str, ...]) -> dict[str, Any]:
    readers: dict[str, Callable[[dict[str, Any], str], Any]] = {"version": number_of, "until": instant_of}
    return {name: readers.get(name, text_of)(asked, name) for name in takes}


TakeView = _verb("take", ownership.take, ("version",))
ReleaseView = _verb("release", ownership.release, ("version", "reason"))
AssignView = _verb("assign", ownership.assign, ("version", "to", "reason"))
WaitView = _verb("wait", waiting.wait, ("version", "reason", "until"))
ResumeView = _verb("resume", waiting.resume, ("version",))
ReopenView = _verb("reopen", closing.reopen, ("version", "reason"))


class NoteView(APIView):
    @extend_schema(operation_id="cases_note", request=shapes.VerbSerializer, responses=shapes.CaseSerializer)
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        asked = object_of(request, shapes.VerbSerializer, also=OF_ANY_VERB)
        text = text_of(asked, "text") or text_of(asked, "reason")
        return Response(described(notes.note(actor=actor_of(request), ref=ref, text=text)))


class TimelineView(APIView):
    @extend_schema(operation_id="cases_timeline", parameters=PAGING, responses=ENTRIES)
    def get(self, request: Request, ref: str) -> Response:
        only(request, ())
        case = fetch_for(actor_of(request), ref)
        pages = Pages()
        pages.page_size, pages.ordering = 500, "id"
        entries = pages.paginate_queryset(timeline.entries(case), request, view=self) or []
        return pages.get_paginated_response([vars(timeline.line(entry)) for entry in entries])


class RelatedView(APIView):
    @extend_schema(operation_id="cases_related", responses=shapes.page_of(shapes.RelatedSerializer))
    def get(self, request: Request, ref: str) -> Response:
        case = fetch_for(actor_of(request), ref)
        related = [
            {
                "ref": other.ref,
                "title": other.title,
                "state": other.state,
                "verdict": other.verdict or None,
                "opened_at": other.opened_at,
                "shared": shared,
            }
            for other, shared in queries.related(actor_of(request), case)
        ]
        return Response({"next": None, "previous": None, "results": related})


def described(case: Case) -> dict[str, Any]:
    """A case after a verb, with its relations loaded afresh."""
    return describe.whole(queries.rows(Case.objects.filter(pk=case.pk)).get())
