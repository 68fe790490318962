"""Where a login attempt came from: its address; where none is told, the name of the machine; else who acted.

Windows writes a dash for the address where one program tries names on the machine it runs on, and names its user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

ADDRESS = pl.coalesce("source.ip", "source.domain", "source.host")

_ACTOR = pl.when(~pl.col("actor.user.name").str.ends_with("$")).then(pl.col("actor.user.name"))
"""A machine account that acts is a service that lets others in: it tells nothing of where they came from."""

ORIGIN = pl.coalesce(ADDRESS, _ACTOR)

_KINDS = {"ip": "source.ip", "domain": "source.domain", "host": "source.host"}
"""The type of entity that an origin is, by the field it came from; else it is a user."""


def with_origin(events: pl.DataFrame, by: pl.Expr = ORIGIN) -> pl.DataFrame:
    """The events that tell where they came from, as columns ``origin`` and ``kind``."""
    kind = pl.coalesce(*(pl.when(pl.col("origin") == pl.col(name)).then(pl.lit(kind)) for kind, name in _KINDS.items()))
    told = events.with_columns(by.alias("origin")).filter(pl.col("origin").is_not_null())
    return told.with_columns(kind.fill_null("user").alias("kind"))


def entities(found: Iterable[Mapping[str, Any]], most: int, *, users: Iterable[str] = ()) -> dict[str, list[str]]:
    """Origins by their type, from rows with ``origin`` and ``kind``, and the users they tried; in order, so many of
    each type at most."""
    named: dict[str, list[str]] = {}
    for kind, value in [*((row["kind"], row["origin"]) for row in found), *(("user", name) for name in users)]:
        values = named.setdefault(kind, [])
        if value not in values and len(values) < most:
            values.append(value)
    return named
