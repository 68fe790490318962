"""A step's form: what its fields show, and what a post of it says. The same for saving, for preview and for a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from casebook.errors import Invalid
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.expression_text import Fault, from_text, to_text
from casebook.playbooks.parse.yaml_step import ACTIONS, EVENT_KINDS, KNOWN, LOOKUPS, TARGETS
from casebook.playbooks.step_change import StepChange
from casebook.playbooks.types import POLARITIES, ParsedCard, ParsedStep
from casebook.playbooks.vocabulary import Detector, vocabulary

TEXTS = ("text", "why", "means")
KINDS = {
    "log_source": "Log source",
    "indicator": "Indicator",
    "question": "Question",
    "criterion": "Escalation criterion",
    "l1_step": "L1 step",
    "t2_action": "T2 action",
    "containment": "Containment step",
}
SEARCHES_SHOWN = 2
"""Empty lines for searches that are not there yet."""


@dataclass(frozen=True)
class DetectorLine:
    """A detector with how the step is bound to it: ``deciding``, ``supporting`` or nothing."""

    detector: Detector
    role: str
    rule: str


@dataclass(frozen=True)
class StepForm:
    """What the fields of a step show. ``knows`` are the entries a step of its section may have."""

    step: ParsedStep
    ref: str
    knows: frozenset[str]
    values: dict[str, Any]
    detectors: list[DetectorLine]
    searches: list[tuple[str, str]]
    faults: list[Fault] = field(default_factory=list)

    polarities = POLARITIES
    kinds = EVENT_KINDS
    actions = ACTIONS
    targets = TARGETS
    looked_up = LOOKUPS

    @property
    def kind(self) -> str:
        """What a step of its section is called."""
        return KINDS[self.step.section]


def form_of(card: ParsedCard, step: ParsedStep, posted: QueryDict | None = None) -> StepForm:
    """The form of a step, or of what was typed into it and refused."""
    refs = refs_of(card.steps)
    values = _values(step, refs) if posted is None else _typed(posted)
    roles = {one.detector: ("deciding" if one.deciding else "supporting", one.rule) for one in step.bindings}
    if posted is not None:
        roles = {name: (posted.get(f"bind-{name}", ""), "") for name in _bindable()}
    searches = list(step.options.get("searches", {}).items()) if posted is None else _pairs(posted)
    return StepForm(
        step=step,
        ref=refs[step.key],
        knows=frozenset(KNOWN[step.section]),
        values=values,
        detectors=[DetectorLine(one, *roles.get(one.id, ("", ""))) for one in vocabulary().detectors],
        searches=[*searches, *[("", "")] * SEARCHES_SHOWN],
        faults=from_text(values.get("expression", ""), refs)[1],
    )


def said(card: ParsedCard, step: ParsedStep, posted: QueryDict) -> StepChange:
    """What a post says of the step. Raises Invalid, with the faults of its expression by line and place."""
    knows = KNOWN[step.section]
    expression, faults = from_text(posted.get("expression", ""), refs_of(card.steps))
    if "expression" in knows and faults:
        raise Invalid("The rule cannot be read yet.", errors={"expression": [str(fault) for fault in faults]})
    bound = _bound(posted) if "deciding" in knows else {}
    return StepChange(
        text=posted.get("text", ""),
        why=posted.get("why", ""),
        means=posted.get("means", ""),
        polarity=_one_of(posted, "polarity", POLARITIES) if "polarity" in knows else None,
        required="required" in posted,
        deciding=bound.get("deciding"),
        supporting=bound.get("supporting"),
        has_expression="expression" in knows,
        expression=expression,
        confirmed="confirmed" in posted if "confirmed" in knows else None,
        kinds=_some_of(posted, "kinds", EVENT_KINDS) if "kinds" in knows else None,
        action=_one_of(posted, "action", ("", *ACTIONS)) if "action" in knows else None,
        targets=_some_of(posted, "targets", TARGETS) if "targets" in knows else None,
        lookups=_some_of(posted, "lookups", LOOKUPS),
        searches={name: query for name, query in _pairs(posted) if name and query},
    )


def _values(step: ParsedStep, refs: Mapping[str, str]) -> dict[str, Any]:
    return {
        **{name: getattr(step, name) for name in (*TEXTS, "polarity", "required", "confirmed")},
        "expression": to_text(step.expression, refs),
        **{name: step.options.get(name, "" if name == "action" else []) for name in ("kinds", "action", "targets")},
        "lookups": step.options.get("lookups", []),
    }


def _typed(posted: QueryDict) -> dict[str, Any]:
    return {
        **{name: posted.get(name, "") for name in (*TEXTS, "polarity", "expression", "action")},
        **{name: name in posted for name in ("required", "confirmed")},
        **{name: posted.getlist(name) for name in ("kinds", "targets", "lookups")},
    }


def _bound(posted: QueryDict) -> dict[str, list[str]]:
    """Roles by ``bind-D01``."""
    chosen = {name: posted.get(f"bind-{name}", "") for name in _bindable()}
    return {role: [name for name, one in chosen.items() if one == role] for role in ("deciding", "supporting")}


def _bindable() -> list[str]:
    return [one.id for one in vocabulary().detectors]


def _pairs(posted: QueryDict) -> list[tuple[str, str]]:
    names, queries = posted.getlist("search-name"), posted.getlist("search-query")
    found = zip(names, queries, strict=False)
    return [
        (name.strip(), query.replace("\r\n", "\n").strip()) for name, query in found if name.strip() or query.strip()
    ]


def _one_of(posted: QueryDict, name: str, allowed: tuple[str, ...]) -> str:
    value = posted.get(name, "")
    if value not in allowed:
        raise Invalid(f"There is no such {name}.", errors={name: [f"none of {', '.join(filter(None, allowed))}"]})
    return value


def _some_of(posted: QueryDict, name: str, allowed: tuple[str, ...]) -> list[str]:
    wrong = sorted(set(posted.getlist(name)) - set(allowed))
    if wrong:
        raise Invalid(f"There is no such {name}.", errors={name: [f"{wrong[0]} is none of {', '.join(allowed)}"]})
    return posted.getlist(name)
