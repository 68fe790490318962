"""Which playbook a new case gets: decided inside the intake transaction, from a table in memory, with the why.

In this order, and the first level that has one wins: a playbook *of* one of the alert's techniques, of a technique's
parent, one that says it *also serves* the technique, or its parent, and last the general triage card. At one level a
team's own playbook goes before a shared one, then the one that has been there longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from casebook.playbooks.techniques import normalise, parent_of


@dataclass(frozen=True, slots=True)
class Row:
    """One published version, as matching sees it. ``team`` is None for a playbook shared by all."""

    playbook_id: int
    version_id: int
    slug: str
    technique: str | None
    also_for: tuple[str, ...] = ()
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The version a case is opened with, and the why in one sentence for a person."""

    playbook_version_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """What one team can be matched to, best first for each technique. Made by `build_table`, never changed."""

    own: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    also: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    general: tuple[Row, ...] = ()


def build_table(rows: Iterable[Row], *, team: int, general_slug: str = "general") -> Table:
    """The table for one team: its own rows and the shared ones."""
    usable = sorted(
        (row for row in rows if row.team in (None, team)), key=lambda row: (row.team is None, row.playbook_id)
    )
    own: dict[str, tuple[Row, ...]] = {}
    also: dict[str, tuple[Row, ...]] = {}
    for row in usable:
        if row.technique:
            own[row.technique] = (*own.get(row.technique, ()), row)
        for technique in row.also_for:
            also[technique] = (*also.get(technique, ()), row)
    untied = [row for row in usable if row.technique is None]
    general = sorted(untied, key=lambda row: (row.team is None, row.slug != general_slug))
    return Table(own, also, tuple(general))


def match(techniques: Sequence[str], table: Table) -> Match | None:
    """The playbook for an alert's techniques, most telling first. None only where there is no general card either."""
    asked = list(dict.fromkeys(filter(None, map(normalise, techniques))))
    parents = [(technique, parent) for technique in asked if (parent := parent_of(technique))]
    levels = (
        [(table.own.get(one), f"exact: {one}") for one in asked],
        [(table.own.get(parent), f"{one} → parent {parent}") for one, parent in parents],
        [(table.also.get(one), f"{one} has no playbook of its own; {{slug}} also serves it") for one in asked],
        [
            (table.also.get(parent), f"{one} has no playbook of its own; {{slug}} also serves its parent {parent}")
            for one, parent in parents
        ],
        [(table.general, _why_general(asked))],
    )
    for rows, why in (candidate for level in levels for candidate in level):
        if rows:
            return Match(rows[0].version_id, why.format(slug=rows[0].slug) + _why_this_one(rows))
    return None


def _why_general(asked: list[str]) -> str:
    if not asked:
        return "the alert names no technique; the general card"
    return "; ".join(_has_none(one) for one in asked) + "; the general card"


def _has_none(technique: str) -> str:
    parent = parent_of(technique)
    return f"{technique} has no playbook" + (f"; its parent {parent} has none" if parent else "")


def _why_this_one(rows: tuple[Row, ...]) -> str:
    if len(rows) == 1:
        return ""
    first, others = rows[0], ", ".join(row.slug for row in rows[1:])
    reason = "the team's own" if first.team is not None and rows[1].team is None else "the one that was there first"
    return f" ({first.slug} of {len(rows)}, {reason}; also: {others})"
