"""What is asked, checked by its shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from rest_framework.request import Request

from casebook.api.shapes import Shape
from casebook.api.who import object_of
from casebook.errors import Invalid


def asked(request: Request, shape: type[Shape], *, also: Collection[str] = ()) -> dict[str, Any]:
    """The values of a JSON body; fields that neither the shape nor ``also`` knows are refused.

    Raises Invalid naming every field that is missing or wrong.
    """
    found = shape(data=object_of(request, shape, also=also))
    if not found.is_valid():
        raise Invalid("Some fields are missing or wrong; see errors.", errors=dict(_told(found)))
    return dict(found.validated_data)


def _told(found: Shape) -> Iterator[tuple[str, Any]]:
    """Every error by field; of a choice, what there is to choose from."""
    for name, errors in found.errors.items():
        choices = getattr(found.fields.get(name), "choices", None)
        if choices and any(one.code == "invalid_choice" for one in errors):
            yield name, [f"not one of {', '.join(map(str, choices))}"]
        else:
            yield name, errors
