"""Web access logs in bulk: the ordinary lines of a chunk at once, as columns; every other by the rules of `combined`.

What is ordinary is narrow on purpose: plain ASCII where the rules name classes of characters, one space where they
allow several, a known method and protocol. Such a line means here what it means there, and a line that is odd in any
way is simply handed over, so that there is one place that says what a line means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from triage.events.chunks import PLACE, Chunk, ahead, chunks
from triage.events.parsers.fields import LONGEST_TEXT
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.sources import source
from triage.events.schema import TIME, sparse
from triage.events.timestamps import BACKWARDS, Clock, Defects, Instant

Parse = Callable[[Iterable[Line], Clock, Tally], Iterator[Event]]
"""The line by line way."""

Read = tuple[Clock, pl.DataFrame, pl.DataFrame]
"""What is made of a chunk: its clock, the events of its ordinary lines, and the places of the odd ones."""

ReadStamp = Callable[[str, Clock], Instant | None]
"""``20/May/2015:12:05:17 +0000`` to an instant."""

CHUNK_BYTES: Final = 4 << 20
"""Small enough that the two at work at a time take no more memory than the events on their way to the store."""

LONGEST_CLIENT: Final = 255
PIECES: Final = 7
"""What comes of a line cut at its quotes: head, request, status, referrer, a space, agent, and all behind."""

HEAD = (
    r"^(?P<first>[!-~]+) (?P<second>[!-~]+) (?P<third>[!-~]+) (?:(?P<fourth>[!-Z\\-~][!-~]*) )?"
    r"\[(?P<hour>[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}):(?P<rest>[0-9]{2}:[0-9]{2})(?P<zone> [+-][0-9]{4})\] $"
)
"""Three words or, with the virtual host before them, four; no way to read it in two ways, so that it is quick."""

SITE = r"^[^\s:]+:[0-9]{1,5}$"
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = rf"^(?:{OCTET}\.){{3}}{OCTET}$"
"""An address as `canonical_ip` would write it, so that there is nothing to rewrite."""

STATUS = r"^ (?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: |$)"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "CONNECT", "TRACE")
PROTOCOLS = ("HTTP/1.1", "HTTP/2.0", "HTTP/1.0", "HTTP/2", "HTTP/3.0", "HTTP/3")

COLUMNS = (
    "@timestamp",
    "time_basis",
    "event.category",
    "event.action",
    "event.outcome",
    "event.code",
    "event.reason",
    "event.count",
    "user.name",
    "source.ip",
    "source.domain",
    "host.name",
    "service.name",
    "http.request.method",
    "http.response.status_code",
    "http.response.bytes",
    "url.path",
    "url.query",
    "user_agent.original",
    *PLACE,
)

SECONDS: Final = {f"{at // 60:02d}:{at % 60:02d}": at for at in range(3600)}
"""``05:17`` within an hour."""


def frames(
    path: Path,
    clock: Clock,
    tally: Tally,
    progress: Callable[[float], None],
    *,
    parse: Parse,
    read_stamp: ReadStamp,
    size: int = CHUNK_BYTES,
) -> Iterator[pl.DataFrame]:
    """The events of a file, a frame for each chunk, in line order; each line is told to the tally once."""
    for chunk, (own, read, odd) in ahead(chunks(path, progress, size=size), lambda one: _read(one, clock, read_stamp)):
        tally.read(read.height)
        rest = [(number, at, chunk.bytes_of(at, length)) for number, at, length in odd.iter_rows()]
        handed = sparse(list(parse(rest, own, tally)))
        events = read if handed.is_empty() else pl.concat([read, handed], how="diagonal").sort("evidence.line")
        clock.named_zone &= own.named_zone
        _passed(clock, events["@timestamp"].drop_nulls())
        yield events


def _read(chunk: Chunk, clock: Clock, read_stamp: ReadStamp) -> Read:
    # A clock for the times of this chunk: what is wrong with their order is found over all of them, in `_passed`.
    own = copy(clock)
    own.defects, own.ordered = Defects(), False
    cut = _cut(chunk.lines)
    cut = cut.with_columns(_instants(cut, own, read_stamp), *_clients(cut))
    sent = pl.col("source.ip").is_not_null() | pl.col("source.domain").is_not_null()
    ordinary = pl.col("plain") & pl.col("@timestamp").is_not_null() & sent
    cut = cut.with_columns(ordinary.fill_null(False).alias("ordinary"))
    return own, _columns(cut.filter("ordinary")), cut.filter(~pl.col("ordinary")).select(PLACE)


def _cut(lines: pl.DataFrame) -> pl.DataFrame:
    """The pieces of each line, and whether they are ``plain``: as ordinary lines have them."""
    pieces = pl.col("text").str.splitn('"', PIECES).struct.rename_fields([f"piece {n}" for n in range(PIECES)])
    cut = lines.with_columns(pieces.alias("pieces")).unnest("pieces")
    cut = cut.with_columns(
        pl.col("piece 0").str.extract_groups(HEAD).alias("head"),
        pl.col("piece 1").str.splitn(" ", 3).struct.rename_fields(["method", "target", "protocol"]).alias("request"),
        pl.col("piece 2").str.extract_groups(STATUS).alias("answer"),
    ).unnest("head", "request", "answer")
    sited = pl.col("fourth").is_not_null()
    cut = cut.with_columns(
        pl.when(sited).then(pl.col("first")).alias("site"),
        pl.when(sited).then(pl.col("second")).otherwise(pl.col("first")).alias("client"),
        pl.when(sited).then(pl.col("third")).otherwise(pl.col("second")).alias("identity"),
        pl.when(sited).then(pl.col("fourth")).otherwise(pl.col("third")).alias("user"),
    )
    plain = (
        ~pl.col("text").str.contains('\\"', literal=True)
        & (pl.col("evidence.length") <= LONGEST_TEXT)
        & (pl.col("identity") == "-")
        & (pl.col("client").str.len_bytes() <= LONGEST_CLIENT)
        & (~sited | pl.col("first").str.contains(SITE))
        & pl.col("status").is_not_null()
        & pl.col("method").is_in(METHODS)
        & pl.col("target").str.starts_with("/")
        & pl.col("protocol").is_in(PROTOCOLS)
    )
    return cut.with_columns(plain.alias("plain")).drop("text", "piece 0", "piece 1", "piece 2")


def _instants(cut: pl.DataFrame, clock: Clock, read_stamp: ReadStamp) -> pl.Expr:
    """``@timestamp``: each hour of the log is read once, by the rules for one line, and the seconds are added."""
    hours = cut.filter(pl.col("plain")).select("hour", "zone").unique()
    starts: dict[str, datetime | None] = {}
    for hour, zone in hours.iter_rows():
        instant = read_stamp(f"{hour}:00:00{zone}", clock)
        starts[hour + zone] = None if instant is None else instant[0]
    start = (pl.col("hour") + pl.col("zone")).replace_strict(
        pl.Series(list(starts), dtype=pl.String), pl.Series(list(starts.values()), dtype=TIME), default=None
    )
    second = pl.col("rest").replace_strict(list(SECONDS), list(SECONDS.values()), default=None, return_dtype=pl.Int64)
    return (start + pl.duration(seconds=second)).cast(TIME).alias("@timestamp")


def _clients(cut: pl.DataFrame) -> list[pl.Expr]:
    """``source.ip`` and ``source.domain``. Most clients are an IPv4 address as it is written; of the others each is
    read once, by the rules for one line."""
    client, plainly = pl.col("client"), pl.col("client").str.contains(IPV4)
    others = cut.filter(pl.col("plain") & ~plainly)["client"].unique()
    read = [source(one) for one in others]
    addresses, domains = ([one.get(name) for one in read] for name in ("source.ip", "source.domain"))
    return [
        pl.when(plainly).then(client).otherwise(_translated(client, others, addresses)).alias("source.ip"),
        _translated(client, others, domains).alias("source.domain"),
    ]


def _translated(column: pl.Expr, old: pl.Series, new: list[str | None]) -> pl.Expr:
    if not any(new):
        return pl.lit(None, dtype=pl.String)
    return column.replace_strict(old, pl.Series(new, dtype=pl.String), default=None)


def _columns(plain: pl.DataFrame) -> pl.DataFrame:
    """The events of ordinary lines."""
    status = pl.col("status").cast(pl.Int64)
    target = pl.col("target").str.splitn("?", 2).struct
    failed = pl.when(status >= 400).then(pl.lit("failure")).otherwise(pl.lit("success"))
    return plain.select(
        "@timestamp",
        pl.lit("exact").alias("time_basis"),
        pl.lit("web").alias("event.category"),
        pl.lit("http_request").alias("event.action"),
        failed.alias("event.outcome"),
        pl.col("status").alias("event.code"),
        pl.lit(1, dtype=pl.Int64).alias("event.count"),
        _stated("user").alias("user.name"),
        "source.ip",
        "source.domain",
        pl.col("site").str.extract("^([^:]+)").str.to_lowercase().alias("host.name"),
        pl.lit("web").alias("service.name"),
        pl.col("method").alias("http.request.method"),
        status.alias("http.response.status_code"),
        _stated("bytes").cast(pl.Int64).alias("http.response.bytes"),
        target.field("field_0").alias("url.path"),
        target.field("field_1").replace("", None).alias("url.query"),
        _stated("piece 5").alias("user_agent.original"),
        *PLACE,
    )


def _stated(name: str) -> pl.Expr:
    """A value, or null where the server wrote nothing or a dash."""
    return pl.when(~pl.col(name).is_in(["", "-"])).then(pl.col(name))


def _passed(clock: Clock, times: pl.Series) -> None:
    """Tell the clock of the next instants, in line order."""
    last = times[-1] if times.len() else None
    if not isinstance(last, datetime):
        return
    before = times.shift(1, fill_value=clock.last)
    clock.passed(
        last=last,
        backwards=int((times < before - BACKWARDS).sum()),
        future=int((times > clock.limit).sum()) if clock.limit else 0,
        minutes=set(times.dt.minute().unique()),
        hours=set(times.dt.truncate("1h").unique()),
    )
