"""The headers of syslog lines, many at once: the plain spellings only, each to what `syslog.read_header` makes of it.

A line is *plain* when its stamp, host and tag are written as nearly every syslog daemon writes them. All others are
read one by one by `syslog`, so that there is one place for what is odd.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import polars as pl

from triage.events.parsers.syslog import SPELLINGS
from triage.events.schema import TIME
from triage.events.timestamps import BACKWARDS, MONTHS, ROLLOVER_MONTHS, Clock

HOST_AND_TAG = r" [!-~]+ [A-Za-z][A-Za-z0-9_.-]*(?:\[[0-9]{1,9}\])?: +[!-~]"
RFC3164 = (
    rf"^(?:{'|'.join(MONTHS)}) (?: [1-9]|0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    + HOST_AND_TAG
)
ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{3}(?:[0-9]{3})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})" + HOST_AND_TAG
)
FOLD = r"(?s)^message repeated (?P<times>[0-9]{1,9}) times: \[ ?(?P<folded>.*?)\]?$"

SPELLED: Final[dict[str, str]] = {"rfc3164": RFC3164, "iso": ISO}

SHORTEST_RUN = 256
"""Fewer plain lines in a row are read one by one: columns cost more than they save."""


def runs(lines: pl.DataFrame, shortest: int = SHORTEST_RUN) -> Iterator[tuple[str | None, int, int]]:
    """The lines cut into runs (spelling, first row, rows): of one plain spelling, or None for lines to read singly.

    Runs keep the order of lines, on which the clock and folded repeats depend.
    """
    text = pl.col("text")
    spelling = pl.coalesce(pl.when(text.str.contains(pattern)).then(pl.lit(name)) for name, pattern in SPELLED.items())
    single: tuple[int, int] | None = None
    start = 0
    for length, name in lines.select(spelling.rle().alias("run"))["run"].struct.unnest().iter_rows():
        if name is None or length < shortest:
            single = (single[0], single[1] + length) if single else (start, length)
        else:
            if single:
                yield None, *single
            single = None
            yield name, start, length
        start += length
    if single:
        yield None, *single


def headers(lines: pl.DataFrame, spelling: str, clock: Clock) -> pl.DataFrame:
    """The lines of one plain run with the columns of a `syslog.Header` beside their place: ``at`` (null where the date
    does not exist), ``basis``, ``host``, ``program``, ``pid``, ``message``, ``times``. The clock has seen them."""
    dated = _without_years(lines, clock) if spelling == "rfc3164" else _with_offsets(lines)
    _pass(clock, dated.drop_nulls("at"))
    words = pl.col("behind").str.splitn(" ", 3).struct.rename_fields(["host", "tag", "message"])
    tag = pl.col("tag").str.strip_suffix(":").str.splitn("[", 2).struct.rename_fields(["program", "number"])
    cut = dated.with_columns(words.alias("words")).unnest("words").with_columns(tag.alias("tags")).unnest("tags")
    return _unfolded(
        cut.with_columns(
            pl.col("program").replace(SPELLINGS),
            pl.col("number").str.strip_suffix("]").cast(pl.Int64).alias("pid"),
            pl.col("message").str.strip_chars_start(" "),
        ).drop("behind", "tag", "number", "minute")
    )


def _unfolded(rows: pl.DataFrame) -> pl.DataFrame:
    folded = pl.col("message").str.starts_with("message repeated ")
    if not rows.select(folded.any()).item():
        return rows.with_columns(pl.lit(1, dtype=pl.Int64).alias("times"))
    parts = pl.when(folded).then(pl.col("message")).str.extract_groups(FOLD)
    return (
        rows.with_columns(parts.alias("parts"))
        .unnest("parts")
        .with_columns(
            pl.coalesce("folded", "message").alias("message"),
            pl.col("times").cast(pl.Int64).clip(lower_bound=1).fill_null(1),
        )
        .drop("folded")
    )


def _without_years(lines: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """``Mar 30 16:01:36``: the year turns with the months, and each hour is looked up once."""
    if clock.year is None:
        raise ValueError("a log without years needs one assumed: see assumed_year")
    text = pl.col("text")
    month = text.str.head(3).replace_strict(MONTHS, return_dtype=pl.Int64)
    cut = lines.select(
        *(name for name in lines.columns if name != "text"),
        month.alias("month"),
        text.str.head(9).alias("hour"),
        text.str.slice(10, 2).cast(pl.Int64).alias("minute"),
        text.str.slice(13, 2).cast(pl.Int64).alias("second"),
        text.str.slice(16).alias("behind"),
    )
    before = pl.col("month").shift(1).fill_null(clock.month or cut["month"][0])
    turn = (
        pl.when(pl.col("month") < before - ROLLOVER_MONTHS).then(1)
        .when(pl.col("month") > before + ROLLOVER_MONTHS).then(-1)
        .otherwise(0)
    )  # fmt: skip
    cut = cut.with_columns((turn.cum_sum() + clock.year).alias("year"))
    starts: list[datetime | None] = []
    new = (pl.col("hour") != pl.col("hour").shift(1)) | (pl.col("year") != pl.col("year").shift(1))
    cut = cut.with_columns(new.fill_null(True).alias("new"))
    for year, number, hour in cut.filter(pl.col("new")).select("year", "month", "hour").iter_rows():
        starts.append(clock.hour(year, number, int(hour[4:6]), int(hour[7:9])))
    clock.turned(year=cut["year"][-1], month=cut["month"][-1])
    dated = _dated(cut, starts, clock.syslog_basis)
    impossible = dated["at"].null_count()
    clock.defects.impossible += impossible
    return dated


def _with_offsets(lines: pl.DataFrame) -> pl.DataFrame:
    """``2026-03-30T16:01:36.123456+02:00``, with or without a fraction."""
    words = pl.col("text").str.splitn(" ", 2).struct.rename_fields(["stamp", "behind"])
    cut = lines.with_columns(words.alias("words")).unnest("words")
    stamp = pl.col("stamp")
    cut = cut.select(
        *(name for name in lines.columns if name != "text"),
        stamp.str.head(13).alias("hour"),
        stamp.str.slice(14, 2).cast(pl.Int64).alias("minute"),
        stamp.str.slice(17, 2).cast(pl.Int64).alias("second"),
        stamp.str.extract(r"\.([0-9]+)").str.pad_end(6, "0").cast(pl.Int64).fill_null(0).alias("fraction"),
        stamp.str.extract(r"(Z|[+-][0-9:]+)$").alias("offset"),
        "behind",
    )
    new = (pl.col("hour") != pl.col("hour").shift(1)) | (pl.col("offset") != pl.col("offset").shift(1))
    cut = cut.with_columns(new.fill_null(True).alias("new"))
    starts = [_hour(hour, offset) for hour, offset in cut.filter(pl.col("new")).select("hour", "offset").iter_rows()]
    return _dated(cut, starts, "exact").with_columns(pl.col("at").dt.minute().alias("minute"))


def _hour(hour: str, offset: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{hour}:00:00{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _dated(cut: pl.DataFrame, starts: list[datetime | None], basis: str) -> pl.DataFrame:
    """``at`` from the starts of the hours, one for each row that is ``new``."""
    start = pl.Series(starts, dtype=TIME).gather(cut["new"].cum_sum() - 1)
    micro = pl.col("fraction") if "fraction" in cut.columns else pl.lit(0)
    dated = cut.with_columns(
        (start + pl.duration(minutes="minute", seconds="second", microseconds=micro)).cast(TIME).alias("at")
    )
    known = pl.when(pl.col("at").is_null()).then(pl.lit("impossible_date")).otherwise(pl.lit(basis))
    made = {"month", "hour", "second", "year", "new", "fraction", "offset"}
    return dated.select(*(name for name in dated.columns if name not in made), known.alias("basis"))


def _pass(clock: Clock, dated: pl.DataFrame) -> None:
    """Tell the clock of all instants, in order."""
    if dated.is_empty():
        return
    times = dated["at"]
    before = times.shift(1)
    back = int((times < before - BACKWARDS).sum()) + bool(clock.last and times[0] < clock.last - BACKWARDS)
    future = int((times > clock.limit).sum()) if clock.limit else 0
    minutes: set[int] = set()
    hours: set[datetime] = set()
    if len(clock.defects.minutes) < 2:
        minutes = set(dated["minute"].unique().to_list())
        started = dated.select(pl.col("at") - pl.duration(minutes="minute"))["at"]
        hours = set(started.dt.truncate("1m").unique()) if len(minutes | clock.defects.minutes) == 1 else set()
    clock.passed(last=times[-1], backwards=back, future=future, minutes=minutes, hours=hours)
