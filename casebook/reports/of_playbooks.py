"""Who may see what came of playbooks. The report itself is triage's; its links stand on pages of the record."""

from __future__ import annotations

from casebook.actor import Actor

RIGHTS = ("report.read", "report.playbook")


def counted_teams(actor: Actor) -> frozenset[int]:
    """The teams whose runs an actor may count. Who reports on own cases only does not see others'."""
    return frozenset().union(*(actor.teams(right) for right in RIGHTS))


def sees(actor: Actor) -> bool:
    """Whether there is such a report for them."""
    return any(actor.may(right) for right in RIGHTS)
