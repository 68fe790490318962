"""One vendor message while it is read: values by name, and what had to be assumed on the way. Pure.

An adapter asks for what it needs; facts, assumptions, observables and assets gather here, and `reading` makes the
whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from casebook.intake.adapters import paths, texts
from casebook.intake.adapters.observables import Gathered
from casebook.intake.adapters.protocol import Fact, NotUnderstood, Options, Reading
from casebook.intake.adapters.times import moment
from casebook.intake.envelope import AlertIn

Severity = Literal["info", "low", "medium", "high", "critical"]

_YEARLESS = re.compile(r"(?:<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ")

SEVERITY_WORDS: Mapping[str, Severity] = {
    "info": "info",
    "information": "info",
    "informational": "info",
    "notice": "info",
    "low": "low",
    "minor": "low",
    "medium": "medium",
    "moderate": "medium",
    "warning": "medium",
    "high": "high",
    "major": "high",
    "error": "high",
    "critical": "critical",
    "fatal": "critical",
    "severe": "critical",
    "emergency": "critical",
}
"""The words vendors share; an adapter adds its own."""


class Message:
    """What a vendor sent, read by dotted names (`paths.find`). Names given together are tried in order."""

    def __init__(self, body: Mapping[str, Any], options: Options, *, at: str = "") -> None:
        """``at`` is the pointer to ``body`` where it is only a part of what was sent."""
        self.body = body
        self.at = at
        self.options = options
        self.about = Gathered()
        self._facts: list[Fact] = []
        self._assumed: dict[str, None] = {}

    def get(self, *names: str) -> Any:
        """The first value there is, as it came; None where there is none."""
        return paths.get(self.body, *names)

    def text(self, *names: str) -> str:
        """The first that says something, as text; ``""`` where none does. Of a list its first."""
        for name in names:
            said = texts.text(self.get(name))
            if not texts.absent(said):
                return said
        return ""

    def time(self, *names: str, zone: str | None = None) -> datetime | None:
        """The first that is a time. ``zone`` is that of times without one where the vendor states it; None: the
        source's, else UTC, and the assumption is told."""
        for name in names:
            value = self.get(name)
            said = moment(value, name, zone=self.options.zone if zone is None else zone)
            if said.assumed and (zone is None or said.at is None):
                self.assume(said.assumed)
            if said.at is not None:
                return said.at
        return None

    def severity(self, *names: str, words: Mapping[str, Severity] = SEVERITY_WORDS) -> Severity:
        """The first severity word that ``words`` knows, whatever its capitals; medium, assumed, where there is none."""
        unknown = ""
        for name in names:
            said = self.text(name)
            if said.lower() in words:
                return words[said.lower()]
            unknown = unknown or said
        why = f"The severity {unknown[:60]!r} is not one we know" if unknown else "The message states no severity"
        self.assume(f"{why}: taken as medium.")
        return "medium"

    def lines(self, lines: Iterable[str], at: datetime | None) -> list[dict[str, str]]:
        """Raw lines of a log as events, for the evidence engine to read as that log. ``at`` is when the vendor had
        them: a line of syslog names neither year nor zone, and what is assumed of them is told."""
        events = [{"event.original": line} for line in lines if line.strip()]
        about = {"event.created": at.isoformat()} if at else {}
        if self.options.zone:
            about["event.timezone"] = self.options.zone
        if any(_YEARLESS.match(one["event.original"]) for one in events):
            year = f"year: taken as that of {at:%Y-%m-%d}" if at else "year, and the message does not tell it"
            zone = f"{self.options.zone}, as set for this source" if self.options.zone else "UTC"
            self.assume(f"Its raw lines name no {year}; and no time zone: read as {zone}.")
        return [event | about for event in events]

    def assume(self, sentence: str) -> None:
        """Tell what was guessed, in a whole sentence; told twice, it is said once."""
        self._assumed[sentence] = None

    def fact(self, label: str, *names: str) -> None:
        """Keep what the vendor asserts under the first name that says something."""
        for name in names:
            found = paths.find(self.body, name)
            if found is not None and (said := ", ".join(texts.texts(found.value))) and not texts.absent(said):
                self.state(label, said, self.at + found.pointer)
                return

    def facts(self, named: Iterable[Sequence[str]]) -> None:
        """`fact` for each (label, name, …)."""
        for label, *names in named:
            self.fact(label, *names)

    def state(self, label: str, value: str, pointer: str) -> None:
        """Keep a fact that was found by other means; ``pointer`` is where."""
        self._facts.append(Fact(label, value, pointer))

    def need(self, what: str, *names: str) -> str:
        """As `text`; raises NotUnderstood, naming ``what`` is missing, where none says anything."""
        said = self.text(*names)
        if not said:
            raise NotUnderstood(f"It has no {what}: none of {', '.join(names)} is there.")
        return said

    def reading(self, alert: AlertIn) -> Reading:
        """The reading of this message: the alert, with the observables and assets gathered, facts and assumptions."""
        alert.observables = [*alert.observables, *self.about.observables]
        alert.assets = [*alert.assets, *self.about.assets]
        return Reading(alert, tuple(self._facts), tuple(self._assumed))
