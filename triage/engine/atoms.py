"""The four things an expression can ask: a step's answer, a detector's finding, a lookup's result, an alert's field.

Each gives a truth value and a `Because` that names step, answer and evidence. Missing facts give `UNKNOWN`, never a no.

``answer`` reads a person's answer, and where nobody has answered, the proposal. An answer the evidence has overtaken is
unknown until it is given afresh. Values are compared as they are: an author who means "yes or partly" lists both.

``finding`` reads the evidence itself, and ``at`` names the step where people judge it. There a person's word stands in
place of the proposal: where it differs from what was proposed, it decides the atom (a yes against the evidence counts
as the finding, a no silences it, cannot_tell makes it unknown). Where it is the proposal accepted, the finding's own
figures are read, so that accepting "5 failures: yes" does not become "at least 30 failures".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from triage.engine.facts import Facts
from triage.engine.types import AnswerView, Because, FindingView, Kleene, LookupView

Judged = tuple[Kleene, Because]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SEVERITIES = ("info", "low", "medium", "high", "critical")
_TELLS_NOTHING = (None, "limited", "error")


def answer(atom: Mapping[str, Any], facts: Facts) -> Judged:
    """``{"step", "value"}``: what is said of a step, by a person or else by its proposal."""
    key = str(atom["step"])
    wanted = _listed(atom["value"])
    given, proposal = facts.fresh(key), facts.proposals.get(key)
    if given:
        return _is_wanted(given.value, wanted), _because(facts, key, given.value, given, _said(given))
    if key in facts.stale or proposal is None or proposal.answer is None:
        why = "the evidence changed since it was answered" if key in facts.stale else "nobody has answered it"
        return Kleene.UNKNOWN, _because(facts, key, "cannot_tell", None, why)
    return _is_wanted(proposal.answer, wanted), _because(facts, key, proposal.answer, None, proposal.sentence)


def finding(atom: Mapping[str, Any], facts: Facts) -> Judged:
    """``{"detector", "answer", "at", "scope", "figure", "op", "n"}``: what a detector found, as judged at a step."""
    detector = str(atom["detector"])
    wanted = _listed(atom.get("answer", "yes"))
    found = facts.findings.get((detector, atom.get("scope", "case")))
    key = atom.get("at") or facts.judged_at(detector)
    if atom.get("at") in facts.stale:
        why = "the evidence changed since it was answered"
        return Kleene.UNKNOWN, _because(facts, key, "cannot_tell", None, why)
    given = facts.fresh(atom.get("at"))
    if given and _differs(given, atom, facts):
        value = Kleene.UNKNOWN if given.value == "cannot_tell" else _is_wanted(given.value, wanted)
        return value, _because(facts, key, given.value, given, _said(given))
    if found is None:
        return Kleene.UNKNOWN, _because(facts, key, "cannot_tell", given, f"{detector} has said nothing of this case")
    value = _is_wanted(found.answer, wanted) if "figure" not in atom else _with_figure(found, atom, wanted)
    return value, _because(facts, key, found.answer, given, f"{found.sentence} ({_cited(found, atom)})".strip())


def lookup(atom: Mapping[str, Any], facts: Facts) -> Judged:
    """``{"type", "result", "op", "score"}``: yes if one lookup says so. No only once every one of these types told."""
    types, wanted = _listed(atom["type"]), _listed(atom["result"])
    asked = [one for one in facts.lookups if one.type in types]
    telling = [one for one in asked if one.result not in _TELLS_NOTHING]
    hits = [one for one in telling if one.result in wanted and _scores(one, atom)]
    if hits:
        return Kleene.YES, _plain("yes", "; ".join(f"{one.value} is {_words(one)}" for one in hits))
    if not asked:
        return Kleene.UNKNOWN, _plain("cannot_tell", f"no {' or '.join(types)} was looked up")
    if len(telling) < len(asked):
        rest = ", ".join(dict.fromkeys(one.value for one in asked if one not in telling))
        return Kleene.UNKNOWN, _plain("cannot_tell", f"there is no telling answer on {rest} yet")
    return Kleene.NO, _plain("no", f"{_count(telling)} told, none {' or '.join(map(_spaced, wanted))}")


def alert(atom: Mapping[str, Any], facts: Facts) -> Judged:
    """``{"field", "op", "value"}``: a fact the alert asserts. Severities compare by their order."""
    name, op, wanted = str(atom["field"]), str(atom["op"]), atom.get("value")
    actual = facts.alert.fields.get(name)
    present = actual not in (None, "", [], ())
    if op == "exists":
        return (Kleene.YES if present else Kleene.NO), _plain("yes" if present else "no", f"the alert's {name}")
    if not present:
        return Kleene.UNKNOWN, _plain("cannot_tell", f"the alert has no {name}")
    try:
        holds = _holds(name, op, actual, wanted)
    except TypeError:
        return Kleene.UNKNOWN, _plain("cannot_tell", f"the alert's {name} ({actual!r}) cannot be compared")
    return (Kleene.YES if holds else Kleene.NO), _plain("yes" if holds else "no", f"the alert's {name} is {actual}")


ATOMS: dict[str, Callable[[Mapping[str, Any], Facts], Judged]] = {
    "answer": answer,
    "finding": finding,
    "lookup": lookup,
    "alert": alert,
}


def _differs(given: AnswerView, atom: Mapping[str, Any], facts: Facts) -> bool:
    """Whether the person said something else than is proposed at the step. A note or a tick judges nothing."""
    if given.value in ("noted", "done"):
        return False
    proposal = facts.proposals.get(str(atom["at"]))
    return given.value != (proposal.answer if proposal and proposal.answer else "cannot_tell")


def _is_wanted(value: str, wanted: tuple[str, ...]) -> Kleene:
    if value in wanted:
        return Kleene.YES
    return Kleene.UNKNOWN if value == "cannot_tell" else Kleene.NO


def _with_figure(found: FindingView, atom: Mapping[str, Any], wanted: tuple[str, ...]) -> Kleene:
    said = _is_wanted(found.answer, wanted)
    figure = found.figures.get(atom["figure"])
    if isinstance(figure, bool) or not isinstance(figure, int | float):
        return said & Kleene.UNKNOWN
    return said & (Kleene.YES if _COMPARE[atom["op"]](figure, atom["n"]) else Kleene.NO)


def _cited(found: FindingView, atom: Mapping[str, Any]) -> str:
    if "figure" not in atom:
        return found.detector
    figure = found.figures.get(atom["figure"], "not given")
    return f"{found.detector}, {_spaced(atom['figure'])} {figure}, asked: {atom['op']} {atom['n']}"


def _scores(one: LookupView, atom: Mapping[str, Any]) -> bool:
    return "score" not in atom or (one.score is not None and _COMPARE[atom["op"]](one.score, atom["score"]))


def _holds(name: str, op: str, actual: Any, wanted: Any) -> bool:
    if op == "in":
        return bool(actual in _listed(wanted))
    if op == "contains":
        return any(one in actual for one in _listed(wanted))
    if name == "severity" and actual in _SEVERITIES and wanted in _SEVERITIES:
        actual, wanted = _SEVERITIES.index(actual), _SEVERITIES.index(wanted)
    return _COMPARE[op](actual, wanted)


def _because(facts: Facts, key: str | None, said: str, given: AnswerView | None, sentence: str) -> Because:
    step = facts.steps.get(key) if key else None
    return Because(step.id if step else None, key, said, given is None, sentence)


def _plain(said: str, sentence: str) -> Because:
    return Because(None, None, said, False, sentence)


def _said(given: AnswerView) -> str:
    return f"answered by {given.person}" if given.person else "answered by hand"


def _words(one: LookupView) -> str:
    return _spaced(str(one.result)) + (f" ({one.enricher})" if one.enricher else "")


def _count(lookups: list[LookupView]) -> str:
    return "1 lookup" if len(lookups) == 1 else f"{len(lookups)} lookups"


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
