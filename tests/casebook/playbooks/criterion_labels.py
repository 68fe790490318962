"""What a person would let stand for each criterion of the cards by other hands, and whether a proposal is that.

A label is a list of what may stand for the condition (a question's step key, a detector's id, ``alert``), or an object
with one join (``any``, ``all``) over labels, or ``either`` of two labels where a person would take the one or the
other, or null: nothing on the card answers it, so nothing may be proposed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, cast

from casebook.playbooks.criterion_condition import LISTS
from tests.casebook.playbooks.conftest import DATA

Label = list[str] | dict[str, Any] | None

LABELS: dict[str, dict[str, Label]] = json.loads((DATA / "labels_criteria.json").read_text())
"""``develop`` and ``measure``: criterion key to label. Keys are hashes, so that no card's wording stands here."""


def is_sound(expression: Mapping[str, Any], label: Label) -> bool:
    """Whether the expression says of every condition what the label lets stand for it, joined as the label says."""
    if label is None:
        return False
    if isinstance(label, list):
        return "all" not in expression and set(_told_by(expression)) <= set(label)
    (join,) = label
    if join == "either":
        return any(is_sound(expression, one) for one in label[join])
    members = list(_members(expression, join))
    wanted = cast("list[Label]", label[join])
    fits = [[is_sound(member, one) for one in wanted] for member in members]
    return all(map(any, fits)) and all(any(column) for column in zip(*fits, strict=True)) and len(members) > 1


def _members(expression: Mapping[str, Any], join: str) -> Iterator[Mapping[str, Any]]:
    """The members of a join, those of the same join inside it among them."""
    for member in expression.get(join, ()):
        yield from _members(member, join) if join in member else (member,)


def _told_by(expression: Mapping[str, Any]) -> Iterator[str]:
    """By what the expression is told: step keys, detector ids (a look-up is `LISTS`), ``alert``."""
    (word,) = (word for word in expression if word != "supporting")
    value = expression[word]
    if word in ("any", "all"):
        yield from chain.from_iterable(_told_by(member) for member in value)
    elif word == "answer":
        yield value["step"]
    else:
        yield {"finding": value.get("detector"), "lookup": LISTS}.get(word, word)
