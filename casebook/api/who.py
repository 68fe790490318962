"""Who asks: in the API the authenticated "user" is the actor itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.serializers import ListSerializer, Serializer

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.spelling import no_such_field

OF_ANY_VERB = frozenset({"version", "reason", "verdict", "to", "question", "handover"})
"""What a sender may write to every verb of a case, whether that one reads it or not."""


def actor_of(request: Request) -> Actor:
    """The actor `accounts.api_auth` found: a person, a person's token, or a source."""
    return cast(Actor, request.user)


def text_of(asked: dict[str, Any], name: str, default: str = "") -> str:
    """A text of the body; absent or null reads as ``default``. Raises Invalid."""
    value = asked.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise Invalid(f"{name} is text.", errors={name: ["not text"]})
    return value


def number_of(asked: dict[str, Any], name: str) -> int | None:
    """A whole number of the body, or None where it is absent or null. Raises Invalid."""
    value = asked.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise Invalid(f"{name} is a number.", errors={name: ["not a number"]})
    return value


def list_of(asked: dict[str, Any], name: str, kind: type) -> list[Any]:
    """A list of the body, every item of ``kind``; absent or null reads as empty. Raises Invalid."""
    value = asked.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        what = "texts" if kind is str else "objects"
        raise Invalid(f"{name} is a list of {what}.", errors={name: [f"not a list of {what}"]})
    return value


def instant_of(asked: dict[str, Any], name: str) -> datetime | None:
    """A time with its zone, or None where it is absent, null or "". Raises Invalid."""
    text = text_of(asked, name)
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(f"{name} is a time with its zone.", errors={name: ["write it like 2026-11-24T08:00:00Z"]})
    return found


def object_of(request: Request, shape: type[Serializer[Any]], *, also: Collection[str] = ()) -> dict[str, Any]:
    """The body, which must be a JSON object with no other fields than those of ``shape``, which the schema shows, and
    those of ``also``, which are taken and not read.

    Raises Invalid naming each unknown field: a misspelt one must not silently do nothing.
    """
    if not isinstance(request.data, dict):
        raise Invalid("Send an object.", errors={"body": ["not an object"]})
    only_fields({name: value for name, value in request.data.items() if name not in also}, shape)
    return request.data


def only_fields(body: Mapping[str, Any], shape: type[Serializer[Any]]) -> None:
    """Refuse what ``shape`` does not know, in the body and in the objects inside it. Raises Invalid."""
    errors = {place: [what] for place, what in _unknown(body, shape(), "")}
    if errors:
        raise Invalid.of(errors)


def _unknown(body: Mapping[str, Any], shape: Serializer[Any], place: str) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if name not in shape.fields:
            yield place + name, no_such_field(name, list(shape.fields))
            continue
        inner = shape.fields[name]
        many = isinstance(inner, ListSerializer) and isinstance(value, list)
        for number, one in enumerate(value if many else [value]):
            child = inner.child if isinstance(inner, ListSerializer) else inner
            if isinstance(child, Serializer) and isinstance(one, Mapping):
                yield from _unknown(one, child, f"{place}{name}.{number}." if many else f"{place}{name}.")
