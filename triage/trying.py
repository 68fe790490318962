"""A card that is still being written, tried on a case: what its rules come to on what was known there.

The real engine decides over the case's own answers, findings, lookups and alerts; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casebook.actor import Actor
from casebook.cases.access import number
from casebook.errors import NotFound
from casebook.models import Case, PlaybookVersion, Step
from casebook.playbooks.access import WRITE
from casebook.playbooks.rows import rows_of
from casebook.playbooks.types import ParsedStep
from triage import facts as gathering
from triage import run_view
from triage.facts import Facts
from triage.run_view import RunView


@dataclass(frozen=True)
class Subject:
    """A case to try a card on. ``whole`` is false for an author who may not read cases: they are told states and
    answers, and no sentence of its evidence."""

    case: Case
    whole: bool


def subject(actor: Actor, ref: str) -> Subject:
    """The case of a ref: of a team whose cases the actor reads, or whose playbooks they write. Raises NotFound."""
    found = Case.objects.select_related("team", "owner", "playbook_version__playbook")
    readable, writable = actor.teams("case.read"), actor.teams(WRITE)
    case = found.filter(pk=number(ref), team_id__in=readable | writable).first()
    if case is None:
        raise NotFound(f"There is no case {ref} that you may see.")
    return Subject(case, case.team_id in readable)


def rows(version: PlaybookVersion, steps: Sequence[ParsedStep]) -> tuple[Step, ...]:
    """Rows that are in no table, numbered by their place."""
    made = tuple(rows_of(version, steps))
    for place, row in enumerate(made, start=1):
        row.pk = place
    return made


def on_case(case: Case, version: PlaybookVersion, steps: Sequence[ParsedStep]) -> RunView:
    """The run of a case as it would stand with these steps. Its answers count where the step is the same."""
    return run_view.of_facts(over(gathering.gather(case), rows(version, steps)))


def over(facts: Facts, steps: tuple[Step, ...]) -> Facts:
    """The facts of a case with other steps; answers go to the step of the same key."""
    keys = {step.pk: step.key for step in facts.steps}
    places = {step.key: step.pk for step in steps}
    given = {places[keys[pk]]: one for pk, one in facts.answers.items() if keys.get(pk) in places}
    return replace(facts, steps=steps, answers=given, seconds={})


def as_confirmed(steps: Sequence[ParsedStep], key: str) -> tuple[ParsedStep, ...]:
    """The steps with one rule in force, so that it is computed and not judged by hand."""
    return tuple(replace(step, confirmed=True) if step.key == key and step.expression else step for step in steps)
