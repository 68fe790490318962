"""Process starts as detectors read them: told by Windows (4688), by Sysmon (1), by sudo or by an alert's own events.

Windows and Sysmon tell of the same start, and ``net.exe`` starts ``net1.exe`` to do its work: each counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.events.parsers.secrets import masked

SAME_START_S = 60
"""Records of one command on one host that follow each other within this time are one run of it: Windows' and Sysmon's
may be shipped half a minute apart."""

OTHER_ACTIONS = (
    "process_ended",
    "process_accessed",
    "remote_thread_created",
    "privileged_service_called",
    "end",
    "exit",
    "exited",
)
"""What else happens to a process: ours and those of the common schema."""

SAME = ["host.name", "program", "line"]
ORDER = ["@timestamp", "evidence.id", "evidence.line"]

SECOND_HALF = (pl.col("program") == "net1") & (pl.col("parent") == "net")
"""What ``net`` starts to do its work."""

SHOWN = 100
"""Characters of a command that a sentence quotes."""

STARTED = (pl.col("event.category") == "process") & ~pl.col("event.action").is_in(OTHER_ACTIONS).fill_null(False)
AUDITED = STARTED & pl.col("event.action").ne_missing("sudo")
"""Starts a log tells of whoever makes them. sudo writes only its own: what ran without it leaves no line, so a log of
sudo may prove a yes and carries no no."""
SAYS_COMMAND = AUDITED & pl.col("process.command_line").is_not_null()

SYSTEM_ACCOUNTS = r"\$$|^nt aut|^(?:system|local service|network service|anonymous logon|(?:dwm|umfd)-\d+|-?)$"


def machine(account: str = "user.name") -> pl.Expr:
    """Whether the account is a computer or the system itself, and no person's or service's."""
    return pl.col(account).str.to_lowercase().str.contains(SYSTEM_ACCOUNTS).fill_null(False)


def starts(events: pl.DataFrame) -> pl.DataFrame:
    """Process starts, with ``program`` and ``parent`` (file names in lower case, without ``.exe``), ``image`` and
    ``line`` (path and command line in lower case, without quotes and the marks that shells ignore); nothing is null."""
    told = events.filter(STARTED).with_columns(
        _plain("process.name").alias("image"), _plain("process.command_line").alias("line")
    )
    first_word = pl.col("line").str.splitn(" ", 2).struct.field("field_0")
    return told.with_columns(
        _file(pl.coalesce("image", first_word)).alias("program"),
        file_name("process.parent.name").alias("parent"),
        pl.col("image", "line").fill_null(""),
    )


def parents(started: pl.DataFrame) -> pl.DataFrame:
    """What began these starts, as starts of their own, each once: a log may begin later, or tell only the children."""
    told = started.filter(pl.col("process.parent.command_line").is_not_null())
    return told.with_columns(
        pl.col("process.parent.command_line").alias("process.command_line"),
        pl.col("process.parent.name").alias("process.name"),
        pl.col("parent").alias("program"),
        pl.lit("").alias("parent"),
        _plain("process.parent.name").fill_null("").alias("image"),
        _plain("process.parent.command_line").alias("line"),
    ).unique(["host.name", "line"], keep="first", maintain_order=True)


def file_name(column: str) -> pl.Expr:
    """``C:\\Windows\\System32\\Net.EXE`` → ``net``; empty where there is no path."""
    return _file(pl.col(column).str.to_lowercase())


def once(found: pl.DataFrame) -> pl.DataFrame:
    """Of `starts` in time order each once: not the second record of it, and no ``net1`` that ``net`` started. The
    record that names a person is kept rather than that of the machine that started the process for them.

    Sysmon's records and Windows' are matched by their order within a run of the same command: not every shipper keeps
    the process id.
    """
    found = found.filter(~SECOND_HALF)
    gap = pl.col("@timestamp").diff().dt.total_seconds().over(SAME)
    run = (gap.is_null() | (gap > SAME_START_S)).cum_sum().over(SAME)
    kept = (
        found.select(*SAME, "@timestamp", "event.code", machine().alias("machine"))
        .with_row_index("place")
        .with_columns(run.alias("run"))
        .with_columns(pl.col("place").cum_count().over([*SAME, "run", "event.code"]).alias("nth"))
        .sort("machine", maintain_order=True)
        .unique([*SAME, "run", "nth"], keep="first", maintain_order=True)
    )
    return found[kept["place"].sort()]


def quoted(command: str | None) -> str:
    """A command as a sentence quotes it: secrets masked, on one line, cut where it is long."""
    said = "".join(sign if sign.isprintable() else " " for sign in masked(command or ""))
    said = " ".join(said.split())
    return said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"


def by_whom(start: Mapping[str, Any]) -> str:
    """`` by ada on ws-7 at 17 Nov 08:00 UTC``, as far as it is known."""
    who = f" by {wording.user(start['user.name'])}" if start["user.name"] else ""
    where = f" on {start['host.name']}" if start["host.name"] else ""
    when = f" at {wording.at(start['@timestamp'])}" if start["@timestamp"] else ""
    return f"{who}{where}{when}"


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_many(['"', "^", "`"], [""] * 3)


def _file(path: pl.Expr) -> pl.Expr:
    return path.str.replace(r"^.*[\\/]", "").str.strip_suffix(".exe").fill_null("")
