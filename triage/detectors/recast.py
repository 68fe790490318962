"""Events read anew for one question: a message has a sender and no user, a command names the account it makes. Whom an
event is about depends on what is asked. What stood there is kept, so that evidence shows what the log said."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from triage.events.schema import LOCATED

TOLD = "told."


def recast(events: pl.DataFrame, columns: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The events with these columns anew, all computed from the events as they came."""
    kept = [pl.col(name).alias(TOLD + name) for name in columns if name in events.columns]
    return events.with_columns(*kept, *(column.alias(name) for name, column in columns.items()))


def as_told(events: pl.DataFrame) -> pl.DataFrame:
    """The same events as the log told them, without anything a detector added."""
    back = [pl.col(name).alias(name.removeprefix(TOLD)) for name in events.columns if name.startswith(TOLD)]
    return events.with_columns(back).select(name for name in LOCATED if name in events.columns)
