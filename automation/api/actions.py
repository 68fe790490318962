"""Containment over REST: ask, agree, refuse, take back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.api import shapes
from automation.containment import approve, cards, resolve, undo
from automation.containment.moving import fetch
from automation.containment.request import request as ask
from automation.models import Action, ActionState
from casebook.actor import Actor
from casebook.api.idempotency import idempotent
from casebook.api.paging import Pages, only
from casebook.api.who import actor_of, object_of
from casebook.cases.access import fetch_for
from casebook.errors import Invalid

FILTERS = ("state", "kind", "team")
STATES = ["in_force", "open", *ActionState.values]
LISTING = [
    OpenApiParameter("state", OpenApiTypes.STR, enum=STATES),
    OpenApiParameter("kind", OpenApiTypes.STR),
    OpenApiParameter("team", OpenApiTypes.STR),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("cursor", OpenApiTypes.STR),
]
LOADED = ("connector", "case", "requested_by", "approved_by")


class ActionsView(APIView):
    @extend_schema(operation_id="actions_list", parameters=LISTING, responses=shapes.ActionsSerializer)
    def get(self, request: Request) -> Response:
        only(request, FILTERS)
        found = Action.objects.visible_to(actor_of(request))
        for name, value in request.query_params.items():
            if name == "state":
                found = _in_state(found, str(value))
            elif name == "kind":
                found = found.filter(kind=value)
            elif name == "team":
                found = found.filter(team__slug=value)
        return _paged(self, request, found)


class CaseActionsView(APIView):
    @extend_schema(operation_id="cases_actions_list", parameters=LISTING[-2:], responses=shapes.ActionsSerializer)
    def get(self, request: Request, ref: str) -> Response:
        only(request, ())
        case = fetch_for(actor_of(request), ref)
        return _paged(self, request, Action.objects.visible_to(actor_of(request)).filter(case=case))

    @extend_schema(
        operation_id="cases_actions_ask", request=shapes.RequestSerializer, responses={201: shapes.ActionSerializer}
    )
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        body = object_of(request, shapes.RequestSerializer)
        action = ask(
            actor=actor_of(request),
            ref=ref,
            kind=_text(body, "kind"),
            target=_text(body, "target"),
            reason=_text(body, "reason"),
            connector=_text(body, "connector") or None,
            expires_in=_span(body),
        )
        return Response(
            described(actor_of(request), action), status=201, headers={"Location": f"/api/v1/actions/{action.pk}/"}
        )


class ActionView(APIView):
    @extend_schema(operation_id="actions_retrieve", responses=shapes.ActionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(actor_of(request), fetch(actor_of(request), pk)))


class ApproveView(APIView):
    @extend_schema(operation_id="actions_approve", request=shapes.ApproveSerializer, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        seen = _text(object_of(request, shapes.ApproveSerializer, also=("reason",)), "seen") or None
        return _done(request, approve.approve(actor=actor_of(request), action_id=pk, seen=seen))


class RefuseView(APIView):
    @extend_schema(operation_id="actions_refuse", request=shapes.ReasonSerializer, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        reason = _text(object_of(request, shapes.ReasonSerializer), "reason")
        return _done(request, approve.refuse(actor=actor_of(request), action_id=pk, reason=reason))


class WithdrawView(APIView):
    @extend_schema(
        operation_id="actions_withdraw", request=shapes.MaybeReasonSerializer, responses=shapes.ActionSerializer
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        reason = _text(object_of(request, shapes.MaybeReasonSerializer), "reason")
        return _done(request, approve.withdraw(actor=actor_of(request), action_id=pk, reason=reason))


class RenewView(APIView):
    @extend_schema(operation_id="actions_renew", request=None, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _done(request, approve.renew(actor=actor_of(request), action_id=pk))


class UndoView(APIView):
    @extend_schema(operation_id="actions_undo", request=shapes.MaybeReasonSerializer, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        reason = _text(object_of(request, shapes.MaybeReasonSerializer), "reason")
        return _done(request, undo.undo(actor=actor_of(request), action_id=pk, reason=reason))


class RetryView(APIView):
    @extend_schema(operation_id="actions_retry", request=None, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _done(request, undo.retry(actor=actor_of(request), action_id=pk))


class ResolveView(APIView):
    @extend_schema(operation_id="actions_resolve", request=shapes.ResolveSerializer, responses=shapes.ActionSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        body = object_of(request, shapes.ResolveSerializer)
        found = resolve.resolve(
            actor=actor_of(request), action_id=pk, to=_text(body, "to"), reason=_text(body, "reason")
        )
        return _done(request, found)


def described(actor: Actor, action: Action) -> dict[str, Any]:
    """The action as the contract shows it, and what this actor may do with it."""
    one = cards.card(actor, action)
    times = ("requested_at", "lapses_at", "approved_at", "applied_at", "verified_at", "undone_at", "ended_at")
    return {
        "id": action.pk,
        "case": one.ref,
        "kind": action.kind,
        "target": action.target,
        "connector": action.connector.slug,
        "state": action.state,
        "in_force": one.in_force,
        "critical": action.critical,
        "reason": action.reason,
        "outcome": action.outcome,
        "guard_rails": one.rails,
        "reach": one.reach,
        "undo": action.undo_text,
        "expires_in": action.expires_in_s,
        "expires_at": action.expires_at,
        "requested_by": one.asked_by,
        "approved_by": one.agreed_by or None,
        **{name: getattr(action, name) for name in times},
        "replaces": action.replaces_id,
        "seen": one.seen,
        "may": list(one.verbs),
    }


def _done(request: Request, action: Action) -> Response:
    return Response(described(actor_of(request), action))


def _paged(view: APIView, request: Request, found: Any) -> Response:
    pages = Pages()
    page: list[Action] = pages.paginate_queryset(found.select_related(*LOADED), request, view=view) or []
    return pages.get_paginated_response([described(actor_of(request), action) for action in page])


def _in_state(found: Any, state: str) -> Any:
    if state == "in_force":
        return found.in_force()
    if state == "open":
        return found.filter(ended_at=None)
    if state not in ActionState.values:
        raise Invalid("There is no such state.", errors={"state": [f"one of {', '.join(STATES)}"]})
    return found.filter(state=state)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise Invalid(f"{name} is a text.", errors={name: ["must be a text"]})
    return value


def _span(body: dict[str, Any]) -> int | str | None:
    value = body.get("expires_in")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
        raise Invalid("expires_in is seconds or a text.", errors={"expires_in": ["seconds, or a text such as 24h"]})
    return value
