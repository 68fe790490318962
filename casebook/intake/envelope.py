"""The native alert format: what a sender may write, checked in one pass. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from casebook.errors import Invalid

Short = Annotated[str, Meta(max_length=500)]
Words = Annotated[str, Meta(max_length=10_000)]
Instant = Annotated[datetime, Meta(tz=True)]
Technique = Annotated[str, Meta(pattern=r"^[Tt]\d{4}([.]?\d{3})?$")]
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


_PATH = re.compile(r" - at `\$?\.?(.*?)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")
_decoder = msgspec.json.Decoder(AlertIn)


def read(body: bytes) -> AlertIn:
    """One alert from its exact bytes, which are known to be JSON. Raises Invalid naming the field."""
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        where, what = _place(str(error))
        raise Invalid(f"{where}: {what}", errors={where: [what]}) from error


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
    return path or "body", what
