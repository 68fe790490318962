"""D20: was a command run, or a process started, as attackers do it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.command_patterns import PATTERNS
from triage.detectors.commands import matched
from triage.detectors.compose import compose
from triage.detectors.evidence import chart
from triage.detectors.processes import ORDER, SAYS_COMMAND, by_whom, once, parents, quoted, starts
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.telling import need

REPORTED = 10
WORDS = "command lines of processes"
LOG = "the log of the host (Sysmon, or process creation audited with its command line)"


class CommandIndicators:
    """Process starts against a maintained list: one strong pattern is a yes, a mere hint is partly."""

    id = "D20"
    version = 1
    title = "Suspicious commands and processes"
    needs: tuple[str, ...] = ("process",)
    settings: Mapping[str, Any] = {"commands": 1, "sure_patterns": 2}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        examined = starts(side.events)
        found = _found(examined)
        strong = found.filter("strong")
        hit = strong.height >= settings["commands"]
        # Elsewhere in the log a mere hint is no news.
        shown = strong if hit or not side.is_case else found
        answer: Answer = "yes" if hit else "partly" if shown.height else "no"
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, strong, settings),
            sentence=_sentence(shown, examined.height),
            threshold=f"≥ {wording.plural(settings['commands'], 'command')} that meets one of {len(PATTERNS)} patterns "
            "(ours; after Sigma, LOLBAS, GTFOBins and ATT&CK); hints alone: partly",
            would_change="An administrator or a management tool that is known to run exactly this.",
            evidence=shown.select(side.events.columns) if shown.height else None,
            figures=_figures(found, strong, shown, examined.height),
            entities=_entities(shown),
            need=need(side, SAYS_COMMAND, words=WORDS, log=LOG) if answer == "no" else None,
        )


def _found(examined: pl.DataFrame) -> pl.DataFrame:
    """The starts that meet a pattern, each once, and what began a start where that is not among them itself."""
    seen = once(matched(examined, PATTERNS))
    began = matched(parents(examined), PATTERNS).join(seen, on=["host.name", "line"], how="anti", nulls_equal=True)
    return pl.concat([seen, began]).sort(ORDER, nulls_last=True, maintain_order=True)


def _confidence(answer: Answer, strong: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
    """High where different patterns agree; low for a hint. No list knows every command, so a no is never high."""
    if answer == "partly":
        return "low"
    return "high" if answer == "yes" and strong["pattern"].n_unique() >= settings["sure_patterns"] else "medium"


def _sentence(shown: pl.DataFrame, examined: int) -> str:
    if shown.is_empty():
        return f"None of {wording.plural(examined, 'process start')} meets a pattern of the list."
    top = shown.row(0, named=True)
    said = f"{top['pattern'][0].upper()}{top['pattern'][1:]}{by_whom(top)}: “{_command(top)}”"
    said += f", started by {top['parent']}" if top["parent"] else ""
    return f"{said}{_others(shown)}."


def _others(shown: pl.DataFrame) -> str:
    counted = shown.tail(-1).group_by("pattern").len().sort("len", "pattern", descending=[True, False])
    named = [f"{name} ({count})" for name, count in counted.iter_rows()]
    return f"; also {wording.listed(named)}" if named else ""


def _command(start: Mapping[str, Any]) -> str:
    return quoted(start["process.command_line"] or start["process.name"])


def _figures(found: pl.DataFrame, strong: pl.DataFrame, shown: pl.DataFrame, examined: int) -> dict[str, Any]:
    return {
        "commands": found.height,
        "strong": strong.height,
        "patterns": found["pattern"].n_unique(),
        "hosts": found["host.name"].drop_nulls().n_unique(),
        "examined": examined,
        "techniques": sorted(shown["technique"].unique().to_list()),
        "found": [_row(row) for row in shown.head(REPORTED).iter_rows(named=True)],
        "chart": chart(shown),
    }


def _row(start: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pattern": start["pattern"],
        "technique": start["technique"],
        "command": _command(start),
        "parent": start["parent"],
        "user": start["user.name"],
        "host": start["host.name"],
        "at": wording.rfc3339(start["@timestamp"]),
    }


def _entities(shown: pl.DataFrame) -> dict[str, list[str]]:
    return {
        "user": shown["user.name"].drop_nulls().unique(maintain_order=True).head(REPORTED).to_list(),
        "host": shown["host.name"].drop_nulls().unique(maintain_order=True).head(REPORTED).to_list(),
    }


DETECTOR = CommandIndicators()
