"""Undo: what oneself gave last goes back to what stood before it, as a new revision. Nothing is deleted.

Answers given at once, by accepting all that remain, go back at once: they carry one instant."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import WrongState
from casebook.journal.record import record
from triage.answering import Turn, begin, raise_revision
from triage.answers import shown
from triage.models import Answer

LONGEST = timedelta(minutes=10)
"""A page offers it for ten seconds; a slow one, or a script, still has this long."""

COPIED = (
    "value",
    "note",
    "unknowable",
    "proposal",
    "proposal_answer",
    "proposal_digest",
    "proposal_sentence",
    "snapshot",
)


def undo(*, actor: Actor, ref: str) -> list[Answer | None]:
    """Take back what oneself answered last. Returns what stands at each step now, None where it is open.

    Raises WrongState where there is none within ten minutes.
    """
    with transaction.atomic():
        turn = begin(actor, ref)
        latest = _latest(turn)
        if not latest:
            raise WrongState("There is no answer of yours from the last ten minutes to take back.")
        return [_take_back(turn, one) for one in latest]


def _latest(turn: Turn) -> list[Answer]:
    """The newest current answer of one's own, if it is young enough, and those given at once with it. Undoing again
    goes further back."""
    run = turn.view.facts.run
    if run is None:
        return []
    mine = Answer.objects.filter(run=run, by_id=turn.person_id, current=True, at__gt=db_now() - LONGEST)
    newest = mine.order_by("-at").values("at")[:1]
    return list(mine.filter(at=newest).select_related("run", "replaces").order_by("-id"))


def _take_back(turn: Turn, latest: Answer) -> Answer | None:
    line = turn.view.line(latest.step_id)
    assert line is not None  # a current answer of the current run is of a step of its version
    restored = _restore(turn.at(line), latest)
    payload = {
        "step": latest.step_id,
        "text": shown(line.step.text),
        "value": latest.value,
        "value_words": latest.value.replace("_", " "),
        "now": restored.value if restored else None,
        "revision": latest.revision,
    }
    record(turn.actor, "step.undone", latest, payload, case=turn.case)
    return restored


def _restore(turn: Turn, latest: Answer) -> Answer | None:
    """What stood before, word for word and under its giver's name; or an open step."""
    before = latest.replaces
    if before is None:
        Answer.objects.filter(pk=latest.pk).update(current=False)
        raise_revision(latest.run)
        return None
    values = {name: getattr(before, name) for name in COPIED}
    return turn.write(latest.run, replaces_id=before.replaces_id, by_id=before.by_id, at=before.at, **values)
