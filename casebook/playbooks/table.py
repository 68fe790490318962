"""The table matching reads, kept in memory until the configuration's epoch moves on."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from django.db import connection

from casebook.models import Installation, PlaybookVersion
from casebook.playbooks.match import Match, Row, Table, build_table, match


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

    def match(self, techniques: list[str], team_id: int, epoch: int) -> Match | None:
        """The version for these techniques, with the why. None where nothing at all is published."""
        with self._lock:
            self._fresh(epoch)
            if team_id not in self._tables:
                self._tables[team_id] = build_table(self._rows, team=team_id)
            return match(techniques, self._tables[team_id])

    def named(self, version_id: int) -> Named:
        """What people call a version that `match` has returned. Names are kept when a version retires."""
        return self._names[version_id]

    def _fresh(self, epoch: int) -> None:
        if epoch == self._epoch:
            return
        published = PlaybookVersion.objects.filter(state="published").select_related("playbook")
        rows: list[Row] = []
        for version in published:
            book = version.playbook
            row = Row(
                playbook_id=book.pk,
                version_id=version.pk,
                slug=book.slug,
                technique=version.technique or None,
                also_for=tuple(version.also_for),
                team=book.team_id,
            )
            rows.append(row)
            self._names[version.pk] = Named(book.slug, version.number)
        self._rows, self._tables, self._epoch = rows, {}, epoch


MEMORY = Memory()


def config_epoch() -> int:
    """The epoch now."""
    return Installation.objects.values_list("config_epoch", flat=True).get(pk=1)


def one_at_a_time() -> None:
    """Of everybody who changes what intake keeps in memory, the next waits for this transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from casebook_installation where id = 1 for no key update")


def raise_config_epoch() -> None:
    """Every process reads its tables again. Call it in the transaction that changed a playbook or a policy."""
    with connection.cursor() as cursor:
        cursor.execute("update casebook_installation set config_epoch = config_epoch + 1 where id = 1")
