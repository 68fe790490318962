"""Which logs would tell of a thing: those that hold at least one record of its kind. They cover their whole span,
however rare such records are."""

from __future__ import annotations

import polars as pl

from triage.detectors.coverage import Need
from triage.detectors.sides import Side

KINDS = (
    *("authentication", "configuration", "file", "host", "iam", "library", "network", "process", "registry", "session"),
    "web",
)
LOG_OF = pl.concat_str(pl.col("evidence.file").fill_null(""), pl.lit("\n"), pl.col("host.name").fill_null(""))


def told(side: Side, wanted: pl.Expr) -> bool:
    """Whether anything in all of the evidence is such an event: else its absence in the case means nothing."""
    return bool(side.everything.select(wanted.fill_null(False).any()).item())


def need(side: Side, wanted: pl.Expr, *, words: str, log: str) -> Need:
    """What a "no" about the wanted events rests on: a log of a host that has some, over the time asked for."""
    logs = side.everything.filter(wanted.fill_null(False)).select(LOG_OF.alias("log"))["log"].unique()
    return Need(KINDS, LOG_OF.is_in(logs.implode()), words=words, log=log)
