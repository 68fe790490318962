"""What a pass finds and what it tells: alerts that came before, the clocks of a new case, what became of each alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casebook.sla.policies import plan


@dataclass(frozen=True)
class Outcome:
    """What became of one alert: opened, attached, repeated or suppressed."""

    alert: int
    outcome: str
    case: int | None
    count: int = 1


@dataclass(frozen=True)
class Known:
    """An alert that came before, with its case's state."""

    alert_id: int
    case_id: int | None
    state: str | None

    @property
    def is_worked(self) -> bool:
        return self.case_id is not None and self.state != "closed"


def clocks_of(epoch: int) -> list[dict[str, Any]]:
    """The clocks a case starts with, for each severity."""
    return [
        {"severity": severity, "measure": measure, "policy": policy, "target_s": target_s}
        for severity in range(5)
        for measure, policy, target_s in plan(severity, epoch)
    ]
