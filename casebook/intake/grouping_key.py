"""Which alerts belong together: the rule that fired, and what it fired about. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from casebook.intake.canonical import Value

MAIN = (("user", None), ("host", None), ("asset", None), ("ip", "source"), ("domain", None), ("hash", None))
"""The main entity is the first of these an alert names: (type, role or any)."""


def main_entity(observables: Sequence[tuple[Value, str]]) -> Value | None:
    """The first of user, host or asset, source address, domain, hash; observables are (value, role) in given order."""
    for kind, role in MAIN:
        for value, has_role in observables:
            if value.type == kind and role in (None, has_role):
                return value
    return None


def grouping_key(*, rule_id: str, rule_name: str, title: str, observables: Sequence[tuple[Value, str]]) -> str:
    """64 hex digits over rule id, else rule name, else title, and the main entity."""
    rule = rule_id or rule_name or title
    entity = main_entity(observables)
    about = f"{entity.type}\x1f{entity.value}" if entity else ""
    return hashlib.sha256(f"{rule}\x1e{about}".encode()).hexdigest()


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
