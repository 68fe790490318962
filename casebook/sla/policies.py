"""Targets, in memory: which measure may take how long for a severity, by the default policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casebook.models import Installation, SlaTarget
from casebook.sla.measures import opened_by


@dataclass(frozen=True)
class Target:
    """How long one measure may take, in seconds, and by which policy."""

    measure: str
    policy_id: int
    policy: str
    target_s: int


@dataclass(frozen=True)
class Table:
    """Every target of the default policy by (severity, measure), as of a config epoch."""

    epoch: int
    targets: Mapping[tuple[int, str], Target] = field(default_factory=dict)

    def target(self, severity: int, measure: str) -> Target | None:
        return self.targets.get((int(severity), measure))


class _Memory:
    """This process's copy. Replaced whole, so that a reader never sees half of one."""

    table = Table(epoch=-1)


def current(epoch: int | None = None) -> Table:
    """The targets. ``epoch`` is the installation's config epoch where the caller has just read it, else it is asked."""
    if epoch is None:
        epoch = Installation.objects.values_list("config_epoch", flat=True).get(pk=1)
    if _Memory.table.epoch != epoch:
        _Memory.table = _read(epoch)
    return _Memory.table


def remembered() -> Table:
    """The targets as this process last read them; for intake and pages, which save the query."""
    return _Memory.table if _Memory.table.epoch >= 0 else current()


def plan(severity: int, epoch: int | None = None) -> list[tuple[str, int, int]]:
    """The clocks a case starts with when it is received: (measure, policy id, target in seconds).

    Without ``epoch`` as this process last read them.
    """
    table = remembered() if epoch is None else current(epoch)
    found = (table.target(severity, measure) for measure in opened_by("received"))
    return [(target.measure, target.policy_id, target.target_s) for target in found if target is not None]


def _read(epoch: int) -> Table:
    rows = SlaTarget.objects.filter(policy__default=True).select_related("policy")
    targets = {
        (row.severity, row.measure): Target(row.measure, row.policy_id, str(row.policy), row.target_s) for row in rows
    }
    return Table(epoch, targets)
