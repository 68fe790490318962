"""What is on record of one account, host, address or program, and how much that says.

*Expected*: somebody allowed it, or announced a change that covers it. *On record*: it stands in a list of ours, which
says who or what it is. *Seen*: cases about it were closed as benign again and again. Somebody on leave is on record and
yet not expected: a doubt, which takes the records their weight. What came close is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any

from triage.detectors import wording
from triage.detectors.case_time import When
from triage.detectors.d23_entities import About, Entity, Kind
from triage.detectors.d23_matching import allows, concerns, is_called, lies_in, like, short_name, spellings
from triage.detectors.protocol import Context

EXPECTED, ON_RECORD, SEEN = 3, 2, 1
"""How much a record says: the strongest is told, and the entity that is known least makes the confidence."""

NOTE, DOUBT, AGAINST = 0, -1, -2
"""What came close; what takes the other records their weight; what takes them nothing and must be said."""

NEAR = timedelta(hours=24)
"""A change window that missed the time by no more than this is worth a note."""

ALLOWING: Mapping[Kind, tuple[str, ...]] = {
    "user": ("user",),
    "host": ("host",),
    "address": ("ip",),
    "domain": ("domain",),
    "program": ("process", "command"),
    "agent": ("user_agent",),
    "hash": ("hash",),
}
"""By which kinds of allow entry an entity can be allowed."""

ASSET: Mapping[Kind, str] = {"user": "user", "host": "host", "address": "ip"}
TOUCHED: Mapping[Kind, str] = {"user": "users", "host": "hosts", "service": "services", "program": "services"}
"""What a change window says of them."""

Countries = Callable[[str], list[str]]


@dataclass(frozen=True)
class Record:
    """One record; ``words`` go on from the entity's name: ``is Mira Brandt, Finance (people)``."""

    strength: int
    words: str


@dataclass(frozen=True)
class OnRecord:
    """All that is known of one entity. ``asked`` are the registers that hold records of its kind; ``blind`` where no
    inventory does, so that nobody can say it is unknown."""

    entity: Entity
    all: tuple[Record, ...]
    asked: tuple[str, ...]
    blind: bool

    @property
    def strength(self) -> int:
        """The strongest record's; nothing where there is none, or a doubt."""
        return 0 if self.of(DOUBT) else max((one.strength for one in self.all), default=0)

    @property
    def best(self) -> str:
        return max(self.all, key=lambda one: one.strength).words

    def of(self, strength: int) -> list[str]:
        return [one.words for one in self.all if one.strength == strength]


class Registers:
    """The organisation's records, as they stood when the case's events happened (``when``; None where nobody knows)."""

    def __init__(self, context: Context, when: When, settings: Mapping[str, Any]) -> None:
        self.context, self.when, self.settings = context, when, settings
        self.people = {name: person for person in context.people for name in person["names"]}
        self.assets = {(one["kind"], one["name"].lower()): one for one in context.assets}
        self.hosts = {short_name(name): name for kind, name in self.assets if kind == "host" and "." in name}
        self.ranges = [(ip_network(cidr, strict=False), label) for cidr, label in context.ranges]
        self.allowed: dict[str, list[Mapping[str, Any]]] = {}
        for entry in context.allowed:
            self.allowed.setdefault(entry["kind"], []).append(entry)
        self.kept = cache(self._kept)

    def _kept(self, kind: Kind) -> tuple[str, ...]:
        """The inventories that hold any record of that kind. A calendar of changes is none."""
        has = {
            "people": kind == "user" and bool(self.people),
            "ranges": kind == "address" and bool(self.ranges),
            "assets": any(one == ASSET.get(kind) for one, _ in self.assets),
            "the allow list": any(one in self.allowed for one in ALLOWING.get(kind, ())),
        }
        return tuple(name for name, held in has.items() if held)

    def names_service(self, value: str) -> bool:
        """Whether a change window names the service."""
        return any(like(pattern, value) for one in self.context.changes for pattern in one["services"])

    def of(self, entity: Entity, about: About, countries: Countries) -> OnRecord:
        """``countries`` tells from where an account signed in, as far as the events say it."""
        found = [
            *self._person(entity, countries),
            *self._asset(entity),
            *self._range(entity),
            *self._allowed(entity),
            *self._changes(entity, about),
            *self._seen(entity),
        ]
        kept, touched = self.kept(entity.kind), TOUCHED.get(entity.kind)
        announced = ("change windows",) if touched and any(one[touched] for one in self.context.changes) else ()
        return OnRecord(entity, tuple(found), kept + announced, blind=not kept)

    def _person(self, entity: Entity, countries: Countries) -> Iterator[Record]:
        ours = [self.people[name] for name in spellings(entity) if entity.kind == "user" and name in self.people]
        if not ours:
            return
        person = ours[0]
        role = f", {person['role']}" if person["role"] else ""
        yield Record(ON_RECORD, f"is {person['name']}{role} (people)")
        if person["away"] is None or not self._on_days(*person["away"]):
            return
        until, country = day(person["away"][1]), person["country"]
        if not country:
            yield Record(DOUBT, f"is {person['name']}, on leave until {until} (people)")
            return
        seen = countries(entity.value)
        if seen and country not in seen:
            there = f"not from {wording.listed(seen)}"
            yield Record(DOUBT, f"is {person['name']}, who works from {country} until {until}, {there} (people)")
        else:
            yield Record(
                EXPECTED if seen else NOTE, f"is {person['name']}, working from {country} until {until} (people)"
            )

    def _asset(self, entity: Entity) -> Iterator[Record]:
        kind = ASSET.get(entity.kind, "")
        names = [name for name in spellings(entity) if (kind, name) in self.assets]
        if entity.kind == "host" and not names:
            short = short_name(entity.value)
            full = self.hosts.get(short) if "." not in entity.value else None
            names = [full] if full else [short] if (kind, short) in self.assets else []
        for name in names[:1]:
            label = self.assets[(kind, name)]["label"]
            yield Record(ON_RECORD, f"is {label} (assets)" if label else "stands in the assets")

    def _range(self, entity: Entity) -> Iterator[Record]:
        inside = [(network, label) for network, label in self.ranges if lies_in(entity, network)]
        for network, label in inside[-1:]:
            yield Record(ON_RECORD, f"lies in {label} ({network})")

    def _allowed(self, entity: Entity) -> Iterator[Record]:
        for entry in (entry for kind in ALLOWING.get(entity.kind, ()) for entry in self.allowed.get(kind, ())):
            if allows(entry, entity):
                ends = f", until {day(entry['expires'])}" if entry["expires"] else ", without an end"
                if entry["expires"] and self.when and self.when[1].date() > date.fromisoformat(entry["expires"]):
                    yield Record(NOTE, f"was allowed until {day(entry['expires'])}: {entry['reason']}")
                else:
                    yield Record(EXPECTED, f"is allowed: {entry['reason']} ({entry['owner']}{ends})")

    def _changes(self, entity: Entity, about: About) -> Iterator[Record]:
        touched, when = TOUCHED.get(entity.kind), self.when
        if touched is None or when is None:
            return
        for window in self.context.changes:
            if not any(is_called(entity, pattern) for pattern in window[touched]):
                continue
            title = f"{window['reference']} {window['title']}".strip()
            first, last = datetime.fromisoformat(window["from"]), datetime.fromisoformat(window["to"])
            said = f"{title} ({wording.span(first, last)}, {window['owner']})"
            if first > when[1] + NEAR or last < when[0] - NEAR:
                continue
            if not concerns(window, about):
                yield Record(NOTE, f"is touched by {said}, which is about others")
            elif first <= when[0] and when[1] <= last:
                yield Record(EXPECTED, f"is part of {said}")
            else:
                yield Record(NOTE, f"is touched by {said}, which does not cover the time")

    def _seen(self, entity: Entity) -> Iterator[Record]:
        met = (self.context.seen or {}).get(f"{entity.type} {entity.value}")
        if not met:
            return
        if met["true"]:
            yield Record(AGAINST, f"was part of the true positive {wording.listed(met['true'])}")
        if met["benign"]:
            said = f"was seen in {wording.plural(met['benign'], 'benign case')} ({wording.listed(met['refs'])})"
            enough = met["benign"] >= self.settings["seen"] and not met["true"]
            yield Record(SEEN if enough else NOTE, said)

    def _on_days(self, first: str, last: str) -> bool:
        """Whether the case's time touches the days. Without a time nothing can be ruled in."""
        if self.when is None:
            return False
        return self.when[0].date() <= date.fromisoformat(last) and date.fromisoformat(first) <= self.when[1].date()


def day(text: str) -> str:
    """``24 Nov 2026``."""
    when = date.fromisoformat(text)
    return f"{when.day} {when:%b %Y}"
