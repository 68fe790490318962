"""What an enricher must be. A folder of `automation/enrichers`, one line in `config/plugins.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

LISTED = "listed"
KNOWN_INFRASTRUCTURE = "known_infrastructure"
NOT_LISTED = "not_listed"
LIMITED = "limited"


@dataclass(frozen=True)
class Question:
    """One observable of one team."""

    team_id: int
    observable_id: int
    type: str
    value: str


@dataclass(frozen=True)
class Found:
    """An answer. ``result`` is the strongest of what was found and ``hits`` are all of it, JSON objects with ``says``.

    ``summary`` is one line for a chip. Not being listed says nothing about a value; no summary calls one harmless.
    ``fresh_s``: how long the answer may stand for the same question.
    """

    result: str
    summary: str
    score: int | None = None
    hits: list[dict[str, Any]] = field(default_factory=list)
    list_date: date | None = None
    link: str = ""
    fresh_s: float = 3600.0


class EnricherError(Exception):
    """No answer. ``after_s`` is set where asking later may help."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s


class Enricher(Protocol):
    """``leaves_the_house``: it tells a value to somebody else, so TLP and PAP decide whether it may be asked.

    ``most_tlp`` and ``most_pap`` are the strictest markings it may still be told. ``per_hour`` None: no quota.
    `ask` ends within ``deadline_s`` and raises only EnricherError. `told_of` words a kept answer for one case: what
    it says of that case itself is left out. Without anything to leave out it returns what it is given.
    """

    name: str
    title: str
    types: frozenset[str]
    leaves_the_house: bool
    most_tlp: str
    most_pap: str
    per_hour: int | None

    def ask(self, question: Question, *, deadline_s: float) -> Found: ...

    def told_of(self, found: Found, *, type: str, case_id: int) -> Found: ...
