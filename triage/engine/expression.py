"""Whether a criterion's expression holds on the facts of a case, in three-valued logic, and why.

``all`` and ``any`` are Kleene's: a no settles an ``all`` and a yes settles an ``any`` whatever else is unknown; ``not``
leaves unknown unknown. The atoms are in `triage.engine.atoms`; the data's shape in `casebook.playbooks.expression`.

**Supporting members.** A playbook speaks of more kinds of evidence than a case has: "persistent or automated" is told
by login bursts, and also by web scans. If every kind had to be present before the clause could be *not met*, no case
with one log would ever be cleared. So a member of an ``any`` may be marked ``"supporting": true``: it makes the ``any``
a yes like every other, but while it is unknown it does not stand in the way of a no. The no then carries it as a
`Because` marked ``supporting``, so that "not met" says what was not looked at. This is the deciding/supporting notion
of detectors on a question (`triage.engine.combine`), one level up.

What it costs: with more evidence such a no can become a yes (never the reverse, and a yes stays a yes). Under a ``not``
that would turn a yes into a no, which is why `problems` refuses it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.engine.atoms import ATOMS
from triage.engine.facts import Facts
from triage.engine.types import Because, Kleene


class Outcome(NamedTuple):
    """A truth value and the atoms that made it so, in the order of the expression."""

    value: Kleene
    because: tuple[Because, ...]


def evaluate(expression: Mapping[str, Any], facts: Facts) -> Outcome:
    """The value of an expression without `problems`. Total and deterministic: what cannot be told is `UNKNOWN`."""
    if "all" in expression:
        return _all(expression["all"], facts)
    if "any" in expression:
        return _any(expression["any"], facts)
    if "not" in expression:
        return _not(expression["not"], facts)
    word = next(word for word in ATOMS if word in expression)
    value, because = ATOMS[word](expression[word], facts)
    return Outcome(value, (because,))


def _all(members: list[Mapping[str, Any]], facts: Facts) -> Outcome:
    outcomes = [evaluate(member, facts) for member in members]
    value = Kleene.YES
    for outcome in outcomes:
        value &= outcome.value
    return Outcome(value, _reasons(value, outcomes))


def _any(members: list[Mapping[str, Any]], facts: Facts) -> Outcome:
    outcomes = [(evaluate(member, facts), member.get("supporting") is True) for member in members]
    aside = [outcome for outcome, supporting in outcomes if supporting and outcome.value is Kleene.UNKNOWN]
    counted = [outcome for outcome, supporting in outcomes if not (supporting and outcome.value is Kleene.UNKNOWN)]
    value = Kleene.NO
    for outcome in counted:
        value |= outcome.value
    because = _reasons(value, counted)
    return Outcome(value, because if value is Kleene.YES else (*because, *_named_aside(aside)))


def _not(member: Mapping[str, Any], facts: Facts) -> Outcome:
    inner = evaluate(member, facts)
    return Outcome(~inner.value, inner.because)


def _reasons(value: Kleene, outcomes: list[Outcome]) -> tuple[Because, ...]:
    """Only the members with the value of the whole made it so."""
    return tuple(because for outcome in outcomes if outcome.value is value for because in outcome.because)


def _named_aside(aside: list[Outcome]) -> tuple[Because, ...]:
    return tuple(
        Because(one.step, one.step_key, one.answer, one.proposed, one.sentence, supporting=True)
        for outcome in aside
        for one in outcome.because
    )
