"""The table matching reads, kept in memory until the configuration's epoch moves on."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from casebook.attack import read
from casebook.attack.types import Attack
from casebook.models import PlaybookVersion
from casebook.playbooks.match import Match, Row, Table, build_table, match

FIELDS = ("number", "name", "technique", "techniques", "also_for", "playbook__slug", "playbook__team")
"""Cards and their cells stay where they are: a library of hundreds is read in one query on every new epoch."""


@dataclass(frozen=True)
class Named:
    """A published version by what people call it."""

    slug: str
    number: int


class Memory:
    """Published playbooks by team. One process's copy; another epoch than its own makes it read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = -1
        self._rows: list[Row] = []
        self._names: dict[int, Named] = {}
        self._tables: dict[int, Table] = {}
        self._attack = Attack("", (), {})

    def match(self, techniques: list[str], team_id: int, epoch: int) -> Match | None:
        """The version for these techniques, with the why. None where nothing at all is published."""
        return match(techniques, self.table(team_id, epoch))

    def table(self, team_id: int, epoch: int) -> Table:
        """What a team can be matched to."""
        with self._lock:
            self._fresh(epoch)
            if team_id not in self._tables:
                names, renamed = self._attack.names, self._attack.renamed
                self._tables[team_id] = build_table(self._rows, team=team_id, names=names, renamed=renamed)
            return self._tables[team_id]

    def named(self, version_id: int) -> Named:
        """What people call a version that `match` has returned. Names are kept when a version retires."""
        return self._names[version_id]

    def _fresh(self, epoch: int) -> None:
        if epoch == self._epoch:
            return
        published = PlaybookVersion.objects.filter(state="published").select_related("playbook").only(*FIELDS)
        rows = [row_of(version) for version in published]
        self._names |= {version.pk: Named(version.playbook.slug, version.number) for version in published}
        self._attack = read.attack(epoch)
        self._rows, self._tables, self._epoch = rows, {}, epoch


MEMORY = Memory()


def row_of(version: PlaybookVersion) -> Row:
    """A version as matching sees it."""
    return Row(
        playbook_id=version.playbook_id,
        version_id=version.pk,
        slug=version.playbook.slug,
        # `technique` is the first of `techniques`; versions from before a card could be of several have it alone.
        techniques=tuple(dict.fromkeys(filter(None, (version.technique, *version.techniques)))),
        also_for=tuple(version.also_for),
        team=version.playbook.team_id,
        name=version.name,
    )
