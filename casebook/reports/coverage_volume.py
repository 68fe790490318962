"""How many alerts name each technique.

Alerts are grouped by their whole list of techniques: lists are few, alerts many. Past days are counted once, by a sweep
(`casebook.reports.coverage_days`); until it has, a million alerts take most of a second, so a count that was slow is
kept for a while; a quick one never is.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from casebook.reports import coverage_days
from casebook.reports.coverage_cells import ALERT_DAYS, Volume, volume_of

SLOW_S = 0.15
KEEP = timedelta(minutes=5)
MOST_KEPT = 64


@dataclass(frozen=True)
class Counted:
    """``at`` is when the alerts were counted."""

    volume: Volume
    at: datetime


class Memory:
    """Slow counts of one process, by teams."""

    def __init__(self, slow_s: float = SLOW_S) -> None:
        self._slow_s = slow_s
        self._lock = threading.Lock()
        self._kept: dict[frozenset[int], Counted] = {}

    def count(self, teams: frozenset[int], now: datetime) -> Counted:
        """Alerts received in the ninety days before ``now``, or in those before a moment ago."""
        with self._lock:
            kept = self._kept.get(teams)
        if kept is not None and kept.at > now - KEEP:
            return kept
        began = time.monotonic()
        counted = Counted(volume_of(coverage_days.since(teams, now - timedelta(days=ALERT_DAYS))), now)
        with self._lock:
            self._kept.pop(teams, None)
            if time.monotonic() - began >= self._slow_s:
                if len(self._kept) >= MOST_KEPT:
                    self._kept.clear()
                self._kept[teams] = counted
        return counted


MEMORY = Memory()
