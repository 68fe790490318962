"""One step of a YAML card."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from casebook.playbooks.expression import problems
from casebook.playbooks.keys import KEY
from casebook.playbooks.parse.yaml_tree import At
from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.types import POLARITIES, Binding, ParsedStep

_COMMON = ("id", "key", "text", "why", "means", "required", "searches", "lookups")
_BOUND = ("deciding", "supporting", "bound_by")
_ASKED = ("polarity", "polarity_rule", *_BOUND)
KNOWN = {
    "log_source": (*_COMMON, "kinds"),
    "indicator": (*_COMMON, *_ASKED),
    "question": (*_COMMON, *_ASKED),
    "criterion": (*_COMMON, "expression", "expression_rule", "confirmed"),
    "l1_step": (*_COMMON, *_BOUND),
    "t2_action": _COMMON,
    "containment": (*_COMMON, "action", "targets"),
}
"""What a step of each section may say."""

EVENT_KINDS = (
    "authentication", "email", "web", "directory", "network", "dns", "process", "file", "configuration", "cloud",
)  # fmt: skip
ACTIONS = (
    "block_address", "block_domain", "isolate_host", "disable_account", "revoke_sessions", "reset_password",
    "open_ticket", "notify", "assign_training",
)  # fmt: skip
TARGETS = ("ip", "cidr", "domain", "url", "email", "user", "host", "asset", "mailbox", "cloud_principal")
LOOKUPS = (*TARGETS, "process", "file", "hash", "asn", "user_agent", "other")
"""What enrichers can be asked about. A test holds it to what those in `config/plugins.py` declare."""

AUTHOR = "said by the card's author"
"""The rule of what a card says without giving one."""

_FILLS = {
    "polarity": "polarity", "required": "required", "why": "why", "means": "means", "expression": "expression",
    "deciding": "bindings", "supporting": "bindings", "kinds": "options", "action": "options", "targets": "options",
    "lookups": "options", "searches": "options",
}  # fmt: skip
"""Which of a step's fields an entry states."""

_ID = re.compile(r"[a-z][a-z0-9-]{1,59}")
_LONGEST = {"id": 60, "key": 40}
_DETECTOR = re.compile(r"D\d{2,3}")


@dataclass(frozen=True, slots=True)
class YamlStep:
    """A step as written, with the places that may still be refused once the whole card is known."""

    step: ParsedStep
    at: At
    expression_at: At | None


def parse_step(at: At, section: str, position: int, start: int) -> YamlStep:
    """The step at a node; ``start`` is where its text begins in the section's cell. Its key is still empty
    unless the card gives one. Raises `CardError`."""
    entries = at.fields("a step", KNOWN[section], needed=["text"])
    text = entries["text"].text("text")
    polarity, rule = _polarity(entries, section, text)
    step = ParsedStep(
        section=section,
        position=position,
        text=text,
        span=(start, start + len(text)),
        key=_matching(entries, "key", KEY),
        polarity=polarity,
        polarity_rule=rule,
        required=entries["required"].flag("required") if "required" in entries else section == "question",
        why=entries["why"].text("why") if "why" in entries else "",
        means=entries["means"].text("means") if "means" in entries else what_yes_means(section, polarity),
        bindings=_bindings(entries),
        expression=_expression(entries),
        expression_rule=_rule(entries, "expression_rule", 300),
        confirmed=entries["confirmed"].flag("confirmed") if "confirmed" in entries else False,
        options=_options(entries),
        ref=_matching(entries, "id", _ID),
        said=frozenset(_FILLS[name] for name in entries if name in _FILLS),
    )
    if step.confirmed and step.expression is None:
        raise entries["confirmed"].error("there is no expression to confirm")
    if step.expression_rule and step.expression is None:
        raise entries["expression_rule"].error("there is no expression it could be the rule of")
    return YamlStep(step, at, entries.get("expression"))


def _polarity(entries: dict[str, At], section: str, text: str) -> tuple[str, str]:
    if "polarity" not in entries:
        proposed = propose_polarity(section, text)
        return proposed.value, proposed.rule
    value = _one_of(entries["polarity"], "polarity", POLARITIES)
    return value, _rule(entries, "polarity_rule", 200) or AUTHOR


def _rule(entries: dict[str, At], name: str, most: int) -> str:
    return entries[name].text(name, most) if name in entries else ""


def _bindings(entries: dict[str, At]) -> tuple[Binding, ...]:
    rules = _bound_by(entries)
    found: dict[str, Binding] = {}
    for role in ("deciding", "supporting"):
        for item in entries[role].items(role) if role in entries else ():
            detector = item.text("a detector")
            if not _DETECTOR.fullmatch(detector):
                raise item.error(f"“{detector}” is no detector id such as D01")
            if detector in found:
                raise item.error(f"{detector} is bound twice")
            found[detector] = Binding(detector, role == "deciding", rules.get(detector, AUTHOR))
    if found and not any(binding.deciding for binding in found.values()):
        raise entries["supporting"].error("supporting detectors alone can never answer no: name a deciding one")
    if unbound := sorted(rules.keys() - found.keys()):
        raise entries["bound_by"].error(f"{unbound[0]} is not bound here")
    return tuple(found.values())


def _bound_by(entries: dict[str, At]) -> dict[str, str]:
    """By detector, the rule that proposed it; what is not named was bound by the author."""
    if "bound_by" not in entries:
        return {}
    data = entries["bound_by"].plain("bound_by")
    if not isinstance(data, dict) or not all(isinstance(rule, str) for rule in data.values()):
        raise entries["bound_by"].error("bound_by must be a mapping of detectors to rules")
    return {name: str(rule) for name, rule in data.items()}


def _expression(entries: dict[str, At]) -> dict[str, Any] | None:
    if "expression" not in entries:
        return None
    data = entries["expression"].plain("expression")
    if wrong := problems(data):
        raise entries["expression"].error(str(wrong[0]))
    return cast("dict[str, Any]", data)


def _options(entries: dict[str, At]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "kinds" in entries:
        options["kinds"] = [_one_of(item, "a kind", EVENT_KINDS) for item in entries["kinds"].items("kinds")]
    if "action" in entries:
        options["action"] = _one_of(entries["action"], "action", ACTIONS)
    if "targets" in entries:
        options["targets"] = [_one_of(item, "a target", TARGETS) for item in entries["targets"].items("targets")]
    if "lookups" in entries:
        options["lookups"] = [_one_of(item, "a lookup", LOOKUPS) for item in entries["lookups"].items("lookups")]
    if "searches" in entries:
        options["searches"] = _searches(entries["searches"])
    return options


def _searches(at: At) -> dict[str, str]:
    """A ready query per SIEM; ``{source_ip}``, ``{user}``, ``{host}``, ``{from}`` and ``{to}`` are filled in later."""
    data = at.plain("searches")
    if not isinstance(data, dict) or not all(isinstance(query, str) for query in data.values()):
        raise at.error("searches must be a mapping of SIEM names to queries")
    return {name: str(query).strip() for name, query in data.items()}


def _matching(entries: dict[str, At], name: str, shape: re.Pattern[str]) -> str:
    if name not in entries:
        return ""
    value = entries[name].text(name)
    if not shape.fullmatch(value) or len(value) > _LONGEST[name]:
        raise entries[name].error(f"“{value}” is not shaped like one of this format's {name}s")
    return value


def _one_of(at: At, what: str, allowed: tuple[str, ...]) -> str:
    value = at.text(what)
    if value not in allowed:
        raise at.error(f"{what} “{value}” is none of {', '.join(allowed)}")
    return value
