"""The native alert format: what a sender may write, checked in one pass. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from casebook.errors import Invalid, Unparsable

Short = Annotated[str, Meta(max_length=500)]
Words = Annotated[str, Meta(max_length=10_000)]
Instant = Annotated[datetime, Meta(tz=True)]
Technique = Annotated[str, Meta(pattern=r"^[Tt][0-9]{4}([.]?[0-9]{3})?\Z")]
ObservableKind = Literal[
    "ip", "cidr", "domain", "url", "email", "user", "host", "asset", "process", "file", "hash", "asn", "user_agent",
    "mailbox", "cloud_principal", "other", "md5", "sha1", "sha256", "sha512",
]  # fmt: skip
Colour = Literal["clear", "green", "amber", "amber_strict", "red"]


class RuleIn(Struct):
    id: Short = ""
    name: Words = ""


class ObservableIn(Struct):
    type: ObservableKind
    value: Annotated[str, Meta(min_length=1, max_length=65_536)]
    role: Literal["source", "target", "related"] = "related"


class AssetIn(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=500)]
    critical: bool = False


class AlertIn(Struct):
    """One alert in the contract's own format. Only ``external_id`` and ``title`` are required; unknown fields are
    kept with the raw body and otherwise ignored. Times carry a zone (RFC 3339)."""

    external_id: Annotated[str, Meta(min_length=1, max_length=500)]
    title: Annotated[str, Meta(min_length=1, max_length=10_000)]
    description: Annotated[str, Meta(max_length=200_000)] = ""
    severity: Literal["info", "low", "medium", "high", "critical"] = "medium"
    tlp: Colour = "amber"
    pap: Colour = "amber"
    detected_at: Instant | None = None
    first_event_at: Instant | None = None
    last_event_at: Instant | None = None
    rule: RuleIn = field(default_factory=RuleIn)
    techniques: Annotated[list[Technique], Meta(max_length=100)] = field(default_factory=list)
    tactics: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=50)] = field(default_factory=list)
    link: Annotated[str, Meta(max_length=8_192)] = ""
    observables: Annotated[list[ObservableIn], Meta(max_length=1_000)] = field(default_factory=list)
    assets: Annotated[list[AssetIn], Meta(max_length=200)] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    raw: Any = None


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are a clock that was never set, or would not survive a change of zone."""
_PATH = re.compile(r" - at `\$?\.?(.*?)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")
_IN_OUR_WORDS = (
    (re.compile("timezone component"), "a time needs its zone: 2026-11-24T08:00:00Z"),
    (re.compile(r"Expected `datetime"), "a time is text with its zone: 2026-11-24T08:00:00Z"),
    (re.compile(r"Invalid RFC3339"), "a time is written 2026-11-24T08:00:00Z"),
    (re.compile(r"Expected `str` matching"), "a technique is written T1110 or T1110.001"),
)
_decoder = msgspec.json.Decoder(AlertIn)


def read(body: bytes) -> AlertIn:
    """One alert from its exact bytes, which are known to be JSON. Raises Invalid naming the field."""
    try:
        alert = _decoder.decode(body)
    except RecursionError as error:
        raise Unparsable("The alert is nested too deeply to be read.") from error
    except msgspec.ValidationError as error:
        where, what = _place(str(error))
        raise Invalid(f"{where}: {what}", errors={where: [what]}) from error
    wrong = {where: [what] for where, what in _nonsense(alert)}
    if wrong:
        where, [what] = next(iter(wrong.items()))
        raise Invalid(f"{where}: {what}", errors=wrong)
    return alert


def _nonsense(alert: AlertIn) -> Iterator[tuple[str, str]]:
    """What has the right type and still says nothing: blanks, and times no clock shows."""
    for name in ("external_id", "title"):
        if not getattr(alert, name).strip():
            yield name, "blank"
    for name in ("detected_at", "first_event_at", "last_event_at"):
        moment = getattr(alert, name)
        if moment is not None and not EARLIEST <= moment < LATEST:
            yield name, f"lies outside {EARLIEST.year} to {LATEST.year}"
    for place, one in enumerate(alert.observables):
        if not one.value.strip():
            yield f"observables.{place}.value", "blank"
    for place, asset in enumerate(alert.assets):
        if not asset.name.strip():
            yield f"assets.{place}.name", "blank"


def _place(message: str) -> tuple[str, str]:
    """``("observables.2.type", "Invalid enum value 'x'")`` of msgspec's message."""
    found = _PATH.search(message)
    path = found.group(1) if found else ""
    what = _PATH.sub("", message)
    path = path.replace("[...]", "").replace("[", ".").replace("]", "")
    missing = _MISSING.search(what)
    if missing:
        name = missing.group(1)
        return (f"{path}.{name}" if path else name), "required"
    for pattern, words in _IN_OUR_WORDS:
        if pattern.search(what):
            what = words
    return path or "body", what
