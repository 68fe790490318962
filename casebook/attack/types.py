"""ATT&CK as the product uses it: ids, names, tactics, parents. Facts only; no description, no procedure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Tactic:
    """A column of the matrix. ``shortname`` is how techniques name it: ``credential-access``."""

    id: str
    shortname: str
    name: str


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique, or with ``parent`` a sub-technique. ``retired`` is deprecated or revoked: it is in no matrix."""

    id: str
    name: str
    tactics: tuple[str, ...]
    parent: str = ""
    retired: bool = False


@dataclass(frozen=True)
class Attack:
    """One release of Enterprise ATT&CK. ``tactics`` are in the matrix's own order.

    ``renamed`` leads from an id that was revoked to the one that took its place and is still in use; SIEM rules carry
    such ids for years.
    """

    version: str
    tactics: tuple[Tactic, ...]
    techniques: Mapping[str, Technique]
    renamed: Mapping[str, str] = field(default_factory=dict)

    def name(self, technique: str) -> str:
        """``Password Guessing`` for ``T1110.001``; empty for an id this release does not know."""
        found = self.techniques.get(technique)
        return found.name if found else ""

    def full_name(self, technique: str) -> str:
        """``Brute Force: Password Guessing``, as ATT&CK writes it in prose."""
        found = self.techniques.get(technique)
        if found is None:
            return ""
        above = self.name(found.parent)
        return f"{above}: {found.name}" if above else found.name

    def living(self) -> Iterable[Technique]:
        """What the matrix shows, in the order of ids."""
        return (self.techniques[one] for one in sorted(self.techniques) if not self.techniques[one].retired)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names by id, retired ones too."""
        return {one.id: one.name for one in self.techniques.values()}

    @cached_property
    def subs(self) -> Mapping[str, tuple[Technique, ...]]:
        """The living sub-techniques of each technique, in the order of ids."""
        found: dict[str, tuple[Technique, ...]] = {}
        for one in self.living():
            if one.parent:
                found[one.parent] = (*found.get(one.parent, ()), one)
        return found

    def columns(self) -> list[tuple[Tactic, list[Technique]]]:
        """The matrix: each tactic with its techniques by name, as ATT&CK orders them; sub-techniques are in `subs`."""
        above = sorted((one for one in self.living() if not one.parent), key=lambda one: one.name.lower())
        return [(tactic, [one for one in above if tactic.shortname in one.tactics]) for tactic in self.tactics]
