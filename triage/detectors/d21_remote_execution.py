"""D21: was a service or task made that runs what it should not, or something executed from another machine?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from triage.detectors import wording
from triage.detectors.commands import matched
from triage.detectors.compose import compose
from triage.detectors.evidence import chart
from triage.detectors.installed import FROM_AFAR, INSTALLED, installed, shares
from triage.detectors.processes import AUDITED, ORDER, STARTED, by_whom, once, quoted, starts
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.remote_patterns import PATTERNS
from triage.detectors.sides import Side, both
from triage.detectors.telling import need, told

REPORTED = 10
ENTITIES: Final = {"user": "user.name", "host": "host.name", "ip": "source.ip"}
WORDS = "process starts, services or tasks made"
LOG = "the System and Security logs of the host, or its process starts (Sysmon 1, Windows 4688)"


class RemoteExecution:
    """Services and tasks by what they run, process starts by who began them, and what arrived over a share."""

    id = "D21"
    version = 1
    title = "New services, tasks and remote execution"
    needs: tuple[str, ...] = ("process", "configuration")
    settings: Mapping[str, Any] = {"remote_seconds": 60, "sure_ways": 2}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        found = _found(side, settings)
        strong = found.filter("strong")
        # Elsewhere in the log an ordinary new service is no news.
        shown = strong if strong.height or not side.is_case else found
        answer: Answer = "yes" if strong.height else "partly" if shown.height else "no"
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(side, answer, strong, settings),
            sentence=_sentence(side, shown),
            threshold="any service or task that runs a shell or lies where anybody may write, any program begun from "
            "another machine (ours; after Sigma and ATT&CK); an ordinary new one: partly",
            would_change="A deployment or an administrator that is known to have done this, from that machine.",
            evidence=shown.select(side.events.columns) if shown.height else None,
            figures=_figures(found, strong, shown),
            entities={name: _values(shown, column) for name, column in ENTITIES.items()},
            need=need(side, AUDITED | INSTALLED, words=WORDS, log=LOG) if answer == "no" else None,
        )


def _found(side: Side, settings: Mapping[str, Any]) -> pl.DataFrame:
    """Everything found on this side in time order, each with its ``pattern``, ``technique`` and whether ``strong``."""
    columns = [*side.events.columns, "pattern", "technique", "strong"]
    parts = [
        once(matched(starts(side.events), PATTERNS)),
        installed(side.events, side.everything, settings["remote_seconds"]),
        shares(side.events),
    ]
    found = pl.concat([part.select(columns) for part in parts])
    return found.sort(ORDER, nulls_last=True, maintain_order=True)


def _confidence(side: Side, answer: Answer, strong: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
    """High where different ways agree. A no from process starts alone may have missed what was made by other means."""
    if answer == "yes":
        return "high" if strong["pattern"].n_unique() >= settings["sure_ways"] else "medium"
    return "high" if answer == "no" and told(side, STARTED) and told(side, INSTALLED) else "low"


def _sentence(side: Side, shown: pl.DataFrame) -> str:
    if shown.is_empty():
        started = wording.plural(side.events.filter(STARTED).height, "process start")
        records = "" if told(side, INSTALLED) else "; the log has no records of services and tasks (7045, 4697, 4698)"
        return f"Nothing begun from another machine in {started}, and no new service or task{records}."
    top = shown.row(0, named=True)
    command = quoted(top["process.command_line"] or top["process.name"] or top["winlog.object"])
    said = f"{top['pattern'][0].upper()}{top['pattern'][1:]}{by_whom(top)}: “{command}”"
    hosts = shown["host.name"].drop_nulls().unique(maintain_order=True).to_list()
    same = shown.filter(pl.col("pattern") == top["pattern"]).height
    said += f", {same} times in all" if same > 1 else ""
    said += f" on {len(hosts)} hosts ({wording.listed(hosts)})" if len(hosts) > 1 else ""
    others = shown.filter(pl.col("pattern") != top["pattern"]).group_by("pattern").len()
    others = others.sort("len", "pattern", descending=[True, False])
    named = [f"{name} ({count})" for name, count in others.iter_rows()]
    return f"{said}{f'; also {wording.listed(named)}' if named else ''}."


def _figures(found: pl.DataFrame, strong: pl.DataFrame, shown: pl.DataFrame) -> dict[str, Any]:
    made = found.filter(INSTALLED)
    return {
        "services": made.filter(pl.col("event.action") == "service_installed").height,
        "tasks": made.filter(pl.col("event.action") != "service_installed").height,
        "remote": strong.filter(FROM_AFAR).height,
        "strong": strong.height,
        "hosts": shown["host.name"].drop_nulls().n_unique(),
        "techniques": sorted(shown["technique"].unique().to_list()),
        "found": [_row(row) for row in shown.head(REPORTED).iter_rows(named=True)],
        "chart": chart(shown),
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pattern": row["pattern"],
        "technique": row["technique"],
        "command": quoted(row["process.command_line"] or row["process.name"]),
        "object": row["winlog.object"],
        "user": row["user.name"],
        "host": row["host.name"],
        "at": wording.rfc3339(row["@timestamp"]),
    }


def _values(shown: pl.DataFrame, column: str) -> list[str]:
    return shown[column].drop_nulls().unique(maintain_order=True).head(REPORTED).to_list()


DETECTOR = RemoteExecution()
