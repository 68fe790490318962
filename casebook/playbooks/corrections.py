"""What authors corrected of what rules proposed: kept by step key when a draft is published, applied to every import.

A correction outlives the step it is about: a card that says the step again gets it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.models import Playbook, StepCorrection
from casebook.playbooks.expression import problems
from casebook.playbooks.types import Binding, ParsedStep

Field = StepCorrection.Field
_RULED = "corrected by {}"
_PAIR = (Field.EXPRESSION, Field.CONFIRMED)
"""Kept and applied together: what is confirmed is one expression, not whatever a rule proposes next."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The steps with their corrections. ``vanished`` are corrected steps that the card no longer has, ``unusable``
    keys whose expression speaks of such a step."""

    steps: tuple[ParsedStep, ...]
    vanished: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()


def of_playbook(playbook: Playbook) -> list[StepCorrection]:
    """Its corrections with who made them."""
    return list(playbook.corrections.select_related("by").order_by("key", "field"))


def apply(steps: Sequence[ParsedStep], corrections: Iterable[StepCorrection]) -> Applied:
    """The steps as the author wants them. What a card says itself wins over a correction of what a rule proposed."""
    by_key: dict[str, list[StepCorrection]] = {}
    for one in corrections:
        by_key.setdefault(one.key, []).append(one)
    keys = {step.key for step in steps}
    unusable = {key for key, found in by_key.items() if key in keys and not _usable(found, keys)}
    corrected = tuple(_corrected(step, by_key.get(step.key, ()), unusable) for step in steps)
    return Applied(corrected, tuple(sorted(by_key.keys() - keys)), tuple(sorted(unusable)))


def keep(*, actor: Actor, playbook: Playbook, before: Sequence[ParsedStep], after: Sequence[ParsedStep]) -> int:
    """Remember what ``after`` says otherwise than ``before``, its base, of the steps both have; returns how much it is.

    A step that is only in one of them was written or deleted, not corrected.
    """
    known = {step.key: step for step in before}
    found = [
        StepCorrection(playbook=playbook, key=step.key, field=field, value=value, by_id=actor.person_id)
        for step in after
        if step.key in known
        for field, value in _differences(known[step.key], step)
    ]
    with transaction.atomic():
        _replace(playbook, found)
    return len(found)


def unconfirm(playbook: Playbook, keys: Iterable[str]) -> int:
    """The criteria at ``keys`` read otherwise now, so their expressions wait for an author to confirm them again."""
    confirmed = playbook.corrections.filter(key__in=list(keys), field=Field.CONFIRMED, value=True)
    return confirmed.update(value=False)


def _replace(playbook: Playbook, found: list[StepCorrection]) -> None:
    StepCorrection.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["playbook", "key", "field"],
        update_fields=["value", "by", "at"],
    )


def _differences(before: ParsedStep, after: ParsedStep) -> Iterator[tuple[Field, Any]]:
    for field, (read, _) in _FIELDS.items():
        if field not in _PAIR and read(before) != read(after):
            yield field, read(after)
    if (before.expression, before.confirmed) != (after.expression, after.confirmed):
        yield from ((field, _FIELDS[field][0](after)) for field in _PAIR)


def _usable(found: Iterable[StepCorrection], keys: set[str]) -> bool:
    return not any(one.field == Field.EXPRESSION and one.value and problems(one.value, steps=keys) for one in found)


def _corrected(step: ParsedStep, found: Iterable[StepCorrection], unusable: set[str]) -> ParsedStep:
    for one in found:
        field = Field(one.field)
        said = "expression" if field in _PAIR else field.value
        if said in step.said or (field in _PAIR and step.key in unusable):
            continue
        by = one.by.username if one.by is not None else "an author"
        step = replace(step, **_FIELDS[field][1](one.value, _RULED.format(by)))
    return replace(step, confirmed=step.confirmed and step.expression is not None)


def _bindings(value: Any, by: str) -> dict[str, Any]:
    return {"bindings": tuple(Binding(one["detector"], one["deciding"], one["rule"]) for one in value)}


def _plain(field: Field) -> tuple[Callable[[ParsedStep], Any], Callable[[Any, str], dict[str, Any]]]:
    return lambda step: getattr(step, field.value), lambda value, by: {field.value: value}


_FIELDS: dict[Field, tuple[Callable[[ParsedStep], Any], Callable[[Any, str], dict[str, Any]]]] = {
    Field.POLARITY: (lambda step: step.polarity, lambda value, by: {"polarity": value, "polarity_rule": by}),
    Field.BINDINGS: (lambda step: [one.to_json() for one in step.bindings], _bindings),
    Field.EXPRESSION: (lambda step: step.expression, lambda value, by: {"expression": value, "expression_rule": by}),
    **{one: _plain(one) for one in (Field.CONFIRMED, Field.REQUIRED, Field.WHY, Field.MEANS, Field.OPTIONS)},
}
"""Each field's value as it is kept, and the step's fields a kept value gives."""
