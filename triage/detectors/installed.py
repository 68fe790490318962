"""Services and tasks that machines record as made, and what arrives over an administrative share: the part of D21 that
is not told by process starts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import polars as pl

from triage.detectors.access_masks import asks_for
from triage.detectors.processes import machine
from triage.detectors.remote_patterns import BEGUN_ELSEWHERE, LIES_WRITABLE, REMOTE_TOOLS, RUNS_SHELL

MADE: Final = ("service_installed", "scheduled_task_created", "scheduled_task_changed")
INSTALLED = pl.col("event.action").is_in(MADE).fill_null(False)

MANAGERS: Final = r"(?i)\\ipc\$\\(?:svcctl|atsvc|itaskschedulerservice)$"
"""The pipes by which the service manager and the task scheduler are called over the network."""
PROGRAM_ON_SHARE: Final = r"(?i)\\(?:admin|[a-z])\$\\.*\.(?:exe|dll|sys|bat|cmd|ps1|vbs|scr)$"
WRITES: Final = 0x2 | 0x4
"""Bits of a file's access mask that write or append data (MS-SMB2)."""

LOCAL: Final = ("127.0.0.1", "::1")

CALLED = (
    pl.col("winlog.object").str.contains(MANAGERS) & ~pl.col("source.ip").is_in(LOCAL).fill_null(False)
).fill_null(False)

REMOTE_SERVICE: Final = "a remote execution service"
MADE_FROM_AFAR: Final = "service or task made from another machine"
WRITTEN: Final = "program written to an administrative share"
FROM_AFAR = pl.col("pattern").is_in(
    [*sorted({one.name for one in BEGUN_ELSEWHERE}), REMOTE_SERVICE, MADE_FROM_AFAR, WRITTEN]
)


def installed(events: pl.DataFrame, everything: pl.DataFrame, remote_seconds: int) -> pl.DataFrame:
    """New services and tasks, with ``pattern``, ``technique`` and ``strong``: made from afar where the machine's
    service manager or scheduler was called over the network shortly before."""
    made = _called_before(events.filter(INSTALLED), everything, remote_seconds)
    runs = pl.col("process.command_line").str.to_lowercase().str.replace_all('"', "", literal=True).fill_null("")
    called = pl.concat_str(pl.col("winlog.object").fill_null("").str.to_lowercase(), pl.lit(" "), runs)
    service = pl.col("event.action") == "service_installed"
    noun = pl.when(service).then(pl.lit("service")).otherwise(pl.lit("task"))
    pattern = (
        pl.when(called.str.contains(REMOTE_TOOLS))
        .then(pl.lit(REMOTE_SERVICE))
        .when("from_afar")
        .then(pl.lit(MADE_FROM_AFAR))
        .when(runs.str.contains(RUNS_SHELL))
        .then(pl.concat_str(pl.lit("new "), noun, pl.lit(" that runs a shell")))
        .when(runs.str.contains(LIES_WRITABLE))
        .then(pl.concat_str(pl.lit("new "), noun, pl.lit(" in a folder anybody may write to")))
        .otherwise(pl.concat_str(pl.lit("new "), noun))
    )
    technique = pl.when(service).then(pl.lit("T1543.003")).otherwise(pl.lit("T1053.005"))
    return made.with_columns(pattern.alias("pattern"), technique.alias("technique")).with_columns(
        (~pl.col("pattern").is_in(["new service", "new task"])).alias("strong")
    )


def _called_before(made: pl.DataFrame, everything: pl.DataFrame, seconds: int) -> pl.DataFrame:
    """With ``from_afar``: whether a person's call over the network reached that host within the time before."""
    calls = everything.filter(CALLED & ~machine() & pl.col("@timestamp").is_not_null())
    calls = calls.select("host.name", pl.col("@timestamp").alias("called")).sort("called")
    joined = made.sort("@timestamp", nulls_last=True, maintain_order=True).join_asof(
        calls,
        left_on="@timestamp",
        right_on="called",
        by="host.name",
        strategy="backward",
        tolerance=timedelta(seconds=seconds),
        check_sortedness=False,
    )
    return joined.with_columns(pl.col("called").is_not_null().alias("from_afar")).drop("called")


def shares(events: pl.DataFrame) -> pl.DataFrame:
    """Programs that a person wrote to an administrative share (strong), and calls of a service manager or scheduler
    over the network (a hint: many consoles do it), with ``pattern``, ``technique`` and ``strong``."""
    written = (pl.col("winlog.object").str.contains(PROGRAM_ON_SHARE) & asks_for(WRITES)).fill_null(False)
    found = events.filter(
        (pl.col("event.action") == "share_object_checked") & (pl.col("event.outcome").ne_missing("failure"))
    )
    found = found.filter(~machine()).with_columns(written.alias("strong")).filter(pl.col("strong") | CALLED)
    return found.with_columns(
        pl.when("strong")
        .then(pl.lit(WRITTEN))
        .otherwise(pl.lit("service manager called over the network"))
        .alias("pattern"),
        pl.lit("T1021.002").alias("technique"),
    )
