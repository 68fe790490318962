"""Which alerts belong together: by default the rule that fired, and what it fired about. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from casebook.intake.canonical import Value

MAIN = (("user", None), ("host", None), ("asset", None), ("ip", "source"), ("domain", None), ("hash", None))
"""The main entity is the first of these an alert names: (type, role or any)."""

RECIPES: dict[str, Callable[[str, str, str, str], tuple[str, str]]] = {
    "rule_entity": lambda rule, title, entity, alert: (rule or title, entity),
    "rule": lambda rule, title, entity, alert: (rule or title, ""),
    "entity": lambda rule, title, entity, alert: ("", entity) if entity else (rule or title, ""),
    "title_entity": lambda rule, title, entity, alert: (title, entity),
    "alert": lambda rule, title, entity, alert: ("", alert),
}
"""What each `casebook.models.Source.GroupingOn` puts into the key. An alert that names no entity falls back to its
rule where entities alone count: nothing in common is no reason to lie in one case."""


def main_entity(observables: Sequence[tuple[Value, str]]) -> Value | None:
    """The first of user, host or asset, source address, domain, hash; observables are (value, role) in given order."""
    for kind, role in MAIN:
        for value, has_role in observables:
            if value.type == kind and role in (None, has_role):
                return value
    return None


def entity_name(observables: Sequence[tuple[Value, str]]) -> str:
    """The main entity in one word, ``user:root``; "" where an alert names none."""
    entity = main_entity(observables)
    return f"{entity.type}:{entity.key}" if entity else ""


def grouping_key(*, on: str, rule_id: str, rule_name: str, title: str, entity: str, external_id: str) -> str:
    """64 hex digits over what a source groups on; the rule is its id, else its name, else the title."""
    parts = RECIPES[on](rule_id or rule_name, title, entity, external_id)
    return hashlib.sha256("\x1e".join((on, *parts)).encode()).hexdigest()


def about(observables: Sequence[tuple[Value, str]]) -> str:
    """One line of what an alert is about: ``203.0.113.7 → web-1 · root``."""
    by_kind: dict[tuple[str, str], str] = {}
    for value, role in observables:
        by_kind.setdefault((value.type, role), value.value)
        by_kind.setdefault((value.type, "any"), value.value)
    source = by_kind.get(("ip", "source")) or by_kind.get(("domain", "any")) or by_kind.get(("ip", "any")) or ""
    target = by_kind.get(("host", "any")) or by_kind.get(("asset", "any")) or ""
    user = by_kind.get(("user", "any")) or by_kind.get(("email", "any")) or ""
    line = " → ".join(part for part in (source, target) if part)
    return " · ".join(part for part in (line, user) if part) or by_kind.get(("hash", "any"), "")
