"""Who asks: in the API the authenticated "user" is the actor itself."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request

from casebook.actor import Actor
from casebook.errors import Invalid


def actor_of(request: Request) -> Actor:
    """The actor `accounts.api_auth` found: a person, a person's token, or a source."""
    return cast(Actor, request.user)


def object_of(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object. Raises Invalid."""
    if not isinstance(request.data, dict):
        raise Invalid("Send an object.", errors={"body": ["not an object"]})
    return request.data
