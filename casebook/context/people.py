"""People of the organisation: by which names they sign in, what they do, and when they are away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from casebook.context.fields import Field
from casebook.context.kind import Key, Kind, Values
from casebook.errors import Invalid
from casebook.models import KnownPerson

_COUNTRY = re.compile(r"[A-Za-z]{2}")


def _settled(values: dict[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    first, last, country = values["away_from"], values["away_to"], values["travel_country"]
    if bool(first) != bool(last):
        errors["away_to" if first else "away_from"] = ["say both days, or neither"]
    elif first and last < first:
        errors["away_to"] = ["it lies before the first day"]
    if country and not _COUNTRY.fullmatch(country):
        errors["travel_country"] = ["two letters such as PT"]
    elif country and not first:
        errors["away_from"] = ["say from when to when they travel"]
    if errors:
        raise Invalid.of(errors)
    return values | {"travel_country": country.upper()}


def _keys(values: Values) -> list[Key]:
    return [(name,) for name in values["names"]]


def _near(many: Iterable[Values]) -> Q:
    return Q(names__overlap=[name for values in many for name in values["names"]])


def _found_by(text: str) -> Q:
    whole = Q(names__contains=[text.lower()])
    return whole | Q(name__icontains=text) | Q(role__icontains=text) | Q(manager__icontains=text)


def _said(values: Values) -> str:
    return f"{values['names'][0]} ({values['name']})"


PEOPLE = Kind(
    slug="people",
    one="person",
    many="people",
    model=KnownPerson,
    telling="names",
    fields=(
        Field("names", "Signs in as", "words", required=True, placeholder="mbrandt, mbrandt@corp.example", code=True,
              hint="user names and mail addresses, as logs write them"),
        Field("name", "Name", required=True, placeholder="Mira Brandt"),
        Field("role", "Role or department", placeholder="Finance"),
        Field("manager", "Manager", placeholder="Jon Lind"),
        Field("away_from", "Away from", "day"),
        Field("away_to", "Away to", "day", hint="the last day; days are UTC"),
        Field("travel_country", "Working from there in", most=2, placeholder="PT", code=True,
              hint="country code; empty: on leave"),
    ),
    settled=_settled,
    keys=_keys,
    near=_near,
    found_by=_found_by,
    said=_said,
)  # fmt: skip
