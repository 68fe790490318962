"""Who had to do with whom, by the events of a case. Runs in a child process; who asks is `triage.event_views`.

Only the case's own part of the logs counts (`triage.detectors.sides`): what others did in the same log is no tie of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from triage.detectors import sides
from triage.detectors.protocol import Scope
from triage.events import store
from triage.events.parsers import inline
from triage.events.parsers.protocol import Tally
from triage.events.schema import LOCATED, empty, frame

MOST = 400
"""Ties told; of more the most frequent, and how many are left out."""

WHEN = pl.col("@timestamp")
COUNT = pl.col("event.count").fill_null(1)
WHO = {
    "source": pl.coalesce("source.ip", "source.domain", "source.host", "email.from"),
    "actor": pl.col("actor.user.name"),
    "user": pl.coalesce("user.name", "email.to"),
    "taken": pl.col("user.effective.name"),
    "host": pl.coalesce("host.name", "service.name", "destination.ip"),
    "category": pl.col("event.category"),
    "action": pl.col("event.action"),
    "outcome": pl.col("event.outcome"),
}
"""What a tie is made of, and the fields that say it."""

Progress = Callable[[float], None]


def ties(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The child's task: ``{"ties": [{*WHO, "count", "first", "last"}], "left_out", "records"}``."""
    events = pl.concat([empty(), *map(_events, asked["inputs"])])
    case, _ = sides.split(events, Scope.from_json(asked["scope"]))
    progress(0.5)
    counted = (
        case.events.lazy()
        .with_columns(**WHO)
        .group_by(*WHO)
        .agg(COUNT.sum().alias("count"), WHEN.min().alias("first"), WHEN.max().alias("last"))
        .sort("count", *WHO, descending=[True, *(False for _ in WHO)], nulls_last=True)
        .collect()
    )
    told = [{name: _plain(value) for name, value in row.items()} for row in counted.head(MOST).iter_rows(named=True)]
    return {"ties": told, "left_out": max(0, counted.height - MOST), "records": case.events.height}


def _events(one: Mapping[str, Any]) -> pl.DataFrame:
    where = {"evidence_id": one["id"], "name": one["name"]}
    if one["inline"] is None:
        return store.read_events(Path(one["path"]), **where).select(*LOCATED)
    return store.located(frame(list(inline.parse(one["inline"], Tally()))), **where).select(*LOCATED)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
