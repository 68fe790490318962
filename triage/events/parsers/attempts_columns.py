"""The rules of `attempts`, many lines at once: which lines are one attempt to log in, and what counts of it.

Lines come as events marked by what they are to an attempt (`attempts.Told`). What an attempt comes to may depend on
lines still to come; its pending lines are kept until they are out of `REACH`, and no later event is told before them.
"""

from __future__ import annotations

import polars as pl

from triage.events.parsers.attempts import LIFETIME, REACH
from triage.events.parsers.sshd_lines import COLUMNS
from triage.events.schema import SCHEMA, TIME

GROUPED = (
    "process", "at", "signal", "exists", "known", "apart", "run", "attempt", "exists so far", "at so far", "last",
    "failed", "end", "newest", "exists in the end",
)  # fmt: skip
"""What grouping adds to an event."""

MARKS: dict[str, pl.DataType] = {"signal": pl.String(), "exists": pl.Boolean()}
"""What marked events carry beside their fields."""

NAMED = ("user.name", "user.exists", "source.ip", "source.domain", "source.port")
"""What an ``Invalid user`` line knows better than the PAM failure of the same attempt."""

LINE: dict[str, pl.DataType] = {
    "process": pl.Int64(), "line": pl.Int64(), "at": TIME, "signal": pl.String(), "exists": pl.Boolean(),
    "known": pl.Boolean(),
}  # fmt: skip
"""What grouping needs of a line. ``known`` ones are of attempts that were open before: their pending lines and, behind
them, one without a signal, or *failed* if any was, that stands for all the attempt's lines so far."""

ADDRESS: dict[str, pl.DataType] = {"process": pl.Int64(), "line": pl.Int64(), "at": TIME, "source.ip": pl.String()}

PENDING = pl.col("signal").is_in(("named", "pam"))


class Settling:
    """Takes marked events in order of their lines, and gives back those whose attempts are settled."""

    def __init__(self) -> None:
        self._hosts: dict[str, int] = {}
        self._lines = pl.DataFrame(schema=LINE)
        self._pending = pl.DataFrame(schema={name: SCHEMA[name] for name in COLUMNS})
        """The events of the pending lines."""
        self._addresses = pl.DataFrame(schema=ADDRESS)
        """Of each process the last address it told."""
        self._waiting: list[pl.DataFrame] = []
        """Settled events; those behind a pending one wait for it."""

    def take(self, events: pl.DataFrame, upto: int) -> pl.DataFrame:
        """Events that are settled when all lines up to number ``upto`` are read, in line order."""
        events, signal = self._with_process(events), pl.col("signal")
        told = events.filter(signal.is_null() | signal.is_in(("failed", "seen")))
        lines = _grouped(pl.concat([self._lines, _lines(events.filter(signal != "seen"))]))
        self._waiting.append(self._with_address(_existing(told, lines), upto).drop("process", *MARKS))
        self._pending = pl.concat([self._pending, events.filter(PENDING).drop("process", *MARKS)], how="diagonal")
        self._settle(lines, pl.col("newest") & (pl.col("end") > upto - REACH))
        return self._ready()

    def rest(self) -> pl.DataFrame:
        """What is left when the log ends."""
        self._settle(_grouped(self._lines), pl.lit(False))
        return self._ready()

    def _with_process(self, events: pl.DataFrame) -> pl.DataFrame:
        """Host and process id as one number, the same in every chunk."""
        if events.is_empty():
            return events.with_columns(pl.lit(None, dtype=pl.Int64).alias("process"))
        for host in events["host.name"].unique():
            self._hosts.setdefault(host, len(self._hosts))
        numbers = pl.Series(list(self._hosts.values()), dtype=pl.Int64)
        host = pl.col("host.name").replace_strict(pl.Series(list(self._hosts), dtype=pl.String), numbers)
        process = host * (1 << 32) + pl.col("process.pid").fill_null((1 << 32) - 1)
        return events.with_columns(process.alias("process"))

    def _with_address(self, told: pl.DataFrame, upto: int) -> pl.DataFrame:
        """Lines of a process that carry no address get the one it told before."""
        seen = told.filter(pl.col("signal") == "seen")
        place = ("process", pl.col("evidence.line").alias("line"), pl.col("@timestamp").alias("at"), "source.ip")
        with_one = seen.filter(pl.col("source.ip").is_not_null()).select(place)
        without = seen.filter(pl.col("source.ip").is_null()).select(place).drop("source.ip")
        known = pl.concat([self._addresses, with_one])
        if without.height:
            before = pl.col("at").alias("before"), pl.col("line").alias("told on"), "process", "source.ip", "line"
            found = without.join_asof(known.select(before), on="line", by="process", check_sortedness=False)
            near = (pl.col("line") - pl.col("told on") <= REACH) & (
                (pl.col("at") - pl.col("before")).abs() <= LIFETIME
            ).fill_null(True)
            lent = found.filter(near).select(pl.col("line").alias("evidence.line"), pl.col("source.ip").alias("lent"))
            told = told.join(lent, on="evidence.line", how="left", maintain_order="left")
            told = told.with_columns(pl.coalesce("source.ip", "lent").alias("source.ip")).drop("lent")
        self._addresses = known.filter(pl.col("line") > upto - REACH).unique(
            "process", keep="last", maintain_order=True
        )
        return told

    def _settle(self, lines: pl.DataFrame, still_open: pl.Expr) -> None:
        """Tell what is left of closed attempts; keep of the open ones what is needed to go on."""
        pending = lines.filter(PENDING & ~pl.col("failed"))
        closed, kept = pending.filter(~still_open), pending.filter(still_open)
        self._waiting.append(_leftovers(self._pending.join(closed, left_on="evidence.line", right_on="line")))
        self._pending = self._pending.join(kept, left_on="evidence.line", right_on="line", how="semi")
        said = pl.when(pl.col("failed")).then(pl.lit("failed"))
        states = lines.filter(still_open & pl.col("last")).select(
            "process", "line", pl.col("at so far").alias("at"), said.alias("signal"),
            pl.col("exists so far").alias("exists"), "known",
        )  # fmt: skip
        open_lines = pl.concat([kept.select(*LINE), states])
        self._lines = open_lines.with_columns(known=True).sort("line", maintain_order=True)

    def _ready(self) -> pl.DataFrame:
        """The waiting events in front of the first pending one."""
        waiting = pl.concat(self._waiting, how="diagonal").sort("evidence.line", maintain_order=True)
        first = self._pending["evidence.line"].min()
        if first is None:
            self._waiting = []
            return waiting
        ready = pl.col("evidence.line") < first
        self._waiting = [waiting.filter(~ready)]
        return waiting.filter(ready)


def _lines(events: pl.DataFrame) -> pl.DataFrame:
    line, at = pl.col("evidence.line").alias("line"), pl.col("@timestamp").alias("at")
    return events.select("process", line, at, "signal", "exists", pl.lit(False).alias("known"))


def _grouped(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of one attempt together, with what is known of it: by line ``exists so far`` and ``at so far``, by
    attempt ``failed``, ``end`` (its last line), ``newest`` (of its process); ``last`` marks its last line."""
    lines = lines.sort("process", maintain_order=True)
    process, line, at, fresh = pl.col("process"), pl.col("line"), pl.col("at"), ~pl.col("known")
    apart = (process != process.shift(1)) | (fresh & (line - line.shift(1) > REACH))
    lines = lines.with_columns(apart.fill_null(True).alias("apart"))
    lines = lines.with_columns(pl.col("apart").cum_sum().alias("run"))
    late = fresh & ((at - _so_far(at, "run").shift(1)).abs() > LIFETIME) & (pl.col("run") == pl.col("run").shift(1))
    lines = lines.with_columns((pl.col("apart") | late.fill_null(False)).cum_sum().alias("attempt"))
    attempt = pl.col("attempt")
    lines = lines.with_columns(
        _so_far(pl.col("exists"), "attempt").alias("exists so far"),
        _so_far(at, "attempt").alias("at so far"),
        (attempt != attempt.shift(-1)).fill_null(True).alias("last"),
        attempt.is_in(lines.filter(pl.col("signal") == "failed")["attempt"].implode()).alias("failed"),
        (process != process.shift(-1)).fill_null(True).alias("newest"),
    )
    ends = lines.filter("last").select(
        "attempt", pl.col("line").alias("end"), "newest", pl.col("exists so far").alias("exists in the end")
    )
    return lines.drop("newest").join(ends, on="attempt", how="left", maintain_order="left")


def _so_far(told: pl.Expr, group: str) -> pl.Expr:
    """The last value of the group up to each line; lines of a group stand together."""
    whose = pl.when(told.is_not_null()).then(pl.col(group)).forward_fill()
    return pl.when(whose == pl.col(group)).then(told.forward_fill())


def _existing(told: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """sshd calls an account that may not log in "invalid" as well; an earlier line said that it exists."""
    known = lines.filter((pl.col("signal") == "failed") & pl.col("exists so far") & ~pl.col("known"))["line"]
    exists = pl.when(pl.col("evidence.line").is_in(known.implode())).then(True).otherwise(pl.col("user.exists"))
    return told.with_columns(exists.alias("user.exists")) if known.len() else told


def _leftovers(pending: pl.DataFrame) -> pl.DataFrame:
    """What no ``Failed`` line spoke for: PAM failures, else the names that were tried."""
    named, failures = pending.filter(pl.col("signal") == "named"), pending.filter(pl.col("signal") == "pam")
    names = named.join(failures, on="attempt", how="anti")
    known = (
        named.sort("evidence.line").group_by("attempt").last().select("attempt", *NAMED, pl.lit(True).alias("tried"))
    )
    failures = failures.join(known, on="attempt", how="left", suffix=" known")
    exists = pl.when(pl.col("tried")).then(pl.col("user.exists known")).otherwise(pl.col("exists in the end"))
    failures = failures.with_columns(
        *(pl.coalesce(f"{name} known", name).alias(name) for name in NAMED if name != "user.exists"),
        pl.coalesce(exists, "user.exists").alias("user.exists"),
    )
    return pl.concat([names, failures.select(names.columns)]).drop(GROUPED)
