"""One step as an author changes it by a form: what rules proposed and a person now says is the person's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casebook.errors import Invalid
from casebook.playbooks.polarity import what_yes_means
from casebook.playbooks.types import Binding, Expression, ParsedStep

_OPTIONS = ("kinds", "action", "targets", "lookups", "searches")


@dataclass(frozen=True, slots=True)
class StepChange:
    """What a form says of a step. What is None is left as it is; ``expression`` counts where ``has_expression``."""

    text: str | None = None
    why: str | None = None
    means: str | None = None
    polarity: str | None = None
    required: bool | None = None
    deciding: Sequence[str] | None = None
    supporting: Sequence[str] | None = None
    has_expression: bool = False
    expression: Expression | None = None
    confirmed: bool | None = None
    kinds: Sequence[str] | None = None
    action: str | None = None
    targets: Sequence[str] | None = None
    lookups: Sequence[str] | None = None
    searches: Mapping[str, str] | None = None


def changed(old: ParsedStep, said: StepChange, *, by: str) -> ParsedStep:
    """The step with what was said of it; ``by`` stands in the rule of what a rule had proposed. Raises Invalid."""
    step = replace(old, **{name: _text(name, value) for name, value in _plain(said).items()})
    step = _with_polarity(step, old, said, by)
    step = replace(step, bindings=_bindings(old, said, by), options=_options(old, said))
    if said.has_expression and said.expression != old.expression:
        step = replace(step, expression=said.expression, expression_rule="")
    return step if step.expression is not None else replace(step, confirmed=False, expression_rule="")


def _plain(said: StepChange) -> dict[str, Any]:
    names = ("text", "why", "means", "required", "confirmed")
    return {name: value for name in names if (value := getattr(said, name)) is not None}


def _text(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").strip()
    if name == "text" and not value:
        raise Invalid("A step needs its words.", errors={"text": ["required"]})
    return value


def _with_polarity(step: ParsedStep, old: ParsedStep, said: StepChange, by: str) -> ParsedStep:
    """Another polarity is the person's; a meaning nobody wrote follows it."""
    polarity = said.polarity if said.polarity is not None else old.polarity
    unwritten = step.means in ("", what_yes_means(old.section, old.polarity))
    means = what_yes_means(old.section, polarity) if unwritten else step.means
    rule = old.polarity_rule if polarity == old.polarity else f"corrected by {by}"
    return replace(step, polarity=polarity, polarity_rule=rule, means=means)


def _bindings(old: ParsedStep, said: StepChange, by: str) -> tuple[Binding, ...]:
    """What is bound now; what was bound as it is now keeps its rule."""
    if said.deciding is None and said.supporting is None:
        return old.bindings
    deciding = list(dict.fromkeys(said.deciding or ()))
    supporting = [one for one in dict.fromkeys(said.supporting or ()) if one not in deciding]
    if supporting and not deciding:
        raise Invalid(
            "Supporting detectors alone can never answer no: choose one that decides.",
            errors={"detectors": ["one must decide"]},
        )
    rules = {(one.detector, one.deciding): one.rule for one in old.bindings}
    wanted = [(one, True) for one in deciding] + [(one, False) for one in supporting]
    return tuple(Binding(one, decides, rules.get((one, decides), f"bound by {by}")) for one, decides in wanted)


def _options(old: ParsedStep, said: StepChange) -> dict[str, Any]:
    options = dict(old.options)
    for name in _OPTIONS:
        value = getattr(said, name)
        if value is None:
            continue
        options.pop(name, None)
        if value:
            options[name] = list(value) if isinstance(value, list | tuple) else value
    return {name: options[name] for name in (*_OPTIONS, *options) if name in options}
