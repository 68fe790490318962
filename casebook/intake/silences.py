"""The suppressions intake reads, in memory until the configuration's epoch moves on. Which hold, the clock decides."""

from __future__ import annotations

import threading

from django.db.models import Q
from django.db.models.functions import Now

from casebook.intake.suppress import Rule, compiled
from casebook.models import Suppression


class Memory:
    """Suppressions that hold or will, by (team, source or None). One process's copy, replaced whole."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = -1
        self._rules: dict[tuple[int, int | None], list[Rule]] = {}

    def rules(self, team_id: int, source_id: int, epoch: int) -> list[Rule]:
        """Those that may silence an alert of this source, the oldest first."""
        with self._lock:
            if epoch != self._epoch:
                self._rules, self._epoch = _read(), epoch
            rules = self._rules
        if not rules:
            return []
        return [*rules.get((team_id, None), ()), *rules.get((team_id, source_id), ())]

    def forget(self) -> None:
        """Read again, whatever the epoch says: for tests, in which epochs are rolled back."""
        with self._lock:
            self._epoch = -1


MEMORY = Memory()


def _read() -> dict[tuple[int, int | None], list[Rule]]:
    rules: dict[tuple[int, int | None], list[Rule]] = {}
    for row in Suppression.objects.filter(Q(ended_at=None), expires_at__gt=Now()).order_by("id"):
        rule = Rule(row.pk, row.team_id, row.source_id, row.starts_at, row.expires_at, compiled(row.match))
        rules.setdefault((row.team_id, row.source_id), []).append(rule)
    return rules
