"""The data a criterion's expression is made of: its shape, its mistakes, and the steps it speaks of.

An expression is one of, and nothing else::

    {"all": [E, …]}   {"any": [E, …]}   {"not": E}
    {"answer":  {"step": KEY, "value": V}}
    {"finding": {"detector": "D05", "answer": V, "at": KEY, "scope": "case",
                 "figure": "attempts", "op": ">=", "n": 30}}
    {"lookup":  {"type": V, "result": V, "op": ">=", "score": 3}}
    {"alert":   {"field": "severity", "op": ">=", "value": "high"}}

``V`` is one value or a list of which one must hold. ``at`` names the step where people judge the finding. A member of
an ``any`` may add ``"supporting": true``. What all of it means is said where it is computed, in
`triage.engine.expression`; this module only keeps nonsense out of a published version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

ATOMS = ("answer", "finding", "lookup", "alert")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
ALERT_OPERATORS = (*OPERATORS, "in", "contains", "exists")
ANSWERS = ("yes", "no", "partly", "cannot_tell")
STEP_VALUES = (*ANSWERS, "noted", "done", "met", "not_met")
RESULTS = ("listed", "known_infrastructure", "not_listed")
"""Lookup results that may be asked for. ``limited`` and ``error`` tell nothing and so decide nothing."""

MAX_DEPTH = 8

_NEEDED = {
    "answer": ("step", "value"),
    "finding": ("detector",),
    "lookup": ("type", "result"),
    "alert": ("field", "op"),
}
_ALLOWED = {
    "answer": {"step", "value"},
    "finding": {"detector", "answer", "at", "scope", "figure", "op", "n"},
    "lookup": {"type", "result", "op", "score"},
    "alert": {"field", "op", "value"},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: ``path`` reads ``any[2].finding.detector``."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path or 'expression'}: {self.reason}"


def problems(expression: object, *, steps: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with an expression. ``steps``, when given, are the step names it may speak of."""
    return list(_node(expression, "", steps, parent="", negated=False, depth=1))


def steps_of(expression: dict[str, Any]) -> tuple[str, ...]:
    """The steps a valid expression speaks of, in order, each once."""
    found: dict[str, None] = {}

    def note(step: str) -> str:
        found[step] = None
        return step

    rewrite_steps(expression, note)
    return tuple(found)


def rewrite_steps(expression: dict[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    """A copy of a valid expression in which every step name went through ``rename``."""
    return {word: _renamed(word, value, rename) for word, value in expression.items()}


def _renamed(word: str, value: Any, rename: Callable[[str], str]) -> Any:
    if word in ("all", "any"):
        return [rewrite_steps(member, rename) for member in value]
    if word == "not":
        return rewrite_steps(value, rename)
    if word in ("answer", "finding"):
        return {name: rename(v) if name in ("step", "at") else v for name, v in value.items()}
    return value


def _node(
    node: object, path: str, steps: Collection[str] | None, *, parent: str, negated: bool, depth: int
) -> Iterator[Problem]:
    if not isinstance(node, dict):
        yield Problem(path, "must be an object such as {“any”: […]}")
        return
    words = [word for word in node if word != "supporting"]
    if len(words) != 1 or words[0] not in (*ATOMS, "all", "any", "not"):
        yield Problem(path, f"must hold exactly one of all, any, not, {', '.join(ATOMS)}; it holds {words or 'none'}")
        return
    if depth > MAX_DEPTH:
        yield Problem(path, f"is nested deeper than {MAX_DEPTH}")
        return
    yield from _supporting(node, path, parent=parent, negated=negated)
    word, value = words[0], node[words[0]]
    here = f"{path}.{word}" if path else str(word)
    if word in ("all", "any"):
        yield from _members(word, value, here, steps, negated=negated, depth=depth)
    elif word == "not":
        yield from _node(value, here, steps, parent="not", negated=not negated, depth=depth + 1)
    else:
        yield from _atom(word, value, here, steps)


def _supporting(node: dict[str, Any], path: str, *, parent: str, negated: bool) -> Iterator[Problem]:
    if "supporting" not in node:
        return
    if node["supporting"] is not True:
        yield Problem(f"{path}.supporting", "is true or left out")
    if parent != "any" or negated:
        yield Problem(f"{path}.supporting", "stands only directly inside an “any” that no “not” encloses")


def _members(
    word: str, value: object, path: str, steps: Collection[str] | None, *, negated: bool, depth: int
) -> Iterator[Problem]:
    if not isinstance(value, list) or not value:
        yield Problem(path, "must be a list with something in it")
        return
    for number, member in enumerate(value):
        yield from _node(member, f"{path}[{number}]", steps, parent=word, negated=negated, depth=depth + 1)
    if all(isinstance(member, dict) and member.get("supporting") for member in value):
        yield Problem(path, "has only supporting members: at least one must be able to decide")


def _atom(word: str, value: object, path: str, steps: Collection[str] | None) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "must be an object")
        return
    for name in sorted(set(map(str, value)) - _ALLOWED[word]):
        yield Problem(f"{path}.{name}", f"is not known here; known are {', '.join(sorted(_ALLOWED[word]))}")
    for name in _NEEDED[word]:
        if name not in value:
            yield Problem(f"{path}.{name}", "is missing")
    for name in ("step", "at"):
        if name in value and steps is not None and value[name] not in steps:
            yield Problem(f"{path}.{name}", f"names no step of this card: {value[name]!r}")
    yield from _values(word, value, path)


def _values(word: str, value: dict[str, Any], path: str) -> Iterator[Problem]:
    if word == "answer":
        yield from _one_of(value.get("value", "yes"), STEP_VALUES, f"{path}.value")
    elif word == "finding":
        yield from _one_of(value.get("answer", "yes"), ANSWERS, f"{path}.answer")
        yield from _one_of(value.get("scope", "case"), ("case", "elsewhere"), f"{path}.scope")
        yield from _comparison(value, ("figure", "op", "n"), path)
    elif word == "lookup":
        yield from _one_of(value.get("result", "listed"), RESULTS, f"{path}.result")
        yield from _comparison(value, ("op", "score"), path)
    elif "op" in value:
        yield from _one_of(value["op"], ALERT_OPERATORS, f"{path}.op")
        if value["op"] != "exists" and "value" not in value:
            yield Problem(f"{path}.value", "is missing")


def _comparison(value: dict[str, Any], names: tuple[str, ...], path: str) -> Iterator[Problem]:
    given = [name for name in names if name in value]
    if not given:
        return
    if len(given) != len(names):
        yield Problem(path, f"needs {', '.join(names)} together; it has only {', '.join(given)}")
        return
    yield from _one_of(value["op"], OPERATORS, f"{path}.op")
    number = value[names[-1]]
    if isinstance(number, bool) or not isinstance(number, int | float):
        yield Problem(f"{path}.{names[-1]}", "must be a number")


def _one_of(value: object, allowed: tuple[str, ...], path: str) -> Iterator[Problem]:
    for one in value if isinstance(value, list) and value else [value]:
        if one not in allowed:
            yield Problem(path, f"{one!r} is none of {', '.join(allowed)}")
