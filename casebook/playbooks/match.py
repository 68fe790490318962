"""Which playbook a new case gets: decided inside the intake transaction, from a table in memory, with the why.

In this order, and the first level that has one wins: a playbook *of* one of the alert's techniques, of a technique's
parent, one that says it *also serves* the technique, or its parent, and last the general triage card. At one level a
team's own playbook goes before a shared one, then the one that has been there longest. An id that ATT&CK has revoked
is looked up as it is, then as what it is called today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from casebook.playbooks.techniques import normalise, parent_of

_NONE_OF_ITS_OWN = "has no playbook of its own"


@dataclass(frozen=True, slots=True)
class Row:
    """One published version, as matching sees it: the techniques it is *of*, none for a general card, and those it also
    serves. ``team`` is None for a playbook shared by all."""

    playbook_id: int
    version_id: int
    slug: str
    techniques: tuple[str, ...] = ()
    also_for: tuple[str, ...] = ()
    team: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The version a case is opened with, and the why in one sentence for a person."""

    playbook_version_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """What one team can be matched to, best first for each technique. Made by `build_table`, never changed.

    ``names`` are ATT&CK's own, by technique; ``renamed`` leads from a revoked id to the one in use.
    """

    own: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    also: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    general: tuple[Row, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def called(self, technique: str) -> str:
        """``T1110.001 Password Guessing``."""
        return f"{technique} {self.names.get(technique, '')}".rstrip()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A technique to look up. ``told`` is how the why names it, after ``first``."""

    id: str
    told: str
    parent: str | None
    first: str = ""


def build_table(
    rows: Iterable[Row],
    *,
    team: int,
    general_slug: str = "general",
    names: Mapping[str, str] | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Table:
    """The table for one team: its own rows and the shared ones."""
    usable = sorted(
        (row for row in rows if row.team in (None, team)), key=lambda row: (row.team is None, row.playbook_id)
    )
    own: dict[str, tuple[Row, ...]] = {}
    also: dict[str, tuple[Row, ...]] = {}
    for row in usable:
        for technique in row.techniques:
            own[technique] = (*own.get(technique, ()), row)
        for technique in row.also_for:
            also[technique] = (*also.get(technique, ()), row)
    untied = [row for row in usable if not row.techniques]
    general = sorted(untied, key=lambda row: (row.team is None, row.slug != general_slug))
    return Table(own, also, tuple(general), names or {}, renamed or {})


def match(techniques: Sequence[str], table: Table) -> Match | None:
    """The playbook for an alert's techniques, most telling first. None only where there is no general card either."""
    known = list(dict.fromkeys(filter(None, map(normalise, techniques))))
    asked = [one for technique in known for one in _spellings(technique, table)]
    for rows, why in _candidates(asked, table):
        if rows:
            return Match(rows[0].version_id, why + _why_this_one(rows))
    if not table.general:
        return None
    return Match(table.general[0].version_id, _why_general(known, table) + _why_this_one(table.general))


def _spellings(technique: str, table: Table) -> Iterator[_Asked]:
    """As the alert has it, and as ATT&CK calls it today."""
    yield _Asked(technique, table.called(technique), parent_of(technique))
    if now := table.renamed.get(technique):
        yield _Asked(now, table.called(now), parent_of(now), first=f"{technique} is now {now}; ")


def _candidates(asked: Sequence[_Asked], table: Table) -> Iterator[tuple[tuple[Row, ...], str]]:
    """What could serve, level by level; most of it is empty."""
    for one in asked:
        yield table.own.get(one.id, ()), f"{one.first}exact: {one.told}"
    for one in asked:
        if one.parent:
            yield table.own.get(one.parent, ()), f"{one.first}{one.told} → parent {table.called(one.parent)}"
    for one in asked:
        rows = table.also.get(one.id, ())
        yield rows, f"{one.first}{one.told} {_NONE_OF_ITS_OWN}; {_first(rows)} also serves it"
    for one in asked:
        if one.parent:
            rows, above = table.also.get(one.parent, ()), table.called(one.parent)
            yield rows, f"{one.first}{one.told} {_NONE_OF_ITS_OWN}; {_first(rows)} also serves its parent {above}"


def _why_general(known: Sequence[str], table: Table) -> str:
    if not known:
        return "the alert names no technique; the general card"
    # Of a revoked id only what it is called today is worth a line.
    today = (list(_spellings(technique, table))[-1] for technique in known)
    return "; ".join(_has_none(one, table) for one in today) + "; the general card"


def _has_none(one: _Asked, table: Table) -> str:
    above = f"; its parent {table.called(one.parent)} has none" if one.parent else ""
    return f"{one.first}{one.told} has no playbook{above}"


def _why_this_one(rows: tuple[Row, ...]) -> str:
    if len(rows) == 1:
        return ""
    first, others = rows[0], ", ".join(row.slug for row in rows[1:])
    reason = "the team's own" if first.team is not None and rows[1].team is None else "the one that was there first"
    return f" ({first.slug} of {len(rows)}, {reason}; also: {others})"


def _first(rows: tuple[Row, ...]) -> str:
    return rows[0].slug if rows else ""
