"""D14: was the directory read out: accounts, groups and machines listed in bulk?

Four kinds of trace, any of which is enough: commands that list, many commands to look around within seconds, a program
that has no business with the directory talking to it, and the controllers' own records of reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from triage.detectors import directory_reads, wording
from triage.detectors.commands import matched
from triage.detectors.compose import compose
from triage.detectors.coverage import rates_unreliable
from triage.detectors.directory_commands import LOOKING_AROUND, PATTERNS
from triage.detectors.evidence import chart
from triage.detectors.processes import ORDER, SAYS_COMMAND, SECOND_HALF, by_whom, once, quoted, starts
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.telling import need, told
from triage.detectors.windows import most_distinct

REPORTED = 10

BASELINE: Final = [
    *("lsass", "svchost", "services", "system", "dns", "dfsrs", "dfsr", "ntfrs", "ismserv", "winlogon", "spoolsv"),
    *("taskhostw", "taskhost", "wmiprvse", "explorer", "mmc", "dsac", "servermanager", "gpupdate", "msmpeng"),
    *("mssense", "senseir", "healthservice", "monitoringhost", "ccmexec", "azureadconnect", "miiserver", "vmtoolsd"),
    *("outlook", "teams", "ms-teams", "msedge", "chrome", "firefox", "w3wp", "edgetransport", "sqlservr"),
]
"""Programs whose talk to the directory is their business on most machines (our own list; a setting)."""

PLACE: Final = ["evidence.id", "evidence.file", "evidence.line", "evidence.offset", "evidence.pointer"]

KINDS: Final = (SAYS_COMMAND, directory_reads.BY_PROCESS, directory_reads.READ)
SHOWS: Final = pl.any_horizontal([kind.fill_null(False) for kind in KINDS])
WORDS = "command lines, LDAP connections by program or directory reads"
LOG = "the log of the host (Sysmon or process auditing) or the security log of the domain controllers"


@dataclass(frozen=True)
class _Trace:
    """One kind of trace found: what a sentence says of it, its records, and whether it decides alone."""

    said: str
    records: pl.DataFrame
    decides: bool
    confidence: Confidence


class DirectoryEnumeration:
    """Commands that list, a burst of looking around, strange programs speaking LDAP, reads that controllers record."""

    id = "D14"
    version = 1
    title = "Reading out the directory"
    needs: tuple[str, ...] = ("process", "network", "iam")
    settings: Mapping[str, Any] = {
        "burst_commands": 5,
        "burst_seconds": 15,
        "connections": 5,
        "catalogue_per_hour": 2000,
        "objects": 20,
        "read_seconds": 600,
        "baseline": BASELINE,
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        seen = _Seen(side, settings)
        traces = [trace for trace in seen.traces() if trace.decides or side.is_case]
        decided = [trace for trace in traces if trace.decides]
        shown = decided or traces
        answer: Answer = "yes" if decided else "partly" if traces else "no"
        records = _records(side, shown)
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(side, answer, decided),
            sentence=_sentence(side, shown, seen),
            threshold=f"any listing command; ≥ {settings['burst_commands']} commands in "
            f"{wording.duration(settings['burst_seconds'])}, > {settings['catalogue_per_hour']:,} connections to the "
            f"catalogue an hour (Sigma); ≥ {settings['connections']} LDAP connections by one program, "
            f"≥ {settings['objects']} objects in {wording.duration(settings['read_seconds'])} (ours)",
            would_change="An administrator or an inventory tool that is known to do exactly this.",
            evidence=records if shown else None,
            figures=seen.figures() | {"chart": chart(records)},
            entities={
                "user": _values(records, "user.name"),
                "host": _values(records, "host.name"),
                "ip": _values(records, "source.ip"),
            },
            need=need(side, SHOWS, words=WORDS, log=LOG) if answer == "no" else None,
        )


class _Seen:
    """The four kinds of trace on one side, measured."""

    def __init__(self, side: Side, settings: Mapping[str, Any]) -> None:
        self.settings, self.side = settings, side
        self.started = starts(side.events)
        self.commands = once(matched(self.started, PATTERNS))
        self.timed = not rates_unreliable(side.everything)
        self.burst, self.burst_size = _burst(self.started if self.timed else self.started.clear(), settings)
        self.connections = directory_reads.by_process(side.events, settings["baseline"])
        self.programs = directory_reads.programs(self.connections)
        self.catalogue = directory_reads.catalogue(side.events)
        self.reads = directory_reads.reads(side.events)
        self.readers = directory_reads.readers(self.reads, settings)

    def traces(self) -> list[_Trace]:
        found = [self._commands(), self._looking_around(), self._ldap(), self._catalogue(), self._reads()]
        return [trace for trace in found if trace is not None]

    def _commands(self) -> _Trace | None:
        if self.commands.is_empty():
            return None
        shown = self.commands.sort("strong", descending=True, maintain_order=True)
        top = shown.row(0, named=True)
        others = shown.tail(-1)["pattern"].unique(maintain_order=True).to_list()
        said = f"{_command(top)}{by_whom(top)}"
        said += f" and {wording.plural(shown.height - 1, 'other listing')}" if shown.height > 1 else ""
        said += f" ({wording.listed(others)})" if others else ""
        return _Trace(said, self.commands, True, "medium" if top["strong"] else "low")

    def _looking_around(self) -> _Trace | None:
        if self.burst_size < self.settings["burst_commands"]:
            return None
        who = by_whom(self.burst.row(0, named=True))
        within = wording.duration(self.settings["burst_seconds"])
        said = f"{self.burst_size} different commands to look around within {within}{who}"
        return _Trace(said, self.burst, True, "high")

    def _ldap(self) -> _Trace | None:
        if self.programs.is_empty():
            return None
        top = self.programs.row(0, named=True)
        enough = top["connections"] >= self.settings["connections"]
        who = f" by {wording.user(top['user.name'])}" if top["user.name"] else ""
        said = f"{wording.plural(top['connections'], 'LDAP connection')} of {top['program']}{who}"
        said += f" on {top['host.name']}" if top["host.name"] else ""
        mine = (pl.col("program") == top["program"]) & pl.col("host.name").eq_missing(top["host.name"])
        return _Trace(f"{said}{_when(top)}", self.connections.filter(mine), enough, "medium")

    def _catalogue(self) -> _Trace | None:
        top = self.catalogue.head(1).to_dicts()
        if not top or top[0]["peak"] <= self.settings["catalogue_per_hour"] or not self.timed:
            return None
        said = f"{top[0]['peak']:,} connections of {top[0]['source.ip']} to the global catalogue within an hour"
        records = self.side.events.filter(directory_reads.CONNECTED & (pl.col("source.ip") == top[0]["source.ip"]))
        return _Trace(said, records, True, "medium")

    def _reads(self) -> _Trace | None:
        top = self.readers.head(1).to_dicts()
        if not top:
            return None
        enough = top[0]["objects"] >= self.settings["objects"]
        objects = wording.plural(top[0]["in_all"], "directory object")
        said = f"{wording.user(top[0]['reader'])} read {objects}"
        return _Trace(said, self.reads.filter(pl.col("reader") == top[0]["reader"]), enough, "medium")

    def figures(self) -> dict[str, Any]:
        top = self.programs.row(0, named=True) if self.programs.height else {"connections": 0, "program": None}
        return {
            "commands": self.commands.height,
            "directory_commands": self.commands.filter("strong").height,
            "burst": self.burst_size,
            "connections": top["connections"],
            "program": top["program"],
            "catalogue_peak": self.catalogue["peak"].max() or 0,
            "objects": self.readers["objects"].max() or 0,
            "readers": self.readers.height,
            "examined": self.started.height,
            "listed": [
                {"command": _command(row), "user": row["user.name"], "host": row["host.name"]}
                for row in self.commands.head(REPORTED).iter_rows(named=True)
            ],
        }


def _burst(started: pl.DataFrame, settings: Mapping[str, Any]) -> tuple[pl.DataFrame, int]:
    """The host with the most different commands to look around in one window: those starts, and how many."""
    at_a_time = pl.col("@timestamp").is_not_null()
    looked = started.filter(pl.col("line").str.contains(LOOKING_AROUND) & ~SECOND_HALF & at_a_time)
    looked = looked.with_columns(pl.col("line").str.extract(LOOKING_AROUND).alias("looked"))
    hosts = looked.group_by("host.name", maintain_order=True).agg("@timestamp", "looked").rows()
    bursts = [(*most_distinct(times, kinds, settings["burst_seconds"]), host) for host, times, kinds in hosts]
    size, first, last, host = max(bursts, key=lambda burst: burst[0], default=(0, None, None, None))
    when = pl.col("@timestamp").is_between(pl.lit(first), pl.lit(last))
    return once(looked.filter(pl.col("host.name").eq_missing(host) & when)), size


def _confidence(side: Side, answer: Answer, decided: list[_Trace]) -> Confidence:
    """That of the surest trace, high where kinds agree. A no is as good as the kinds of record that would show it."""
    if answer == "partly":
        return "low"
    if answer == "yes":
        sure: list[Confidence] = [trace.confidence for trace in decided]
        return "high" if len(sure) > 1 or "high" in sure else sure[0]
    return "high" if sum(told(side, kind) for kind in KINDS) > 1 else "medium"


def _sentence(side: Side, shown: list[_Trace], seen: _Seen) -> str:
    if shown:
        return f"{'; '.join(trace.said for trace in shown)}."
    looked = [wording.plural(seen.started.height, "process start")]
    by_machines = side.events.filter(directory_reads.READ).height
    looked += [f"{wording.plural(by_machines, 'read')} by machine accounts"] if by_machines else []
    return f"No listing of the directory: {' and '.join(looked)} examined."


def _records(side: Side, shown: list[_Trace]) -> pl.DataFrame:
    """The records of all traces in time order, each once."""
    columns = side.events.columns
    together = pl.concat([trace.records.select(columns) for trace in shown] or [side.events.clear()])
    return together.unique(PLACE, maintain_order=True).sort(ORDER, nulls_last=True, maintain_order=True)


def _values(records: pl.DataFrame, column: str) -> list[str]:
    return records[column].drop_nulls().unique(maintain_order=True).head(REPORTED).to_list()


def _command(start: Mapping[str, Any]) -> str:
    return f"“{quoted(start['process.command_line'])}”"


def _when(row: Mapping[str, Any]) -> str:
    first, last = row["first"], row["last"]
    return wording.between(first if isinstance(first, datetime) else None, last if isinstance(last, datetime) else None)


DETECTOR = DirectoryEnumeration()
