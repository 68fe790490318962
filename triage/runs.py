"""The walk through a playbook version: begun at first touch, abandoned where another playbook is chosen."""

from __future__ import annotations

from django.db import transaction

from casebook.actor import Actor
from casebook.cases.access import fetch_for, require_version, standing
from casebook.cases.ownership import take_if_unowned
from casebook.clock import db_now
from casebook.errors import Conflict, Invalid, NotAllowed, WrongState
from casebook.journal.record import record
from casebook.models import Case, PlaybookVersion
from casebook.models.choices import State, Tier
from triage import tasks_t2
from triage.models import Run


def current(actor: Actor, case: Case) -> Run:
    """The run of a case, begun if nobody has. Two who begin at once get the same one. Inside a transaction.

    Looking never begins a run; the first answer, focus or decision does.
    """
    run, begun = Run.objects.get_or_create(
        case=case, abandoned_at=None, defaults={"team_id": case.team_id, "version_id": case.playbook_version_id}
    )
    if begun:
        version = case.playbook_version
        payload = {"playbook": version.playbook.slug, "version": version.number}
        record(actor, "run.started", run, payload, case=case)
    return run


def change_playbook(
    *, actor: Actor, ref: str, slug: str, reason: str, number: int | None = None, version: int | None = None
) -> Run:
    """Follow another playbook, or another version (``number``) of it. The run so far is kept as abandoned.

    ``version`` is the case's, as in every verb. Raises Conflict where the case follows that version already.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("Say why another playbook fits better.", errors={"reason": ["required"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        _require_open_to(actor, case)
        chosen = _version(case, slug, number)
        if chosen.pk == case.playbook_version_id:
            raise Conflict(f"{case.ref} follows {slug} version {chosen.number} already.", extra=standing(case))
        take_if_unowned(actor, case)
        _abandon(actor, case, reason)
        case.playbook_version = chosen
        case.playbook_why = f"{actor.name} chose it: {reason}"
        case.save(update_fields=["playbook_version", "playbook_why"])
        payload = {"playbook": slug, "version": chosen.number, "reason": reason}
        record(actor, "case.playbook", case, payload)
        run = current(actor, case)
        if case.state == State.INVESTIGATING:
            tasks_t2.plan(actor=actor, case=case)
        return run


def _require_open_to(actor: Actor, case: Case) -> None:
    if case.state in (State.CLOSED, State.ESCALATED):
        raise WrongState(f"{case.ref} is {case.state}: its playbook cannot be changed now.", extra=standing(case))
    if case.tier == Tier.T2 and not actor.may("case.accept", case.team_id):
        raise NotAllowed(f"{case.ref} is with Tier 2: your role may not change its playbook.")


def _version(case: Case, slug: str, number: int | None) -> PlaybookVersion:
    """The published version, or one by its number; never a draft, never another team's."""
    state = PlaybookVersion.State
    found = PlaybookVersion.objects.filter(playbook__slug=slug).select_related("playbook")
    found = found.filter(playbook__team=None) | found.filter(playbook__team=case.team_id)
    if number is None:
        chosen = found.filter(state=state.PUBLISHED).first()
    else:
        chosen = found.filter(number=number).exclude(state=state.DRAFT).first()
    if chosen is None:
        what = "published version" if number is None else f"version {number}"
        field = "playbook" if number is None else "playbook_version"
        raise Invalid(f"There is no {what} of a playbook {slug}.", errors={field: ["no such playbook or version"]})
    return chosen


def _abandon(actor: Actor, case: Case, reason: str) -> None:
    run = Run.objects.filter(case=case, abandoned_at=None).select_related("version__playbook").first()
    if run is None:
        return
    run.abandoned_at, run.abandoned_reason = db_now(), reason
    run.save(update_fields=["abandoned_at", "abandoned_reason"])
    payload = {"playbook": run.version.playbook.slug, "version": run.version.number, "reason": reason}
    record(actor, "run.abandoned", run, payload, case=case)
