"""The normalised event: a closed subset of ECS names in one flat frame.

Names are the Elastic Common Schema's, dotted. A parser sets only the fields its line states; the rest are null.
`time_basis` and `evidence.*` are ours: how sure the time is, and where the raw record lies. `source.host`,
`actor.user.name`, `email.count` (recipients) and `winlog.*` beyond the logon type are ours too.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from triage.events.parsers.protocol import Event

TIME = pl.Datetime("us", "UTC")

SCHEMA: Final[dict[str, pl.DataType]] = {
    "@timestamp": TIME,
    "time_basis": pl.String(),
    "event.category": pl.String(),
    "event.action": pl.String(),
    "event.outcome": pl.String(),
    "event.code": pl.String(),
    "event.reason": pl.String(),
    "event.count": pl.Int64(),
    "user.name": pl.String(),
    "user.domain": pl.String(),
    "user.id": pl.String(),
    "user.effective.name": pl.String(),
    "user.exists": pl.Boolean(),
    "actor.user.name": pl.String(),
    "group.name": pl.String(),
    "source.ip": pl.String(),
    "source.domain": pl.String(),
    "source.port": pl.Int64(),
    "source.host": pl.String(),
    "source.geo.country_iso_code": pl.String(),
    "source.as.number": pl.Int64(),
    "destination.ip": pl.String(),
    "destination.port": pl.Int64(),
    "host.name": pl.String(),
    "service.name": pl.String(),
    "process.name": pl.String(),
    "process.pid": pl.Int64(),
    "process.command_line": pl.String(),
    "process.parent.name": pl.String(),
    "process.parent.command_line": pl.String(),
    "http.request.method": pl.String(),
    "http.response.status_code": pl.Int64(),
    "http.response.bytes": pl.Int64(),
    "url.path": pl.String(),
    "url.query": pl.String(),
    "user_agent.original": pl.String(),
    "winlog.logon.type": pl.String(),
    "winlog.object": pl.String(),
    "winlog.access_mask": pl.String(),
    "winlog.properties": pl.String(),
    "winlog.ticket_encryption": pl.String(),
    "email.from": pl.String(),
    "email.to": pl.String(),
    "email.subject": pl.String(),
    "email.status": pl.String(),
    "email.count": pl.Int64(),
    "evidence.line": pl.Int64(),
    "evidence.offset": pl.Int64(),
    "evidence.length": pl.Int64(),
    "evidence.pointer": pl.String(),
}
"""What the cache stores. `LOCATED` adds which evidence it is, known only when a case reads it."""

LOCATED: Final[dict[str, pl.DataType]] = {**SCHEMA, "evidence.id": pl.Int64(), "evidence.file": pl.String()}


def frame(events: list[Event]) -> pl.DataFrame:
    """Sparse events as one frame in schema order; columns no event names are null."""
    return complete(sparse(events))


def sparse(events: list[Event]) -> pl.DataFrame:
    """The same with only the columns that some event names: a null text takes sixteen bytes like any other."""
    named = {name for event in events for name in event}
    columns = {
        name: pl.Series(name, [event.get(name) for event in events], kind)
        for name, kind in SCHEMA.items()
        if name in named
    }
    return pl.DataFrame(columns, height=len(events))


def complete(events: pl.DataFrame) -> pl.DataFrame:
    """All columns in schema order; those that lack are null, and take no room until they are asked for."""
    if events.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    lacking = [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if name not in events.columns]
    return events.with_columns(lacking).select(*SCHEMA)


def empty() -> pl.DataFrame:
    """A located frame without rows, so that detectors need no special case for a case without evidence."""
    return pl.DataFrame(schema=LOCATED)
