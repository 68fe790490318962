"""Who said what: the alerts a test sent, those it was told of, and those the database holds. Sets are compared, not
counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

TAKEN = frozenset({"opened", "attached", "repeated", "suppressed"})


@dataclass
class Ledger:
    """Filled by any number of senders. ``acked``: external id → the ids the server gave it, which must be one."""

    name: str
    seed: int
    sent: set[str] = field(default_factory=set)
    attempts: int = 0
    acked: dict[str, set[int]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    refused: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def sending(self, ids: Iterable[str]) -> None:
        with self._lock:
            for one in ids:
                self.sent.add(one)
                self.attempts += 1

    def answered(self, ids: list[str], status: int, body: dict[str, Any]) -> None:
        """An answer to one alert, or to a list of them in order; or one refusal for all."""
        results = body.get("results") or [body] * len(ids)
        with self._lock:
            self.statuses[status] += 1
            for one, told in zip(ids, results, strict=True):
                if told.get("outcome") in TAKEN:
                    self.acked.setdefault(one, set()).add(told["alert"])
                    self.outcomes[told["outcome"]] += 1
                else:
                    self.refused.append(f"{status} {told.get('error') or told.get('detail') or told}")

    def turned_away(self, status: int) -> None:
        """A whole request that is to be sent again."""
        with self._lock:
            self.statuses[status] += 1

    def hung_up(self, alerts: int) -> None:
        with self._lock:
            self.unanswered += alerts

    def check(self, stored: Mapping[str, int]) -> None:
        """Everything sent was acknowledged under one id and is stored under that id; nothing else is stored."""
        assert not self.refused, self.refused[:5]
        assert set(self.acked) == self.sent, sorted(self.sent - set(self.acked))[:5]
        assert set(stored) == self.sent, sorted(self.sent ^ set(stored))[:5]
        assert {one: {number} for one, number in stored.items()} == self.acked

    def __str__(self) -> str:
        statuses = " ".join(f"{status}:{count:,}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.name} (seed {self.seed}): sent {len(self.sent):,} alerts {self.attempts:,} times, "
            f"acked {len(self.acked):,}, hung up on {self.unanswered:,}; {dict(self.outcomes)}; {statuses}"
        )
