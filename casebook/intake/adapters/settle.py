"""The checks every reading must pass before it is an alert, whatever adapter made it. Pure.

The native format refuses what is wrong with a field, for its sender wrote it for us. A vendor did not: what is too long
is cut, what is no technique or no link is left out, a missing id is made up of what does not change, and each of these
is said as an assumption.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from casebook.intake.adapters.protocol import Fact, NotUnderstood, Reading
from casebook.intake.adapters.texts import absent, text
from casebook.intake.envelope import EARLIEST, LATEST, AlertIn, AssetIn, ObservableIn, ObservableKind, RuleIn
from casebook.playbooks.techniques import normalise

MOST = {"techniques": 100, "tactics": 50, "observables": 1_000, "assets": 200, "events": 10_000, "facts": 200}
"""How many of each are kept; the envelope's own caps where it has any."""

LONGEST_FACT = 2_000
FUTURE = timedelta(days=1)
_TIMES = ("first_event_at", "last_event_at", "detected_at")
_KINDS = frozenset(get_args(ObservableKind))


def settle(reading: Reading, *, now: datetime) -> Reading:
    """The same reading with every field as `envelope.AlertIn` promises. ``now`` is when it was received. Raises
    NotUnderstood where nothing in it could be a title."""
    said: dict[str, None] = dict.fromkeys(reading.assumed)
    given = reading.alert
    title = _first_title(given, said)
    alert = AlertIn(
        external_id="-",
        title=title,
        description=_cut("description", text(given.description), 200_000, said),
        severity=given.severity,
        tlp=given.tlp,
        pap=given.pap,
        rule=RuleIn(_cut("rule id", text(given.rule.id), 500, said), _cut("rule", text(given.rule.name), 10_000, said)),
        techniques=_capped("techniques", _techniques(given.techniques, said), said),
        tactics=_capped("tactics", _tactics(given.tactics), said),
        link=_link(given.link, said),
        observables=_capped("observables", _observables(given.observables, said), said),
        assets=_capped("assets", _assets(given.assets, said), said),
        events=_capped("events", [event for event in given.events if isinstance(event, dict)], said),
    )
    for name in _TIMES:
        setattr(alert, name, _time(name, getattr(given, name), now, said))
    alert.external_id = _external_id(given, alert, said)
    _verified(alert)
    facts = [Fact(one.label[:200], one.value[:LONGEST_FACT], one.pointer) for one in reading.facts if one.value]
    return Reading(alert, tuple(_capped("facts", facts, said)), tuple(said))


def _first_title(alert: AlertIn, said: dict[str, None]) -> str:
    for title in (alert.title, alert.rule.name, alert.rule.id):
        if not absent(text(title)):
            return _cut("title", text(title), 10_000, said)
    raise NotUnderstood("It has neither a title nor a rule name: nothing says what the alert is.")


def _external_id(given: AlertIn, alert: AlertIn, said: dict[str, None]) -> str:
    """The vendor's id; one too long to be stored ends in its digest; where there is none, a digest of what a second
    sending of the same alert would repeat."""
    name = text(given.external_id)
    if absent(name):
        stable: list[Any] = [alert.rule.id, alert.rule.name, alert.title, alert.first_event_at or alert.detected_at]
        stable += sorted((one.type, one.value) for one in alert.observables)
        said["The message has no id: one was made of its rule, title, time and observables."] = None
        return "derived:" + _digest(stable)
    if len(name) <= 500:
        return name
    said["The id is longer than 500 characters: cut, and its digest put at the end."] = None
    return f"{name[:420]}…{_digest(name)}"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()


def _cut(name: str, value: str, most: int, said: dict[str, None]) -> str:
    if len(value) <= most:
        return value
    said[f"The {name} had {len(value):,} characters: cut to {most:,}; the raw message has them all."] = None
    return value[:most]


def _capped(name: str, values: list[Any], said: dict[str, None]) -> list[Any]:
    most = MOST[name]
    if len(values) > most:
        said[f"Of {len(values):,} {name} the first {most:,} were taken; the raw message has them all."] = None
    return values[:most]


def _techniques(values: Iterable[str], said: dict[str, None]) -> list[str]:
    known: dict[str, None] = {}
    for value in values:
        technique = normalise(text(value))
        if technique:
            known[technique] = None
        else:
            said[f"{text(value)[:60]!r} is not an ATT&CK technique id: left out."] = None
    return list(known)


def _tactics(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text(value)[:60] for value in values if not absent(text(value))))


def _link(value: Any, said: dict[str, None]) -> str:
    link = text(value)
    if not link or (link.lower().startswith(("https://", "http://")) and len(link) <= 8_192):
        return link
    said["The link back is no web address, or too long to be one: left out; the raw message has it."] = None
    return ""


def _observables(values: Iterable[ObservableIn], said: dict[str, None]) -> list[ObservableIn]:
    kept: dict[tuple[str, str, str], ObservableIn] = {}
    for one in values:
        value = _cut(f"{one.type} observable", text(one.value), 65_536, said)
        if value:
            kind: Any = one.type if one.type in _KINDS else "other"
            kept.setdefault((kind, value, one.role), ObservableIn(kind, value, one.role))
    return list(kept.values())


def _assets(values: Iterable[AssetIn], said: dict[str, None]) -> list[AssetIn]:
    named = ((_cut("asset name", text(one.name), 500, said), one.critical) for one in values)
    return [AssetIn(name, critical) for name, critical in named if name]


def _time(name: str, at: datetime | None, now: datetime, said: dict[str, None]) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None or not EARLIEST <= at < LATEST:
        said[f"{name} lies outside {EARLIEST.year} to {LATEST.year}, or has no zone: left out."] = None
        return None
    if at > now + FUTURE:
        said[f"{name} lay in the future when the message came ({at:%Y-%m-%d %H:%M} UTC): kept as it is."] = None
    return at


def _verified(alert: AlertIn) -> None:
    """The types themselves have the last word; what gets as far as here and is refused is the adapter's fault."""
    try:
        msgspec.convert(msgspec.to_builtins(replace(alert, events=[])), AlertIn)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"The adapter made something of it that is no alert: {error}.") from error
