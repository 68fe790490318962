"""Fetching is authorising, and locking: the only way a service gets a case."""

from __future__ import annotations

import re

from casebook.actor import Actor
from casebook.cases import states
from casebook.errors import Conflict, NotAllowed, NotFound, WrongState
from casebook.models import Case

_REF = re.compile(r"(?:CB-)?(\d{1,18})", re.IGNORECASE)


def number(ref: str) -> int:
    """The number in ``CB-12``. Raises NotFound for anything else: no such case exists."""
    found = _REF.fullmatch(ref.strip())
    if found is None:
        raise NotFound
    return int(found.group(1))


def fetch_for(actor: Actor, ref: str, *, may: str = "case.read", lock: bool = False) -> Case:
    """The case, or NotFound where the actor may not know of it, or NotAllowed where they may not do this.

    ``lock`` takes the row for the transaction; ask for it in the same call when you will change the case.
    """
    cases = Case.objects.visible_to(actor).select_related("team", "owner", "playbook_version__playbook")
    if lock:
        cases = cases.select_for_update(of=("self",), no_key=True)
    case = cases.filter(pk=number(ref)).first()
    if case is None:
        raise NotFound(f"There is no case {ref} that you may see.")
    if may != "case.read" and not actor.may(may, case.team_id):
        raise NotAllowed(f"Your role may not do this to {case.ref} ({may}).")
    return case


def require_version(case: Case, version: int | None) -> None:
    """Refuse a write that was made looking at an older case. Raises Conflict saying who did what."""
    if version is not None and version != case.version:
        detail = f"{case.ref} was changed by {case.changed_by or 'somebody'} since you looked: {case.changed_verb}."
        raise Conflict(detail, extra=standing(case))


def require_move(actor: Actor, case: Case, verb: str) -> states.Move:
    """The move a verb makes from the case's state. Raises WrongState, or NotAllowed for the role."""
    found = states.move(case.state, verb)
    if found is None:
        possible = ", ".join(states.verbs(case.state))
        detail = f"{case.ref} is {case.state}: {verb} is not possible. Possible now: {possible}."
        raise WrongState(detail, extra=standing(case))
    needs = found.needs
    if case.state == states.WAITING and case.tier == "t2":
        needs = "case.close_true" if verb == "close" else "case.accept"
    if not actor.may(needs, case.team_id):
        raise NotAllowed(f"Your role may not {verb} {case.ref} while it is {case.state}.")
    return found


def standing(case: Case) -> dict[str, object]:
    """What a conflict tells: how the case stands and who made it so."""
    return {
        "state": case.state,
        "owner": case.owner.username if case.owner else None,
        "version": case.version,
        "changed_by": case.changed_by or None,
        "changed": case.changed_verb or None,
        "changed_at": case.changed_at.isoformat() if case.changed_at else None,
    }
