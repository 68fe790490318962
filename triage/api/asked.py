"""What is asked, checked by its shape."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from casebook.api.shapes import Shape
from casebook.api.who import object_of


def asked(request: Request, shape: type[Shape]) -> dict[str, Any]:
    """The values of a JSON body; fields the shape does not know are left out.

    Raises DRF's ValidationError, which becomes 422 naming the fields.
    """
    found = shape(data=object_of(request))
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)
