"""Records that an alert itself carries: a rule chose them out of a log, and they are not the log.

They may prove that something happened. That something did *not* happen no choice of records can show.
"""

from __future__ import annotations

import polars as pl

QUOTED = pl.col("evidence.line").is_null() & pl.col("evidence.pointer").is_not_null()
"""They have a place in the alert's body, and no line of a file."""

SAME = ("event.category", "event.outcome", "user.name", "source.ip")
"""With its second, what tells a record again. Not its action: the alert's sender has words of its own for that."""


def told_once(events: pl.DataFrame) -> pl.DataFrame:
    """The events without those an alert quotes from a log that is here too: one attempt counts once."""
    quoted = events.filter(QUOTED)
    if quoted.is_empty() or quoted.height == events.height:
        return events
    second = pl.col("@timestamp").dt.truncate("1s").alias("second")
    logged = events.filter(~QUOTED).select(second, *SAME).unique()
    timed = quoted.filter(pl.col("@timestamp").is_not_null()).with_columns(second)
    again = timed.join(logged, on=["second", *SAME], how="semi", nulls_equal=True)
    places = ["evidence.id", "evidence.file", "evidence.pointer"]
    new = quoted.join(again.select(places), on=places, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([events.filter(~QUOTED), new])
