"""A case as the API and the pages read it: plain data."""

from __future__ import annotations

from typing import Any

from casebook.models import Case, CaseObservable
from casebook.sla import read as clocks

INSTANTS = (
    "first_event", "detected", "received", "acknowledged", "decided", "escalated", "accepted", "contained",
    "resolved", "closed",
)  # fmt: skip


def row(case: Case) -> dict[str, Any]:
    """What a list shows of a case; relations must be loaded."""
    return {
        "ref": case.ref,
        "title": case.title,
        "about": case.about,
        "state": case.state,
        "severity": case.severity_word,
        "tier": case.tier,
        "owner": case.owner.username if case.owner else None,
        "team": case.team.slug,
        "version": case.version,
        "playbook": pinned(case),
        "alerts": case.alert_count,
        "verdict": case.verdict or None,
        "opened_at": case.opened_at,
    }


def whole(case: Case) -> dict[str, Any]:
    """A case with its observables, clocks and instants: three queries."""
    links = CaseObservable.objects.filter(case=case).select_related("observable").order_by("id")
    return row(case) | {
        "observables": [observable(link) for link in links],
        "clocks": [clock(one) for one in clocks.of_case(case)],
        "waiting": {"reason": case.waiting_reason, "until": case.wake_at} if case.waiting_reason else None,
        "follows": f"CB-{case.follows_id}" if case.follows_id else None,
        "instants": {name: getattr(case, f"{name}_at") for name in INSTANTS},
    }


def clock(view: clocks.ClockView) -> dict[str, Any]:
    names = ("measure", "state", "target_s", "elapsed_s", "wall_s", "due_at", "explain")
    return {name: getattr(view, name) for name in names}


def observable(link: CaseObservable) -> dict[str, Any]:
    found = link.observable
    return {"id": found.pk, "type": found.type, "value": found.value, "role": link.role, "count": link.count}


def pinned(case: Case) -> dict[str, Any]:
    version = case.playbook_version
    return {
        "slug": version.playbook.slug,
        "technique": version.technique or None,
        "name": version.name,
        "version": version.number,
        "why": case.playbook_why,
    }
