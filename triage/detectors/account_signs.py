"""What about a change to an account is out of the ordinary: columns of signs, each true or false, over the changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import polars as pl

from triage.detectors.account_changes import POWERFUL
from triage.detectors.attempts import SUCCEEDED
from triage.detectors.local_time import CERTAIN, LOCAL, off_hours, with_local_time
from triage.detectors.lookalikes import account, lookalikes
from triage.detectors.protocol import Context

SIGNS: Final = ("look_alike", "powerful", "itself", "off_hours", "unusual_actor")


def with_signs(
    changes: pl.DataFrame, everything: pl.DataFrame, context: Context, settings: Mapping[str, Any]
) -> pl.DataFrame:
    """The changes with ``like`` (the name an account was made to resemble), the columns of `SIGNS` and ``signs``, how
    many hold. ``everything`` is the whole evidence: who exists, and who usually makes changes."""
    like = _likes(changes, everything, context, settings["keystrokes"])
    gives = pl.col("kind").is_in(("group", "right"))
    return (
        changes.with_columns(
            pl.col("user.name").replace_strict(like, default=None, return_dtype=pl.String).alias("like"),
            (gives & pl.col("given").str.contains(POWERFUL)).fill_null(False).alias("powerful"),
            (gives & (_folded("user.name") == _folded("actor.user.name"))).fill_null(False).alias("itself"),
            pl.int_range(pl.len()).is_in(_off_hours(changes, context, settings).implode()).alias("off_hours"),
            _unusual_actor(everything, settings).fill_null(False).alias("unusual_actor"),
        )
        .with_columns((pl.col("like").is_not_null() & (pl.col("kind") == "created")).alias("look_alike"))
        .with_columns(pl.sum_horizontal(SIGNS).alias("signs"))
    )


def _likes(changes: pl.DataFrame, everything: pl.DataFrame, context: Context, keystrokes: int) -> dict[str, str]:
    new = changes.filter(pl.col("kind") == "created")["user.name"].drop_nulls().unique().to_list()
    if not new:
        return {}
    exists = SUCCEEDED | pl.col("user.exists").fill_null(False)
    seen = everything.select(pl.when(exists).then("user.name").alias("user"), pl.col("actor.user.name").alias("actor"))
    known = {*seen["user"].drop_nulls().unique(), *seen["actor"].drop_nulls().unique(), *people(context)}
    made = {account(name) for name in new}
    return lookalikes(new, [name for name in known if account(name) not in made], keystrokes)


def people(context: Context) -> list[str]:
    """The user names and mail addresses of the organisation's people."""
    return [str(name) for person in context.people for name in person.get("names", ())]


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase()


def _off_hours(changes: pl.DataFrame, context: Context, settings: Mapping[str, Any]) -> pl.Series:
    """The places of changes outside business hours, by a clock that is certain; of others nothing is said."""
    placed = changes.select("@timestamp", "time_basis", "host.name", "destination.ip", "user.name").with_row_index(
        "row"
    )
    local = with_local_time(placed, context.assets, usual=settings["zone"])
    hours = {"start": settings["start_hour"], "end": settings["end_hour"], "weekend": settings["weekend"]}
    return local.filter(pl.col(CERTAIN) & off_hours(pl.col(LOCAL), **hours))["row"]


def _unusual_actor(everything: pl.DataFrame, settings: Mapping[str, Any]) -> pl.Expr:
    """By somebody on the first day they are seen to make changes, in a log in which others made them for days."""
    made = everything.filter(
        pl.col("kind").is_not_null() & pl.col("@timestamp").is_not_null() & pl.col("actor.user.name").is_not_null()
    ).select("@timestamp", actor=_folded("actor.user.name"))
    numbered = made.sort("@timestamp").with_columns(
        pl.int_range(pl.len()).alias("before"), (pl.col("@timestamp") - pl.col("@timestamp").min()).alias("since")
    )
    firsts = numbered.group_by("actor").agg(pl.all().first())
    new = firsts.filter(
        (pl.col("before") >= settings["actor_changes"]) & (pl.col("since") >= timedelta(days=settings["actor_days"]))
    )
    first = _folded("actor.user.name").replace_strict(
        new["actor"], new["@timestamp"], default=None, return_dtype=pl.Datetime("us", "UTC")
    )
    return (pl.col("@timestamp") - first) < timedelta(days=1)
