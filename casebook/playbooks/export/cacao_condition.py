"""A criterion's expression as a CACAO condition: STIX comparisons of the playbook's variables.

``{"any": [{"finding": {"detector": "D02", "answer": "yes"}}, …]}`` becomes ``__finding_d02__:value = 'yes' OR …``.
STIX negates single comparisons only, so a ``not`` is carried inwards. Two things are lost, and the extension keeps
them: a condition is true or false, never "cannot tell", and every member counts the same, also a supporting one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.playbooks.types import Expression

_SEVERITIES = ("info", "low", "medium", "high", "critical")
_BY_ORDER: dict[str, Callable[[int], tuple[str, ...]]] = {
    "<": lambda at: _SEVERITIES[:at],
    "<=": lambda at: _SEVERITIES[: at + 1],
    ">": lambda at: _SEVERITIES[at + 1 :],
    ">=": lambda at: _SEVERITIES[at:],
}
_NO_NAME = re.compile(r"[^a-zA-Z0-9]")
_LONGEST = 180


@dataclass(frozen=True, slots=True)
class _Compare:
    name: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Group:
    """``AND`` or, where not ``every``, ``OR``."""

    every: bool
    members: tuple[_Compare | _Group, ...]


def variable(*words: str) -> str:
    """A variable's name from what it stands for: ``__finding_d01_attempts__``."""
    return f"__{_NO_NAME.sub('_', '_'.join(words)).lower()[:_LONGEST]}__"


@dataclass
class Conditions:
    """Makes conditions, and notes in ``variables`` what they speak of: by name, the type and what it stands for.

    ``answers`` names the variable that holds the answer of a step, by the step's key.
    """

    answers: Mapping[str, str]
    variables: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, expression: Expression) -> str:
        """The condition of a valid expression."""
        return _written(self._tree(expression, negated=False))

    def _tree(self, expression: Expression, *, negated: bool) -> _Compare | _Group:
        if "not" in expression:
            return self._tree(expression["not"], negated=not negated)
        for word in ("all", "any"):
            if word in expression:
                members = (self._tree(one, negated=negated) for one in expression[word])
                return _Group((word == "all") is not negated, tuple(members))
        word = next(word for word in _ATOMS if word in expression)
        found = _ATOMS[word](self, expression[word])
        return _negated(found) if negated else found

    def answer(self, atom: Mapping[str, Any]) -> _Compare:
        return _Compare(self.answers[atom["step"]], "=", atom["value"])

    def finding(self, atom: Mapping[str, Any]) -> _Group:
        words = ["finding", atom["detector"], *(["elsewhere"] if atom.get("scope") == "elsewhere" else [])]
        said = self._noted(f"What detector {atom['detector']} says", *words)
        members = [_Compare(said, "=", atom.get("answer", "yes"))]
        if "figure" in atom:
            meaning = f"What {atom['detector']} counts as {atom['figure']}"
            name = self._noted(meaning, *words, atom["figure"], kind="float")
            members.append(_Compare(name, atom["op"], atom["n"]))
        return _Group(every=True, members=tuple(members))

    def lookup(self, atom: Mapping[str, Any]) -> _Group:
        found = []
        for looked_up in _listed(atom["type"]):
            members = [
                _Compare(self._noted(f"What a look-up of {looked_up} says", "lookup", looked_up), "=", atom["result"])
            ]
            if "score" in atom:
                name = self._noted(
                    f"The score a look-up of {looked_up} gives", "lookup", looked_up, "score", kind="float"
                )
                members.append(_Compare(name, atom["op"], atom["score"]))
            found.append(_Group(every=True, members=tuple(members)))
        return _Group(every=False, members=tuple(found))

    def alert(self, atom: Mapping[str, Any]) -> _Compare | _Group:
        name, op, value = str(atom["field"]), atom["op"], atom.get("value")
        held = self._noted(f"The alert's {name}", "alert", name)
        if op == "exists":
            return _Compare(held, "!=", "")
        if op == "contains":
            return _Group(every=False, members=tuple(_Compare(held, "LIKE", f"%{one}%") for one in _listed(value)))
        if name == "severity" and value in _SEVERITIES and op in _BY_ORDER:
            return _Compare(held, "=", list(_BY_ORDER[op](_SEVERITIES.index(value))))
        return _Compare(held, "=" if op == "in" else op, value)

    def _noted(self, meaning: str, *words: str, kind: str = "string") -> str:
        name = variable(*words)
        self.variables.setdefault(name, (kind, meaning))
        return name


_ATOMS: dict[str, Callable[[Conditions, Mapping[str, Any]], _Compare | _Group]] = {
    "answer": Conditions.answer,
    "finding": Conditions.finding,
    "lookup": Conditions.lookup,
    "alert": Conditions.alert,
}


def _negated(one: _Compare | _Group) -> _Compare | _Group:
    if isinstance(one, _Group):
        return _Group(not one.every, tuple(map(_negated, one.members)))
    return _Compare(one.name, f"NOT {one.op}", one.value)


def _written(one: _Compare | _Group, inside: bool = False) -> str:
    if isinstance(one, _Compare):
        return _compared(one)
    if len(one.members) == 1:
        return _written(one.members[0], inside)
    text = (" AND " if one.every else " OR ").join(_written(member, inside=True) for member in one.members)
    return f"({text})" if inside else text


def _compared(one: _Compare) -> str:
    if isinstance(one.value, list):
        op = one.op.replace("=", "IN") if one.op.endswith("=") else one.op
        return f"{one.name}:value {op} ({', '.join(map(_literal, one.value))})"
    return f"{one.name}:value {one.op} {_literal(one.value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
