"""The door senders come in by: a token, a body, an answer, and nothing between that an alert does not need.

An APIView, so that the schema shows it and other methods are served as everywhere; but a POST is answered without
the framework's negotiation, parsing and rendering, which cost as much as storing the alert.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from casebook import jsonio
from casebook.api.arriving import Arrived, arrive
from casebook.api.idempotency import Place, answered_once
from casebook.errors import NotAllowed
from casebook.intake import contract_limit
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.masking import masked

KEPT = 1024 * 1024
"""So much is kept of a body that is refused as a whole."""


class Door(APIView):
    """``cap`` names the entry of ``CAPS`` a body must keep to. ``post`` gets Django's request, not the framework's."""

    cap: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        try:
            answer = self.post(request, *args, **kwargs)  # type: ignore[attr-defined]
        except Exception as error:
            answer = self.get_exception_handler()(error, {"view": self, "request": request})
            if answer is None:
                raise
        return _rendered(answer)

    def let_in(self, request: HttpRequest, read: Callable[[Sender, bytes], Response]) -> Response:
        """What ``read`` makes of the body of a source that is known and within its contract. Raises DomainError; what
        is refused from here on is kept."""
        sender = _sender(request)
        contract_limit.check(sender)
        arrived = arrive(request, self.cap)
        if arrived.error is not None:
            refuse(sender, Refused(arrived.body[:KEPT], arrived.error.detail, arrived.place))
            raise arrived.error
        key = request.headers.get("Idempotency-Key")
        if not key:
            return read(sender, arrived.body)
        place = Place(f"source:{sender.source_id}", "POST", masked(request.path), key)
        return answered_once(place, _digest(request, arrived), lambda: read(sender, arrived.body))


def _by_token() -> Any:
    """The first way of `REST_FRAMEWORK`: a token. A page's session, the other, sends no alerts."""
    ways: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    return ways[0]()


def _rendered(answer: Response) -> HttpResponse:
    kind = answer.content_type or "application/json"
    response = HttpResponse(jsonio.encode(answer.data), status=answer.status_code, content_type=kind)
    for name, value in answer.headers.items():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _sender(request: HttpRequest) -> Sender:
    """Who sends. Raises AuthenticationFailed, or NotAllowed for a person: the sessions of pages send nothing here."""
    ways = _by_token()
    try:
        found = ways.authenticate(request)
        if found is None:
            raise exceptions.NotAuthenticated
    except (exceptions.AuthenticationFailed, exceptions.NotAuthenticated) as error:
        error.auth_header = ways.authenticate_header(request)  # type: ignore[union-attr]
        raise
    actor: Any = found[0]  # what only a source has is read below
    if actor.kind != "source":
        raise NotAllowed("Alerts are sent with a source's token: manage.py issue_token --source NAME.")
    return Sender(
        actor.source_id, actor.team_id, actor.slug, actor.token_id, actor.config_epoch, actor.grouping_window,
        actor.on_closed_repeat, actor.reopen_within, actor.grouping_on, actor.contract_per_minute, actor.zone,
        actor.field_map,
    )  # fmt: skip


def _digest(request: HttpRequest, arrived: Arrived) -> bytes:
    return hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\x1e" + arrived.body).digest()
