"""What an expression, and a step, may speak of: detectors with their figures, lookups, alert fields. For an author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from casebook.models.choices import ObservableType
from casebook.playbooks.expression import ALERT_OPERATORS, ANSWERS, OPERATORS, RESULTS, STEP_VALUES
from casebook.plugins import load, table

TO_COME = {
    "D04": "Password spray",
    "D06": "New source for a user",
    "D08": "Outside working hours",
    "D09": "Distributed guessing",
    "D10": "Lockouts and refused second factors",
    "D11": "Probing of identity endpoints",
    "D12": "Bulk reading of pages",
    "D13": "Web scan",
    "D14": "Reading out the directory",
    "D15": "Directory replication by a stranger",
    "D16": "Tickets asked for to be cracked",
    "D17": "Accounts and rights changed",
    "D18": "Mail volume and mailbox rules",
    "D19": "Cloud credentials used from elsewhere",
    "D20": "Suspicious commands and processes",
    "D21": "New services, tasks and remote execution",
    "D22": "Listed indicators",
    "D23": "Known and expected here",
}
"""Detectors a card may name before they are built; until then they cannot tell."""

ALERT_FIELDS = {
    "severity": ("=, !=, <, <=, >, >=", "info, low, medium, high, critical, in this order"),
    "title": ("=, contains", "text"),
    "rule.id": ("=, in, exists", "text"),
    "rule.name": ("=, contains, exists", "text"),
    "techniques": ("contains, exists", "ids such as T1110.001"),
    "tactics": ("contains, exists", "names"),
    "assets": ("contains, exists", "names"),
    "assets.critical": ("=", "true or false"),
    "count": ("=, <, <=, >, >=", "number: how often it was sent"),
    "alerts": ("=, <, <=, >, >=", "number: how many joined the case"),
}
"""What an alert asserts, by the name an expression asks for: the operators that make sense, and the values."""


@dataclass(frozen=True)
class Detector:
    """A detector a step may be bound to. ``needs`` are kinds of event of which one must be there; ``figures`` are
    numbers its findings carry."""

    id: str
    title: str
    needs: tuple[str, ...]
    figures: tuple[str, ...]
    here: bool


@dataclass(frozen=True)
class Vocabulary:
    """All of it, as a page lists it."""

    detectors: tuple[Detector, ...]
    answers: tuple[str, ...] = ANSWERS
    step_values: tuple[str, ...] = STEP_VALUES
    operators: tuple[str, ...] = OPERATORS
    alert_operators: tuple[str, ...] = ALERT_OPERATORS
    results: tuple[str, ...] = RESULTS
    observables: tuple[str, ...] = tuple(ObservableType.values)

    @property
    def alert_fields(self) -> list[tuple[str, str, str]]:
        return [(name, operators, values) for name, (operators, values) in ALERT_FIELDS.items()]


def vocabulary() -> Vocabulary:
    """What there is to speak of in this installation."""
    capabilities = _capabilities()
    built = {name: _built(name, capabilities.get(name, {})) for name in table("DETECTORS")}
    later = {name: Detector(name, title, (), (), here=False) for name, title in TO_COME.items()}
    known = later | built
    return Vocabulary(tuple(known[name] for name in sorted(known)))


def _capabilities() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = load(settings.CASEBOOK_PLUGINS + ".CAPABILITIES")
    return found


def _built(name: str, said: Mapping[str, Any]) -> Detector:
    return Detector(
        name, said.get("title", name), tuple(said.get("needs", ())), tuple(said.get("figures", ())), here=True
    )
