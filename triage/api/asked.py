"""Who asks, and what, checked by its shape."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request

from casebook.actor import Actor
from casebook.api.shapes import Shape
from casebook.errors import Invalid


def asked(request: Request, shape: type[Shape]) -> dict[str, Any]:
    """The values of a JSON body; fields the shape does not know are left out.

    Raises DRF's ValidationError, which becomes 422 naming the fields.
    """
    if not isinstance(request.data, dict):
        raise Invalid("Send an object.", errors={"body": ["not an object"]})
    found = shape(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def who(request: Request) -> Actor:
    """The actor behind a request: `accounts.api_auth` makes it the user."""
    return cast(Actor, request.user)
