"""Ask for an action: canonical target, guard rails, reach, and a row that waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from automation.connectors.opening import offering, opened
from automation.connectors.protocol import TargetError
from automation.containment import around, reasons, spans
from automation.containment.guard_rails import Verdict, check
from automation.containment.kinds import KINDS, Kind
from automation.containment.moving import entry, what
from automation.containment.reach import lines
from automation.limits import limit
from automation.models import Action, ActionState, Connector
from casebook.actor import Actor
from casebook.cases.access import fetch_for, standing
from casebook.cases.ownership import take_if_unowned
from casebook.errors import Conflict, Invalid, NotAllowed, WrongState
from casebook.journal.record import record
from casebook.models import Case


@dataclass(frozen=True)
class Asked:
    """A request that was understood."""

    kind: Kind
    target: str
    connector: Connector
    expires_in_s: int | None
    reason: str


def request(
    *,
    actor: Actor,
    ref: str,
    kind: str,
    target: str,
    reason: str,
    connector: str | None = None,
    expires_in: int | str | None = None,
) -> Action:
    """Ask for an action on a case. It waits 30 minutes for somebody else to agree.

    Raises Invalid naming the field, Invalid with the rails where one is tripped, Conflict where the same is asked for
    or in force already, WrongState on a closed case.
    """
    case = fetch_for(actor, ref, may="action.request")
    requester = actor.person_id
    if requester is None:
        raise NotAllowed("Only a person can ask for an action.")
    asked = _understood(case, kind, target, connector, expires_in, reason)
    verdict = check(kind, asked.target, around.load(case.team_id).of(kind, [asked.connector]))
    if not verdict.passed:
        raise _stopped(actor, case, asked, verdict)
    reach_lines = [*lines(case, kind, verdict.target), *_seen_by(asked.connector, kind, verdict.target)]
    try:
        with transaction.atomic():
            return _write(actor, requester, ref, asked, verdict, reach_lines)
    except IntegrityError as error:
        raise _already(asked, verdict.target) from error


def _understood(
    case: Case, kind: str, target: str, connector: str | None, expires_in: int | str | None, reason: str
) -> Asked:
    spec = KINDS.get(kind)
    if spec is None:
        raise Invalid("There is no such kind of action.", errors={"kind": [f"one of {', '.join(KINDS)}"]})
    if not target.strip() or len(target) > 255:
        raise Invalid("The target is missing.", errors={"target": ["one address or account, at most 255 characters"]})
    rows = offering(list(Connector.objects.filter(team_id=case.team_id)), kind)
    chosen = next((row for row in rows if connector in (None, "", row.slug)), None)
    if chosen is None:
        names = ", ".join(row.slug for row in rows) or "none is set up for this team"
        raise Invalid(f"No connector does {kind}.", errors={"connector": [f"one of: {names}"]})
    return Asked(spec, target.strip(), chosen, spans.seconds(spec, expires_in), reasons.required(reason))


def _write(actor: Actor, requester: int, ref: str, asked: Asked, verdict: Verdict, reach_lines: list[str]) -> Action:
    case = fetch_for(actor, ref, may="action.request", lock=True)
    if not case.is_open:
        detail = f"{case.ref} is closed: reopen it to ask for an action. What is in force can still be undone."
        raise WrongState(detail, extra=standing(case))
    take_if_unowned(actor, case)
    action = Action.objects.create(
        team_id=case.team_id,
        case=case,
        connector=asked.connector,
        kind=asked.kind.name,
        target=verdict.target,
        expires_in_s=asked.expires_in_s,
        reason=asked.reason,
        critical=verdict.needs_lead,
        guard_rails=[rail.as_dict() for rail in verdict.rails],
        reach={"lines": reach_lines},
        undo_text=asked.kind.undo_text,
        requested_by_id=requester,
        lapses_at=Now() + timedelta(seconds=limit("LAPSE_S")),
        replaces=_failed_before(case, asked, verdict.target),
    )
    action.refresh_from_db()
    say = {"reason": asked.reason, "reason_text": f": {asked.reason}", "critical": action.critical}
    record(actor, "action.requested", action, entry(action) | say, case=case)
    return action


def _failed_before(case: Case, asked: Asked, target: str) -> Action | None:
    """What this asks for again, if it failed before."""
    same = Action.objects.filter(case=case, kind=asked.kind.name, target=target, state=ActionState.FAILED)
    return same.order_by("-id").first()


def _seen_by(connector: Connector, kind: str, target: str) -> list[str]:
    """What the target knows of who is behind it. A person waits, so not for long, and not knowing is said."""
    try:
        seen = opened(connector).preview(kind=kind, target=target, deadline_s=limit("PREVIEW_S"))
    except TargetError as error:
        return [f"{connector.name} did not say who is behind it: {error.reason}"]
    return list(seen.lines)


def _stopped(actor: Actor, case: Case, asked: Asked, verdict: Verdict) -> Invalid:
    """The refusal, with the attempt on record."""
    whys = "; ".join(rail.why for rail in verdict.tripped)
    words = asked.kind.what(asked.target, asked.connector.name)
    with transaction.atomic():
        record(
            actor, "action.stopped", case, {"what": words, "why": whys, "kind": asked.kind.name, "target": asked.target}
        )
    return Invalid(
        f"A guard rail stops this: {whys}.",
        errors={"target": [rail.why for rail in verdict.tripped]},
        extra={"guard_rails": [rail.as_dict() for rail in verdict.rails]},
    )


def _already(asked: Asked, target: str) -> Conflict:
    other = (
        Action.objects.filter(connector=asked.connector, kind=asked.kind.name, target=target, ended_at=None)
        .select_related("case", "connector")
        .first()
    )
    if other is None:  # it ended between our try and this look
        return Conflict("The same was asked for just now. Try again.")
    extra: dict[str, Any] = {"action": other.pk, "state": other.state, "case": other.case.ref}
    return Conflict(f"{what(other).capitalize()} is already {other.state}, for {other.case.ref}.", extra=extra)
