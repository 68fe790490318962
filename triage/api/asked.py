"""What a request asks, checked by its shape. Raises DRF's ValidationError, which becomes 422 naming the fields."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from casebook.api.shapes import Shape
from casebook.errors import Invalid


def asked(request: Request, shape: type[Shape]) -> dict[str, Any]:
    """The values of a JSON body; fields the shape does not know are left out."""
    if not isinstance(request.data, dict):
        raise Invalid("Send an object.", errors={"body": ["not an object"]})
    found = shape(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)
