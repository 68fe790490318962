"""What a format cannot hold of a card: found by reading what was written, never by a list that may be out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.parse.yaml_step import AUTHOR
from casebook.playbooks.types import CardError, ParsedCard, ParsedStep, Skipped

Pair = tuple[ParsedStep, ParsedStep]


def losses(card: ParsedCard, written: str) -> list[str]:
    """What would be missing if ``written`` were imported as a new card, in sentences; none where nothing would be."""
    try:
        read = parse_bytes(written.encode(), name="the export")
    except CardError as error:
        return [f"A card like this would be refused on import: {error.reason}."]
    if isinstance(read, Skipped):
        return [f"A card like this would not be taken for one: {read.reason}."]
    return [*_of_card(card, read), *_of_division(card, read), *_of_steps(card, read)]


def beyond_cacao(card: ParsedCard) -> list[str]:
    """What a CACAO export keeps in our own extension, where other tools do not look."""
    steps = card.steps
    counted = [
        (
            sum(step.section in ("question", "indicator") for step in steps),
            "what a yes means at",
            "question or indicator",
        ),
        (sum(bool(step.bindings) for step in steps), "the detectors that answer", "step"),
        (sum(bool(step.expression) for step in steps), "three-valued logic, and what only supports, in", "expression"),
        (sum(step.required for step in steps), "that an answer is required at", "step"),
        (sum(bool(step.options) for step in steps), "event kinds, look-ups, saved searches or actions of", "step"),
        (len(card.also_for), "that it also serves", "technique"),
    ]
    return [f"{what[0].upper()}{what[1:]} {_count(number, noun)}." for number, what, noun in counted if number]


def _of_card(card: ParsedCard, read: ParsedCard) -> Iterator[str]:
    for name, words in _OF_CARD.items():
        before, after = getattr(card, name), getattr(read, name)
        if before != after:
            yield f"{words}: {_shown(before)} here, {_shown(after)} when read again."


def _of_division(card: ParsedCard, read: ParsedCard) -> Iterator[str]:
    after = read.counts()
    for section, number in card.counts().items():
        if after[section] != number:
            yield f"The division of {section}: {_count(number, 'step')} here, {after[section]} when read again."


def _of_steps(card: ParsedCard, read: ParsedCard) -> Iterator[str]:
    there = {(step.section, step.position): step for step in read.steps}
    pairs = [(step, there[place]) for step in card.steps if (place := (step.section, step.position)) in there]
    for words, differs in _OF_STEPS.items():
        if number := sum(differs(pair) for pair in pairs):
            yield f"{words} of {_count(number, 'step')}."


def _differs(name: str) -> Callable[[Pair], bool]:
    return lambda pair: getattr(pair[0], name) != getattr(pair[1], name)


def _option(name: str) -> Callable[[Pair], bool]:
    return lambda pair: pair[0].options.get(name) != pair[1].options.get(name)


def _bound(pair: Pair) -> bool:
    one, other = ({(bound.detector, bound.deciding) for bound in step.bindings} for step in pair)
    return one != other


def _rules(pair: Pair) -> bool:
    """Who judged or bound, where what they said is the same."""
    one, other = ({bound.detector: bound.rule or AUTHOR for bound in step.bindings} for step in pair)
    same = any(one[name] != other[name] for name in one.keys() & other.keys())
    return same or (not _differs("polarity")(pair) and _differs("polarity_rule")(pair))


_OF_CARD = {
    "name": "The name",
    "slug": "The slug",
    "technique": "The technique",
    "techniques": "The techniques",
    "also_for": "The techniques it also serves",
    "tactics": "The tactics",
}
_OF_STEPS: dict[str, Callable[[Pair], bool]] = {
    "The exact wording": _differs("text"),
    "The key by which versions are compared": _differs("key"),
    "What a yes means (polarity)": _differs("polarity"),
    "The sentence on what the answer means": _differs("means"),
    "The detectors that answer (bindings)": _bound,
    "By which rule or by whom this was said": _rules,
    "The expression": _differs("expression"),
    "That the expression was confirmed": _differs("confirmed"),
    "Whether an answer is required": _differs("required"),
    "The reason why it is asked": _differs("why"),
    "The kinds of events": _option("kinds"),
    "The look-ups": _option("lookups"),
    "The saved searches": _option("searches"),
    "The containment action": _option("action"),
    "The targets of the action": _option("targets"),
}


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    return ", ".join(value) if isinstance(value, Sequence) and value else "none"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun.replace(' or', 's or')}s"
