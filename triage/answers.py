"""What a person says of a step: answer, accept the proposal, tick it as done. Saved as given."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid, WrongState
from casebook.journal.record import record
from casebook.models import Case, Step
from casebook.models.choices import Polarity, Section
from triage import runs
from triage.answering import Turn, begin, require_revision
from triage.engine.types import Proposal
from triage.models import Answer
from triage.run_view import StepLine

NOTE_LEAST = 3
NOTE_MAX = 20_000
TEXT_SHOWN = 160

ANSWERS = ("yes", "no", "partly", "cannot_tell")
JUDGEMENTS = ("met", "not_met", "cannot_tell")
DONE = "done"
NOTED = "noted"
TICKED = (Section.LOG_SOURCE, Section.INDICATOR, Section.L1_STEP)
"""Steps that may be ticked as done instead of answered."""

ACCEPTED_AT_ONCE = (Section.INDICATOR, Section.QUESTION)
"""L1 steps are acts of a person: each is accepted or ticked by itself, never in passing."""


def answer(
    *,
    actor: Actor,
    ref: str,
    step_id: int,
    value: str,
    note: str = "",
    unknowable: bool = False,
    revision: int | None = None,
) -> Answer:
    """Give an answer. ``revision`` is that of the answer on screen, 0 where there was none.

    An answer that differs from the proposal needs a note; so does *cannot tell* that is accepted as unknowable, and a
    note itself (``noted``). Raises Conflict where somebody answered meanwhile, Invalid naming the field.
    """
    with transaction.atomic():
        turn = begin(actor, ref, step_id)
        _require_value(turn.line, value, note, unknowable)
        return _save(turn, value, note, unknowable=unknowable, revision=revision)


def accept(*, actor: Actor, ref: str, step_id: int, revision: int | None = None) -> Answer:
    """Take the proposal as the answer. Raises WrongState where nothing is proposed yet."""
    with transaction.atomic():
        turn = begin(actor, ref, step_id)
        proposal = turn.line.proposal
        if proposal.state != "ready" or proposal.answer is None:
            detail = (
                "The evidence is still being read." if proposal.state == "computing" else "Nothing is proposed here."
            )
            raise WrongState(detail, extra={"proposal": proposal.state})
        return _save(turn, proposal.answer, "", revision=revision)


def accept_all(*, actor: Actor, ref: str) -> list[Answer]:
    """Take every proposal that nobody has answered yet, each recorded as its own answer, all at one instant."""
    with transaction.atomic():
        turn, now, given = begin(actor, ref), db_now(), []
        for line in turn.view.lines:
            ready = line.proposal.state == "ready" and line.proposal.answer is not None
            if ready and line.answer is None and line.step.section in ACCEPTED_AT_ONCE:
                given.append(_save(turn.at(line), str(line.proposal.answer), "", at=now))
        return given


def done(*, actor: Actor, ref: str, step_id: int, note: str = "", revision: int | None = None) -> Answer:
    """Tick a log source, an indicator or an L1 step."""
    with transaction.atomic():
        turn = begin(actor, ref, step_id)
        if turn.line.step.section not in TICKED:
            raise Invalid("This step is answered, not ticked.", errors={"step": ["log sources, indicators, L1 steps"]})
        _require_note_fits(note)
        return _save(turn, DONE, note, revision=revision)


def values_for(step: Step) -> tuple[str, ...]:
    """The answers a step takes. A criterion with a confirmed expression is computed and takes none."""
    if step.section == Section.CRITERION:
        return () if step.expression and step.confirmed else JUDGEMENTS
    if step.section == Section.LOG_SOURCE:
        return (DONE, "cannot_tell")
    if step.section in (Section.T2_ACTION, Section.CONTAINMENT):
        return ()
    open_ones = (NOTED,) if step.polarity == Polarity.OPEN else ()
    return ANSWERS + open_ones + ((DONE,) if step.section in TICKED else ())


def _require_value(line: StepLine, value: str, note: str, unknowable: bool) -> None:
    allowed = values_for(line.step)
    if not allowed:
        detail = "A criterion with an expression is computed from the answers; it takes none of its own."
        raise Invalid(detail, errors={"value": ["computed"]})
    if value not in allowed:
        raise Invalid("That is no answer to this step.", errors={"value": [f"one of {', '.join(allowed)}"]})
    if unknowable and value != "cannot_tell":
        raise Invalid("Only “cannot tell” can be unknowable.", errors={"unknowable": ["only with cannot_tell"]})
    _require_note_fits(note)
    why = _note_needed(line.proposal, value, unknowable)
    if why and len(note.strip()) < NOTE_LEAST:
        raise Invalid(f"{why} Half a sentence is enough.", errors={"note": [f"at least {NOTE_LEAST} characters"]})


def _note_needed(proposal: Proposal, value: str, unknowable: bool) -> str:
    if unknowable:
        return "Say why nobody can know."
    if value == NOTED:
        return "A noted step needs its note."
    if _outcome(proposal, value) == "changed":
        said = str(proposal.answer).replace("_", " ")
        return f"The evidence proposes {said}: say why you answer otherwise."
    return ""


def _require_note_fits(note: str) -> None:
    if len(note) > NOTE_MAX:
        raise Invalid("The note is too long.", errors={"note": [f"at most {NOTE_MAX} characters"]})


def _outcome(proposal: Proposal, value: str) -> str:
    """How an answer stands to its proposal: accepted, changed, or none where nothing was proposed or judged."""
    if proposal.state != "ready" or value in (DONE, NOTED):
        return "none"
    return "accepted" if proposal.answer == value else "changed"


def beside_proposal(proposal: Proposal, value: str) -> dict[str, Any]:
    """The columns of an answer that keep what was proposed when it was given, and how it stands to that."""
    kept: dict[str, Any] = {"proposal": _outcome(proposal, value)}
    if proposal.state != "ready":
        return kept
    return kept | {
        "proposal_answer": proposal.answer or "",
        "proposal_digest": proposal.digest,
        "proposal_sentence": proposal.sentence,
        "snapshot": _snapshot(proposal),
    }


def _save(
    turn: Turn, value: str, note: str, *, unknowable: bool = False, revision: int | None = None, **more: Any
) -> Answer:
    """The new revision of an answer. Saying the same again, of the same proposal, changes nothing."""
    before, proposal, note = turn.line.answer, turn.line.proposal, note.strip()
    if before and not turn.line.stale and (before.value, before.note, before.unknowable) == (value, note, unknowable):
        return before
    require_revision(turn, revision)
    run = runs.current(turn.actor, turn.case)
    new = turn.write(
        run,
        replaces=before,
        value=value,
        note=note,
        unknowable=unknowable,
        **beside_proposal(proposal, value),
        **more,
    )
    _record(turn.actor, turn.case, turn.line.step, new, before)
    return new


def _snapshot(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "detector": one.detector,
            "scope": one.scope,
            "answer": one.answer,
            "sentence": one.sentence,
            "digest": one.digest,
        }
        for one in proposal.findings
    ]


def _record(actor: Actor, case: Case, step: Step, new: Answer, before: Answer | None) -> None:
    payload = {
        "step": step.pk,
        "key": step.key,
        "text": shown(step.text),
        "value": new.value,
        "value_words": new.value.replace("_", " ") + (" (unknowable)" if new.unknowable else ""),
        "before": before.value if before else None,
        "note": new.note,
        "note_text": f": {new.note}" if new.note else "",
        "revision": new.revision,
        "proposal": new.proposal,
        "proposal_answer": new.proposal_answer or None,
        "after_t2": case.tier == "t2",
    }
    record(actor, "step.done" if new.value == DONE else "step.answered", new, payload, case=case)


def shown(text: str) -> str:
    """A step's text as a timeline quotes it."""
    return text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN].rsplit(" ", 1)[0] + " …"
