"""A case's lookups over REST."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.api.shapes import LookupsAskedSerializer, LookupsSerializer
from automation.lookups import read
from automation.lookups.request import request as ask
from casebook.actor import Actor
from casebook.api.idempotency import idempotent
from casebook.api.paging import only
from casebook.cases.access import fetch_for
from casebook.models import Case


class CaseLookupsView(APIView):
    @extend_schema(operation_id="cases_lookups_list", responses=LookupsSerializer)
    def get(self, request: Request, ref: str) -> Response:
        only(request, ())
        return Response(_listed(fetch_for(cast(Actor, request.user), ref)))

    @extend_schema(
        operation_id="cases_lookups_ask",
        request=None,
        responses={202: LookupsAskedSerializer},
        description="Ask every enricher about every observable of the case anew.",
    )
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        actor = cast(Actor, request.user)
        asked = ask(actor=actor, ref=ref)
        return Response({"asked": asked} | _listed(fetch_for(actor, ref)), status=202)


def _listed(case: Case) -> dict[str, Any]:
    """One page: a case has at most some hundred lookups, and a decision reads them all."""
    return {"next": None, "previous": None, "results": [described(one) for one in read.of_case(case)]}


def described(one: read.Shown) -> dict[str, Any]:
    return {
        "id": one.id,
        "enricher": one.enricher,
        "observable": {"type": one.type, "value": one.value},
        "result": one.result,
        "state": one.state,
        "summary": one.summary,
        "score": one.score,
        "list_date": one.list_date,
        "link": one.link,
        "at": one.at,
        "hits": one.hits,
    }
