"""What sets one kind of record of the context apart from another: its fields, its spelling, what makes two the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q

from casebook.context.fields import Field
from casebook.models import AllowEntry, ChangeWindow, KnownPerson

Row = TypeVar("Row", KnownPerson, AllowEntry, ChangeWindow)
Values = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Kind(Generic[Row]):
    """``settled`` checks values against one another and puts them into their one spelling; it raises Invalid.

    Two records with a key in common are the same thing; ``telling`` is the field that says so first. ``near`` finds the
    rows that could share a key with any of the values, ``found_by`` those a search names.
    """

    slug: str
    one: str
    many: str
    model: type[Row]
    telling: str
    fields: tuple[Field, ...]
    settled: Callable[[dict[str, Any]], dict[str, Any]]
    keys: Callable[[Values], list[Key]]
    near: Callable[[Iterable[Values]], Q]
    found_by: Callable[[str], Q]
    said: Callable[[Values], str]

    def values_of(self, row: Row) -> dict[str, Any]:
        return {field.name: getattr(row, field.name) for field in self.fields}
