"""ATT&CK as this installation knows it: the bundle that was loaded, else the extract that ships; kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import cache

from casebook.attack import extract
from casebook.attack.bundle import living_successors
from casebook.attack.types import Attack, Tactic, Technique
from casebook.epoch import config_epoch
from casebook.models import AttackTechnique

SPLIT_IN_19 = (
    ("defense-evasion", Tactic("TA0005", "stealth", "Stealth")),
    ("stealth", Tactic("TA0112", "defense-impairment", "Defense Impairment")),
)
"""Release 19 made two tactics of Defense Evasion; each by the one it stands after. Rows hold no order of tactics."""


class Memory:
    """One process's copy; another epoch than its own makes it read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = -1
        self._attack = Attack("", (), {})

    def attack(self, epoch: int) -> Attack:
        with self._lock:
            if epoch != self._epoch:
                self._attack, self._epoch = _read(), epoch
            return self._attack


MEMORY = Memory()


def attack(epoch: int | None = None) -> Attack:
    """The release in use. ``epoch`` spares a query to who knows it already (`casebook.epoch.config_epoch`)."""
    return MEMORY.attack(config_epoch() if epoch is None else epoch)


@cache
def shipped() -> extract.Extract:
    """The extract that ships, with its source and MITRE's notice."""
    return extract.read()


def tactics_of(techniques: Iterable[Technique]) -> tuple[Tactic, ...]:
    """The columns these techniques need: in the extract's order, then those of later releases, each in its place."""
    used = {name for one in techniques if not one.retired for name in one.tactics}
    columns = list(shipped().attack.tactics)
    for after, tactic in SPLIT_IN_19:
        place = [one.shortname for one in columns].index(after)
        columns.insert(place + 1, tactic)
    known = {one.shortname for one in columns}
    unknown = [Tactic("", name, name.replace("-", " ").title()) for name in sorted(used - known)]
    return tuple(one for one in (*columns, *unknown) if one.shortname in used)


def _read() -> Attack:
    rows = list(AttackTechnique.objects.all())
    if not rows:
        return shipped().attack
    techniques = {
        row.technique_id: Technique(row.technique_id, row.name, tuple(row.tactics), row.parent, row.deprecated)
        for row in rows
    }
    return Attack(rows[0].version, tactics_of(techniques.values()), techniques, _renamed(rows, techniques))


def _renamed(rows: Iterable[AttackTechnique], techniques: Mapping[str, Technique]) -> dict[str, str]:
    """By the loaded release, and where it is silent by the extract: a release may no longer name what it revoked."""
    said = {row.technique_id: row.replaced_by for row in rows if row.replaced_by}
    pairs = {**shipped().attack.renamed, **said}
    living = {one.id for one in techniques.values() if not one.retired}
    return living_successors({old: now for old, now in pairs.items() if old not in living}, techniques)
