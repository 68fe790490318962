"""A field map proposed for a pasted body, by how its parts are called and what they look like. Pure.

It is a beginning for a person who knows the sender, never used unseen: each line says why it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from casebook.intake.adapters.field_map import MESSAGES
from casebook.intake.adapters.field_map_leaves import Leaf, leaves
from casebook.intake.adapters.field_map_names import (
    COMMANDS,
    LINKS,
    LISTS,
    MACHINES,
    PEOPLE,
    SIDES,
    TACTICS,
    WANTED,
    Wanted,
)
from casebook.intake.adapters.message import SEVERITY_WORDS
from casebook.intake.adapters.observables import look
from casebook.intake.adapters.texts import tagged_techniques, text, texts

MOST_TOGETHER = 8
"""Leaves that one expression reads together."""

SHAPES = {
    "title": re.compile(r"^[^\s/\\{<=]+(?: [^\s/\\{<=]+){1,20}$"),
    "detected_at": re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
}
"""What a title and a time look like, whatever they are called: a few plain words; a date with an hour."""

BY_LOOK = {"ip": "an address", "hash": "a hash", "url": "a web address", "email": "a mail address", "file": "a file"}


class Proposed(NamedTuple):
    """``sample`` is what the expression finds in the first message, as text."""

    field: str
    expression: str
    why: str
    sample: str


def propose(body: Any) -> list[Proposed]:
    """Lines of a field map for a decoded body, in the order a person fills them in; empty where nothing is known."""
    expression, message = _first_message(body)
    found = leaves(message) if isinstance(message, Mapping) else []
    singles = [line for line in (_single(found, wanted) for wanted in WANTED) if line]
    used = {line.expression for line in singles}
    lines = singles + _attack(found) + _entities([leaf for leaf in found if leaf.expression not in used])
    if expression:
        lines.insert(0, Proposed(MESSAGES, expression, "a list of objects", f"{len(body[expression])} messages"))
    return lines


def _first_message(body: Any) -> tuple[str, Any]:
    """The expression of the list that holds messages ("" where the body is one, or a list) and the first of them."""
    if isinstance(body, list):
        return "", body[0] if body else None
    for name in LISTS if isinstance(body, Mapping) else ():
        inside = body.get(name)
        if isinstance(inside, list) and inside and all(isinstance(one, Mapping) for one in inside):
            return name, inside[0]
    return "", body


def _single(found: list[Leaf], wanted: Wanted) -> Proposed | None:
    """The leaf of the surest name, nearest the top. A part of a list of objects fills no single field."""
    nearest = sorted((leaf for leaf in found if "[]" not in leaf.expression), key=lambda leaf: leaf.depth)
    for name in wanted.names:
        for leaf in nearest:
            if name.search(leaf.words) and wanted.fits(leaf.value):
                return _line(wanted.field, [leaf], f"called “{leaf.name}”, and {wanted.looks}{_hint(wanted, leaf)}")
    return _by_look(nearest, wanted)


def _by_look(nearest: list[Leaf], wanted: Wanted) -> Proposed | None:
    """Where no name says it: the sentence, or the time written out, that stands nearest the top."""
    if (shape := SHAPES.get(wanted.field)) is None:
        return None
    found = next((leaf for leaf in nearest if shape.search(text(leaf.value)) and wanted.fits(leaf.value)), None)
    return _line(wanted.field, [found], f"no name says so, but “{found.name}” looks like it") if found else None


def _hint(wanted: Wanted, leaf: Leaf) -> str:
    said = text(leaf.value)
    if wanted.field != "severity" or said.lower() in SEVERITY_WORDS:
        return ""
    return f"; “{said[:40]}” is no word we know, so say in severity_map what it means"


def _attack(found: list[Leaf]) -> list[Proposed]:
    lines = []
    techniques = [leaf for leaf in found if tagged_techniques(leaf.value)]
    if techniques:
        lines.append(_line("techniques", techniques[:1], "holds ATT&CK technique ids"))
    tactics = [leaf for leaf in found if TACTICS.search(leaf.name if leaf.name != "name" else leaf.near)]
    if tactics:
        lines.append(_line("tactics", tactics[:1], f"called “{tactics[0].near}”"))
    return lines


def _entities(found: list[Leaf]) -> list[Proposed]:
    """Leaves that name an entity, gathered by type and role."""
    gathered: dict[str, list[Leaf]] = {}
    reasons: dict[str, str] = {}
    for leaf in found:
        if (known := _entity(leaf)) is not None:
            kind, role, why = known
            field = f"observables.{kind}.{role}"
            gathered.setdefault(field, []).append(leaf)
            reasons.setdefault(field, why)
    return [_line(field, group[:MOST_TOGETHER], reasons[field]) for field, group in gathered.items()]


def _entity(leaf: Leaf) -> tuple[str, str, str] | None:
    """(type, role, why) of the entity a leaf names; None where it names none."""
    looks = {look(one) for one in texts(leaf.value)}
    kind = looks.pop() if len(looks) == 1 else "other"
    side = next((role for role, pattern in SIDES if pattern.search(leaf.near)), "")
    called = f"called “{leaf.name}”"
    if COMMANDS.search(leaf.near):
        return "process", side or "related", called
    if kind == "url" and LINKS.search(leaf.name):
        return None
    if kind in BY_LOOK:
        return kind, side or "related", f"looks like {BY_LOOK[kind]}"
    if PEOPLE.search(leaf.near):
        return "user", side or "target", called
    if MACHINES.search(leaf.near):
        return "host", side or "target", called
    return ("domain", side or "related", called) if kind == "domain" and "domain" in leaf.name else None


def _line(field: str, group: list[Leaf], why: str) -> Proposed:
    expression = group[0].expression if len(group) == 1 else f"[{', '.join(leaf.expression for leaf in group)}]"
    sample = ", ".join(dict.fromkeys(one for leaf in group for one in texts(leaf.value)))
    return Proposed(field, expression, why, sample[:200])
