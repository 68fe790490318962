"""A criterion's expression as a reader sees it: a list of clauses, in words. Pure.

any of these
  D02 failure burst says yes
  D01 failures per user says yes, with attempts ≥ 30
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.playbooks.types import Expression

JOINS = {"all": "all of these", "any": "any of these"}
SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "=": "=", "<": "<", ">": ">", "in": "is one of"}
SHORT = 90


@dataclass(frozen=True)
class Names:
    """What the words need to know of the world: ``step`` gives a step's text by key, ``detector`` a detector's name.

    ``here`` says whether a detector is built; one that is not makes its clause "cannot tell" until it comes.
    """

    step: Callable[[str], str]
    detector: Callable[[str], str]
    here: Callable[[str], bool]


@dataclass(frozen=True)
class Clause:
    """One line, with the lines under it. ``later``: rests on a detector to come. ``supporting``: may only help."""

    text: str
    under: list[Clause] = field(default_factory=list)
    later: bool = False
    supporting: bool = False


def clause(expression: Expression, names: Names) -> Clause:
    """A valid expression in words. A ``not`` says so in its own line."""
    supporting = expression.get("supporting") is True
    for word, words in JOINS.items():
        if word in expression:
            return Clause(words, [clause(one, names) for one in expression[word]], supporting=supporting)
    if "not" in expression:
        return Clause("not", [clause(expression["not"], names)], supporting=supporting)
    word = next(word for word in _ATOMS if word in expression)
    text, later = _ATOMS[word](expression[word], names)
    return Clause(text, later=later, supporting=supporting)


def _answer(atom: Mapping[str, Any], names: Names) -> tuple[str, bool]:
    text = names.step(atom["step"])
    quoted = text if len(text) <= SHORT else text[: SHORT - 1].rsplit(" ", 1)[0] + " …"
    return f"“{quoted}” is answered {_either(atom['value'])}", False


def _finding(atom: Mapping[str, Any], names: Names) -> tuple[str, bool]:
    detector = atom["detector"]
    text = f"{detector} {names.detector(detector)}".strip() + f" says {_either(atom.get('answer', 'yes'))}"
    if "figure" in atom:
        text += f", with {_word(atom['figure'])} {_sign(atom)} {atom.get('n')}"
    if atom.get("scope") == "elsewhere":
        text += ", elsewhere in the log"
    return text, not names.here(detector)


def _lookup(atom: Mapping[str, Any], names: Names) -> tuple[str, bool]:
    text = f"a look-up of {_either(atom['type'])} says {_either(atom['result'])}"
    return (f"{text}, with a score {_sign(atom)} {atom['score']}" if "score" in atom else text), False


def _alert(atom: Mapping[str, Any], names: Names) -> tuple[str, bool]:
    if atom["op"] == "exists":
        return f"the alert has {_word(atom['field'])}", False
    return f"the alert's {_word(atom['field'])} {_sign(atom)} {_either(atom.get('value', ''))}", False


_ATOMS: dict[str, Callable[[Mapping[str, Any], Names], tuple[str, bool]]] = {
    "answer": _answer,
    "finding": _finding,
    "lookup": _lookup,
    "alert": _alert,
}


def _either(value: Any) -> str:
    values = [_word(one) for one in (value if isinstance(value, list) else [value])]
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _word(value: Any) -> str:
    return str(value).replace("_", " ")


def _sign(atom: Mapping[str, Any]) -> str:
    operator = str(atom.get("op", "="))
    return SIGNS.get(operator, operator)
