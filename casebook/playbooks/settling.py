"""A card's steps as an import stores them: with the keys of the version before, and what authors corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from casebook.playbooks import corrections
from casebook.playbooks.diff import carry_keys
from casebook.playbooks.keys import fold
from casebook.playbooks.shelf import Plan
from casebook.playbooks.stored import steps_of
from casebook.playbooks.types import ParsedCard, ParsedStep


@dataclass(frozen=True, slots=True)
class Settled:
    """``reworded`` are the keys of criteria an author had confirmed and that read otherwise now: they wait for another
    confirmation. ``notes`` are for the file's line of the report."""

    steps: Sequence[ParsedStep]
    reworded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def settled_steps(card: ParsedCard, plan: Plan) -> Settled:
    """What an import of ``card`` by ``plan`` stores. Reads the version before and the playbook's corrections."""
    if plan.playbook is None or plan.latest is None:
        return Settled(card.steps)
    old = steps_of(plan.latest)
    applied = corrections.apply(carry_keys(old, card.steps), corrections.of_playbook(plan.playbook))
    texts = {step.key: fold(step.text) for step in old}
    reworded = tuple(step.key for step in applied.steps if _is_reworded(step, texts.get(step.key)))
    steps = [replace(step, confirmed=False) if step.key in reworded else step for step in applied.steps]
    return Settled(steps, reworded, tuple(_notes(applied, len(reworded))))


def _is_reworded(step: ParsedStep, before: str | None) -> bool:
    """Whether a confirmation that was not made in this card is of other words than it has now."""
    return step.confirmed and "expression" not in step.said and before not in (None, fold(step.text))


def _notes(applied: corrections.Applied, reworded: int) -> Iterator[str]:
    if reworded:
        yield f"{_counted(reworded, 'confirmed criterion reads', 'confirmed criteria read')} otherwise: confirm again"
    if gone := len(applied.vanished):
        yield f"{_counted(gone, 'corrected step is', 'corrected steps are')} not in the card any more"
    if unusable := len(applied.unusable):
        yield f"{_counted(unusable, 'corrected criterion speaks', 'corrected criteria speak')} of a step that is gone"


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
