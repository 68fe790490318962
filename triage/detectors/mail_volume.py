"""How much a mailbox sends: messages and recipients by the hour, against its own earlier days.

A trace has a record for each recipient and tells when the message came in, which is the same for all of them: records
of one sender, instant and subject are one message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from triage.detectors.windows import busiest
from triage.events.schema import TIME

HOUR_S: Final = 3600
SENDER: Final = "sender"
MESSAGE: Final = [SENDER, "@timestamp", "email.subject", "record"]

GROUPS: Final = ("Expanded", "Resolved")
"""A record of a list that was spelt out, or of an address that was rewritten: its members have records of their own."""

SENT = pl.col("email.from").is_not_null() | (pl.col("event.action") == "mail_sent")


def sender() -> pl.Expr:
    """Whose message it is, in small letters: the address it is from, or of an audited sending who sent it."""
    return pl.coalesce("email.from", "user.name").str.to_lowercase()


def messages(events: pl.DataFrame) -> pl.DataFrame:
    """The messages that were sent, each once, in time order: ``sender @timestamp email.subject recipients``, and
    ``outside``, how many of the recipients are of another domain than the sender."""
    audited = pl.when(pl.col("email.from").is_null()).then(pl.int_range(pl.len()))  # one record tells one message
    sent = events.filter(SENT & pl.col("@timestamp").is_not_null())
    sent = sent.with_columns(sender().alias(SENDER), audited.alias("record"))
    listed = pl.col("email.status").is_in(GROUPS).fill_null(False)
    reached = pl.when(~listed).then(pl.col("email.count").fill_null(1)).otherwise(0)
    foreign = pl.col("email.to").is_not_null() & ~pl.col("email.to").str.to_lowercase().str.ends_with(
        pl.col(SENDER).str.extract(r"(@[^@]+)$")
    )
    return (
        sent.filter(pl.col(SENDER).is_not_null())
        .group_by(MESSAGE, maintain_order=True)
        .agg(reached.sum().alias("recipients"), (reached * foreign).sum().alias("outside"))
        .sort("@timestamp", maintain_order=True)
    )


NO_SENDERS: Final = pl.DataFrame(
    schema={
        SENDER: pl.String,
        "peak": pl.Int64,
        "peak_to": TIME,
        "usual": pl.Int64,
        "bar": pl.Int64,
        "burst": pl.Boolean,
        "reached": pl.Int64,
        "reached_to": TIME,
        "messages": pl.UInt32,
        "recipients": pl.Int64,
        "outside": pl.Int64,
        "days": pl.UInt32,
    }
)


def busiest_hours(sent: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a sender, its most telling day first: ``peak`` messages within an hour and when that hour ends, ``usual``
    (the most within an hour of any earlier day; null where there is none), the ``bar`` it is held against, whether it
    is a ``burst``, and ``reached``, the most recipients within an hour."""
    if sent.is_empty():
        return NO_SENDERS
    days = _days(sent)
    usual = pl.col("peak").cum_max().shift(1).over(SENDER)
    bar = pl.max_horizontal(pl.lit(settings["messages"]), usual.fill_null(0) * settings["times_usual"])
    judged = days.sort(SENDER, "day").with_columns(usual.alias("usual"), bar.alias("bar"))
    judged = judged.with_columns((pl.col("peak") > pl.col("bar")).alias("burst"))
    reached = busiest(sent.with_columns(pl.col("recipients").alias("event.count")), [SENDER], HOUR_S)
    totals = sent.group_by(SENDER).agg(
        pl.len().alias("messages"), pl.col("recipients").sum(), pl.col("outside").sum(), _day().n_unique().alias("days")
    )
    return (
        judged.sort("burst", pl.col("peak") / pl.col("bar"), SENDER, descending=[True, True, False])
        .group_by(SENDER, maintain_order=True)
        .first()
        .join(reached.select(SENDER, reached="peak", reached_to="peak_to"), on=SENDER, maintain_order="left")
        .join(totals, on=SENDER, maintain_order="left")
    )


def _days(sent: pl.DataFrame) -> pl.DataFrame:
    """One row a sender and day: the most messages within an hour that ends on it, and when the first such hour ends."""
    one = sent.with_columns(pl.lit(1, dtype=pl.Int64).alias("one"))
    inside = pl.col("one").rolling_sum_by("@timestamp", window_size=f"{HOUR_S}s", closed="right")
    return (
        one.with_columns(inside.over(SENDER).cast(pl.Int64).alias("peak"), _day().alias("day"))
        .sort("peak", "@timestamp", descending=[True, False], maintain_order=True)
        .group_by(SENDER, "day", maintain_order=True)
        .agg(pl.col("peak").first(), pl.col("@timestamp").first().alias("peak_to"))
    )


def _day() -> pl.Expr:
    return pl.col("@timestamp").dt.date()
