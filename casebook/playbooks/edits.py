"""What an author does to a card step by step: change, add, take out, move. Each gives a new card; none writes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from casebook.errors import Invalid, NotFound
from casebook.playbooks.expression import rewrite_steps, steps_of
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.yaml_step import KNOWN
from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.step_change import StepChange, changed
from casebook.playbooks.types import MAX_STEPS, SECTIONS, ParsedCard, ParsedStep

NEW_STEP = "A new step: say what to ask or to do."


def step_of(card: ParsedCard, key: str) -> ParsedStep:
    """The step of a key. Raises NotFound: somebody else took it out."""
    found = next((step for step in card.steps if step.key == key), None)
    if found is None:
        raise NotFound("This step is no longer in the draft.")
    return found


def change(card: ParsedCard, key: str, said: StepChange, *, by: str) -> ParsedCard:
    """The card with a step changed as a form says; see `changed`."""
    step = changed(step_of(card, key), said, by=by)
    return _with_steps(card, [step if one.key == key else one for one in card.steps])


def add(card: ParsedCard, section: str, *, after: str = "", text: str = NEW_STEP) -> tuple[ParsedCard, str]:
    """A new step behind another of its section, or at its end; the card and the new step's key."""
    here = _section(card, section)
    if len(here) >= MAX_STEPS:
        raise Invalid(f"A section holds at most {MAX_STEPS} steps.", errors={"section": ["full"]})
    polarity = propose_polarity(section, text)
    step = ParsedStep(
        section=section,
        position=0,
        text=text,
        span=(0, 0),
        key=_free_key(section, text, {one.key for one in card.steps}),
        polarity=polarity.value,
        polarity_rule=polarity.rule,
        required=section == "question",
        means=what_yes_means(section, polarity.value),
    )
    at = next((n for n, one in enumerate(here, start=1) if one.key == after), len(here))
    return _with_section(card, section, [*here[:at], step, *here[at:]]), step.key


def remove(card: ParsedCard, key: str) -> ParsedCard:
    """The card without a step. Raises Invalid where an expression speaks of it, or nothing would be left."""
    step = step_of(card, key)
    _require_another(card, step)
    speaks = [one for one in card.steps if one.expression and key in steps_of(one.expression) and one.key != key]
    if speaks:
        raise Invalid(
            f"The rule of “{_short(speaks[0].text)}” speaks of this step: change that rule first.",
            errors={"step": ["a rule speaks of it"]},
        )
    return _with_section(card, step.section, [one for one in _section(card, step.section) if one.key != key])


def move(card: ParsedCard, key: str, section: str, position: int) -> tuple[ParsedCard, str]:
    """A step to a place (from 1) of a section, its own or another; the card and the step's key from then on.

    In another section it is another kind of step: it gets a key of that section, rules speak of it by that key, and
    what steps of that kind do not say is left out.
    """
    step = step_of(card, key)
    if section not in SECTIONS:
        raise Invalid("There is no such section.", errors={"section": ["no such section"]})
    rest = [one for one in _section(card, section) if one.key != key]
    at = max(0, min(position - 1, len(rest)))
    if section == step.section:
        return _with_section(card, section, [*rest[:at], step, *rest[at:]]), key
    _require_another(card, step)
    moved = _fitted(step, section, {one.key for one in card.steps})
    card = _with_section(card, step.section, [one for one in _section(card, step.section) if one.key != key])
    card = _with_section(card, section, [*rest[:at], moved, *rest[at:]])
    renamed = [_renamed(one, key, moved.key) for one in card.steps]
    return _with_steps(card, renamed), moved.key


def with_head(
    card: ParsedCard,
    *,
    name: str,
    technique: str | None,
    techniques: Sequence[str],
    also_for: Sequence[str],
    tactics: Sequence[str],
) -> ParsedCard:
    """The card with another name, and other techniques and tactics."""
    own = tuple(dict.fromkeys([*([technique] if technique else []), *techniques]))
    return replace(
        card, name=name.strip(), technique=technique, techniques=own, also_for=tuple(also_for), tactics=tuple(tactics)
    )


def confirm(card: ParsedCard, keys: Collection[str]) -> ParsedCard:
    """The card with these criteria's expressions confirmed."""
    return _with_steps(card, [replace(s, confirmed=True) if s.key in keys and s.expression else s for s in card.steps])


def lost(step: ParsedStep, section: str) -> list[str]:
    """What a step says that one of another section could not."""
    held = {name for name in ("polarity", "expression") if getattr(step, name) not in (None, "open")}
    held |= {"detectors"} if step.bindings else set()
    held |= set(step.options)
    known = {*KNOWN[section], *(("detectors",) if "deciding" in KNOWN[section] else ())}
    return sorted(held - known)


def _fitted(step: ParsedStep, section: str, taken: Collection[str]) -> ParsedStep:
    """A step as one of another section."""
    knows, polarity = KNOWN[section], propose_polarity(section, step.text)
    asked = "polarity" in knows and "polarity" in KNOWN[step.section]
    value, rule = (step.polarity, step.polarity_rule) if asked else (polarity.value, polarity.rule)
    unwritten = step.means in ("", what_yes_means(step.section, step.polarity))
    return replace(
        step,
        section=section,
        key=_free_key(section, step.text, taken),
        polarity=value,
        polarity_rule=rule,
        required=section == "question",
        means=what_yes_means(section, value) if unwritten else step.means,
        bindings=step.bindings if "deciding" in knows else (),
        expression=step.expression if "expression" in knows else None,
        expression_rule=step.expression_rule if "expression" in knows else "",
        confirmed=step.confirmed and "confirmed" in knows,
        options={name: value for name, value in step.options.items() if name in knows},
    )


def _renamed(step: ParsedStep, old: str, new: str) -> ParsedStep:
    if step.expression is None or old not in steps_of(step.expression):
        return step
    return replace(step, expression=rewrite_steps(step.expression, lambda key: new if key == old else key))


def _require_another(card: ParsedCard, step: ParsedStep) -> None:
    if len(_section(card, step.section)) < 2:
        raise Invalid(
            "A section keeps at least one step: change this one, or add another first.",
            errors={"section": ["its only step"]},
        )


def _section(card: ParsedCard, section: str) -> list[ParsedStep]:
    if section not in SECTIONS:
        raise Invalid("There is no such section.", errors={"section": ["no such section"]})
    return [step for step in card.steps if step.section == section]


def _with_section(card: ParsedCard, section: str, steps: Iterable[ParsedStep]) -> ParsedCard:
    placed = [replace(step, position=n) for n, step in enumerate(steps, start=1)]
    others = {name: [one for one in card.steps if one.section == name] for name in SECTIONS}
    others[section] = placed
    return _with_steps(card, [step for name in SECTIONS for step in others[name]])


def _with_steps(card: ParsedCard, steps: Iterable[ParsedStep]) -> ParsedCard:
    return replace(card, steps=tuple(steps))


def _free_key(section: str, text: str, taken: Collection[str]) -> str:
    """The key of a text, numbered where another step has it."""
    return next(key for key in unique_keys(section, [text] * (len(taken) + 1)) if key not in taken)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60].rsplit(" ", 1)[0] + " …"
