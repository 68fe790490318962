"""What workers do for triage. Thin: load the lease, call the verb (`config/plugins.py` WORK names these)."""

from __future__ import annotations

from casebook.work.lease import Lease
from triage import event_views, findings, reading


def read_evidence(lease: Lease) -> None:
    """``evidence.read``, subject ``evidence:N``."""
    reading.read(lease)


def compute_findings(lease: Lease) -> None:
    """``findings.compute``, subject ``case:N``."""
    findings.compute(lease)


def view_events(lease: Lease) -> None:
    """``evidence.view``, subject ``eventview:N``."""
    event_views.answer(lease)


def refresh_findings(lease: Lease) -> None:
    """``findings.refresh``: the context of the lease's team changed."""
    if lease.team_id is not None:
        findings.ask_team(lease.team_id)
