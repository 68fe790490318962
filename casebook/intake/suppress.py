"""Does a suppression hold for an alert? Rules compiled once, matched without a query. Pure.

Text matches whole and without regard to case, ``*`` standing for anything. Pieces between the stars are looked for
one after the other, so that no pattern and no title can make it slow, as a regular expression could.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from casebook.intake.canonical import Value, canonical
from casebook.intake.envelope import ObservableKind
from casebook.intake.prepare import SEVERITY, Item
from casebook.playbooks.techniques import normalise

Test = Callable[[Item], bool]
TEXTS = ("rule_id", "rule_name", "title")
FIELDS = (*TEXTS, "technique", "severity_at_most", "observables")
LONGEST, MOST_OBSERVABLES = 500, 20
KINDS: tuple[str, ...] = get_args(ObservableKind)


@dataclass(frozen=True)
class Rule:
    """A suppression as matching reads it; of ``source_id`` None, of every source of its team."""

    id: int
    team_id: int
    source_id: int | None
    starts_at: datetime
    expires_at: datetime
    tests: tuple[Test, ...]

    def holds(self, item: Item, now: datetime) -> bool:
        return self.starts_at <= now < self.expires_at and all(test(item) for test in self.tests)


def first(rules: Iterable[Rule], item: Item, now: datetime) -> int | None:
    """The id of the first rule that silences an alert at ``now``, the database's."""
    return next((rule.id for rule in rules if rule.holds(item, now)), None)


def faults(match: Any) -> dict[str, list[str]]:
    """What is wrong with a match, by field; nothing for a good one."""
    if not isinstance(match, dict):
        return {"match": ["an object of what must agree"]}
    wrong = {name: [f"one of {', '.join(FIELDS)}"] for name in match if name not in FIELDS}
    for name in TEXTS:
        if name in match and not _is_text(match[name]):
            wrong[name] = [f"text of 1 to {LONGEST} characters that is more than stars"]
    if "technique" in match and not (isinstance(match["technique"], str) and normalise(match["technique"])):
        wrong["technique"] = ["written T1110 or T1110.001"]
    if "severity_at_most" in match and match["severity_at_most"] not in SEVERITY:
        wrong["severity_at_most"] = [f"one of {', '.join(SEVERITY)}"]
    if "observables" in match and not _are_observables(match["observables"]):
        wrong["observables"] = [f'1 to {MOST_OBSERVABLES} of {{"type": "ip", "value": "203.0.113.7"}}']
    return wrong


def compiled(match: Mapping[str, Any]) -> tuple[Test, ...]:
    """The tests of a good match, cheapest first."""
    found: list[Test] = []
    if "severity_at_most" in match:
        found.append(_severity(SEVERITY[match["severity_at_most"]]))
    found += [_text(name, match[name]) for name in TEXTS if name in match]
    if "technique" in match:
        found.append(_technique(normalise(match["technique"]) or match["technique"]))
    found += [_observable(one["type"], one["value"]) for one in match.get("observables", ())]
    return tuple(found)


def like(pattern: str) -> Callable[[str], bool]:
    """Does a text match whole, ``*`` standing for anything? Linear in the text."""
    head, *rest = pattern.casefold().split("*")
    if not rest:
        return lambda text: text.casefold() == head
    *middle, tail = rest

    def matches(text: str) -> bool:
        text = text.casefold()
        if not text.startswith(head) or not text.endswith(tail) or len(text) < len(head) + len(tail):
            return False
        at, end = len(head), len(text) - len(tail)
        for piece in middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    return matches


def _severity(most: int) -> Test:
    return lambda item: bool(item.row["severity"] <= most)


def _text(name: str, pattern: str) -> Test:
    matches = like(pattern)
    return lambda item: matches(item.row[name])


def _technique(wanted: str) -> Test:
    return lambda item: any(one == wanted or one.startswith(f"{wanted}.") for one in item.techniques)


def _observable(kind: str, text: str) -> Test:
    if kind == "cidr":
        network = ipaddress.ip_network(text, strict=False)
        return lambda item: any(_within(network, value) for value, _ in item.observables)
    if "*" in text:
        matches = like(text)
        return lambda item: any(value.type == kind and matches(value.value) for value, _ in item.observables)
    wanted = canonical(kind, text)
    return lambda item: any((value.type, value.key) == (wanted.type, wanted.key) for value, _ in item.observables)


def _within(network: ipaddress.IPv4Network | ipaddress.IPv6Network, value: Value) -> bool:
    if value.type == "cidr":
        inner = ipaddress.ip_network(value.value)
        return inner.version == network.version and inner.subnet_of(network)  # type: ignore[arg-type]
    return value.type == "ip" and ipaddress.ip_address(value.value) in network


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and bool(value.strip("* \t"))


def _are_observables(value: Any) -> bool:
    return isinstance(value, Sequence) and 0 < len(value) <= MOST_OBSERVABLES and all(map(_is_observable, value))


def _is_observable(one: Any) -> bool:
    if not isinstance(one, dict) or set(one) != {"type", "value"} or one["type"] not in KINDS:
        return False
    if not _is_text(one["value"]):
        return False
    return one["type"] != "cidr" or canonical("cidr", one["value"]).type == "cidr"
