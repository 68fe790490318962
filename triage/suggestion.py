"""Another playbook, suggested by behaviour: what detectors see in a case may be what another card is for.

Alerts arrive under the technique a rule was tagged with, or none; the events tell more. Where detectors say yes and the
case's playbook serves few of the techniques they speak for, the published one that serves most of them is named, with
the findings that speak for it. A person decides: nothing is ever changed by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from casebook.models import Case
from casebook.models.choices import State, Tier
from casebook.playbooks.match import Row, Table
from casebook.playbooks.table import MEMORY, row_of
from casebook.playbooks.techniques import parent_of

TECHNIQUES: Mapping[str, tuple[str, ...]] = {
    "D01": ("T1110", "T1589"),
    "D02": ("T1110.001",),
    "D03": ("T1589", "T1087"),
    "D04": ("T1110.003",),
    "D05": ("T1078", "T1110"),
    "D06": ("T1078",),
    "D09": ("T1110",),
    "D10": ("T1110", "T1621"),
    "D11": ("T1589", "T1594", "T1595"),
    "D12": ("T1594", "T1589"),
    "D13": ("T1595.002", "T1190"),
    "D14": ("T1087", "T1069", "T1018"),
    "D15": ("T1003.006",),
    "D16": ("T1558.003",),
    "D17": ("T1136", "T1098"),
    "D18": ("T1114", "T1566", "T1098.002"),
    "D19": ("T1078.004", "T1530", "T1580"),
    "D20": ("T1059", "T1218", "T1047", "T1105"),
    "D21": ("T1021", "T1543", "T1053", "T1569"),
}
"""What a yes speaks for, the likeliest first; any one of a detector's techniques will do. Where it came from, at what
hour, what lists and other cases say (D07 D08 D22 D23 D24) fits any technique and speaks for none."""
REASON_MAX = 500


class Said(Protocol):
    """As much of a finding as a suggestion needs: `triage.models.Finding` and the engine's view of it both fit."""

    detector: str
    answer: str
    scope: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The playbook that fits better, the technique it is for, and the findings (detector, sentence) that say so."""

    slug: str
    name: str
    technique: str
    because: tuple[tuple[str, str], ...]

    @property
    def said(self) -> str:
        """``D01 says yes: 44 failed logins…``; of several the first one's sentence, the others by their names."""
        (first, sentence), *others = self.because
        names = [detector for detector, _ in others]
        if not names:
            return f"{first} says yes: {sentence}"
        return f"{', '.join([first, *names[:-1]])} and {names[-1]} say yes: {sentence}"

    @property
    def reason(self) -> str:
        """What the form of the change begins with; a person may write something better."""
        return self.said[:REASON_MAX]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A playbook as found by one technique of a detector; ``place`` is the technique's among the detector's.

    ``level`` is 0 for a playbook of the technique, 1 of its parent, 2 that also serves it, 3 its parent.
    """

    row: Row
    technique: str
    level: int
    place: int


def suggest(findings: Iterable[Said], following: Row, table: Table) -> Suggestion | None:
    """The playbook that serves more of what detectors see than the one a case follows. None where none does."""
    seen = _telling(findings)
    unserved = [one for one in seen if not _serves(following, one.detector)]

    def rank(one: _Candidate) -> tuple[int, int, int]:
        return sum(_serves(one.row, said.detector) for said in seen), -one.level, -one.place

    # Of equals `max` keeps the first: the detectors' order, then the table's.
    best = max(_candidates(unserved, following, table), key=rank, default=None)
    if best is None or rank(best)[0] <= len(seen) - len(unserved):
        return None
    because = tuple((one.detector, one.sentence) for one in unserved if _serves(best.row, one.detector))
    return Suggestion(best.row.slug, best.row.name, table.called(best.technique), because)


def of_case(case: Case, findings: Iterable[Said], epoch: int) -> Suggestion | None:
    """For a case that Tier 1 works on, from the tables in memory of this ``epoch`` of the configuration."""
    if case.tier != Tier.L1 or case.state in (State.CLOSED, State.ESCALATED):
        return None
    seen, following = _telling(findings), row_of(case.playbook_version)
    if all(_serves(following, one.detector) for one in seen):
        return None
    return suggest(seen, following, MEMORY.table(case.team_id, epoch))


def _telling(findings: Iterable[Said]) -> list[Said]:
    """What says yes of this case, and of something a playbook can be for."""
    return [one for one in findings if one.answer == "yes" and one.scope == "case" and one.detector in TECHNIQUES]


def _serves(row: Row, detector: str) -> bool:
    """Whether a playbook is for any technique the detector speaks for: itself, its parent, or a sub-technique of it."""
    mine = {*row.techniques, *row.also_for}
    families = {parent_of(one) for one in mine}
    return any(one in mine or parent_of(one) in mine or one in families for one in TECHNIQUES[detector])


def _candidates(unserved: Iterable[Said], following: Row, table: Table) -> Iterator[_Candidate]:
    for said in unserved:
        for place, technique in enumerate(TECHNIQUES[said.detector]):
            above = parent_of(technique) or ""
            levels = (table.own.get(technique), table.own.get(above), table.also.get(technique), table.also.get(above))
            for level, rows in enumerate(levels):
                for row in rows or ():
                    if row.playbook_id != following.playbook_id:
                        yield _Candidate(row, technique, level, place)
