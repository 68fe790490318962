"""What speaks against sending now what was agreed to a while ago."""

from __future__ import annotations

from automation.connectors.opening import opened
from automation.connectors.protocol import Declined
from automation.containment import around
from automation.containment.binding import digest
from automation.containment.guard_rails import check
from automation.containment.people import may_now
from automation.models import Action


def objection(action: Action) -> str | None:
    """The first reason not to send it, or None. Reads rights, ranges, assets and counts again."""
    if digest(action) != action.approval_hash:
        return "what was agreed to has been changed since"
    if not may_now(action.requested_by, "action.request", action.team_id):
        return f"{action.requested_by} may no longer ask for it"
    approver = action.approved_by
    if approver is None or approver.pk == action.requested_by_id:
        return "nobody else has agreed to it"
    if not may_now(approver, "action.approve", action.team_id):
        return f"{approver} may no longer agree to it"
    try:
        opened(action.connector)
    except Declined as error:
        return error.reason
    verdict = check(
        action.kind, action.target, around.load(action.team_id, without=action.pk).of(action.kind, [action.connector])
    )
    if not verdict.passed:
        return f"a guard rail stops it now: {verdict.tripped[0].why}"
    needs_lead = action.critical or verdict.needs_lead
    if needs_lead and not may_now(approver, "action.approve_critical", action.team_id):
        return "it needs a lead's agreement now"
    return None
