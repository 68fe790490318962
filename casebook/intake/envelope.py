"""The native alert format: what a sender may write, checked in one pass. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from casebook import jsonio
from casebook.errors import Invalid, Unparsable
from casebook.intake import faults
from casebook.spelling import meant

Name = Annotated[str, Meta(max_length=500, pattern=r"\S")]
Short = Annotated[str, Meta(max_length=500)]
Words = Annotated[str, Meta(max_length=10_000)]
Instant = Annotated[datetime, Meta(tz=True)]
Technique = Annotated[str, Meta(pattern=r"^[Tt][0-9]{4}([.]?[0-9]{3})?\Z")]
ObservableKind = Literal[
    "ip", "cidr", "domain", "url", "email", "user", "host", "asset", "process", "file", "hash", "asn", "user_agent",
    "mailbox", "cloud_principal", "other", "md5", "sha1", "sha256", "sha512",
]  # fmt: skip
Colour = Literal["clear", "green", "amber", "amber_strict", "red"]


class RuleIn(Struct, forbid_unknown_fields=True):
    id: Short = ""
    name: Words = ""


class ObservableIn(Struct, forbid_unknown_fields=True):
    type: ObservableKind
    value: Annotated[str, Meta(max_length=65_536, pattern=r"\S")]
    role: Literal["source", "target", "related"] = "related"


class AssetIn(Struct, forbid_unknown_fields=True):
    name: Name
    critical: bool = False


class AlertIn(Struct, forbid_unknown_fields=True):
    """One alert in the contract's own format. Only ``external_id`` and ``title`` are required. Times carry a zone
    (RFC 3339)."""

    external_id: Name
    title: Annotated[str, Meta(max_length=10_000, pattern=r"\S")]
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


class Understood(NamedTuple):
    """An alert, and of each name in it that nobody reads: where it stands and what was most likely meant."""

    alert: AlertIn
    warnings: list[dict[str, str]]


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are a clock that was never set, or would not survive a change of zone."""
MOST_WARNINGS = 20
_TIMES = ("detected_at", "first_event_at", "last_event_at")
_decoder = msgspec.json.Decoder(AlertIn)


def read(body: bytes) -> AlertIn:
    """One alert from its exact bytes, as `understand` does."""
    return understand(body).alert


def understand(body: bytes) -> Understood:
    """One alert from its exact bytes. Unknown names are kept with the raw body, read by nobody, and warned of. Raises
    Invalid naming every field that is wrong, and Unparsable, with the position, where the bytes are no JSON."""
    try:
        alert = _decoder.decode(body)
    except RecursionError as error:
        raise Unparsable("The alert is nested too deeply to be read.") from error
    except msgspec.ValidationError as error:
        return _read_with_care(body, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        jsonio.decode(body)
        raise Unparsable(f"The alert is not JSON: {error}.") from error
    _refuse({where: [what] for where, what in _odd_times({name: getattr(alert, name) for name in _TIMES})})
    return Understood(alert, [])


def _read_with_care(body: bytes, first: str) -> Understood:
    """The same, part by part: what the decoder refuses may hold unknown names only. ``first`` is what it said."""
    plain = jsonio.decode(body)
    found = faults.find(plain, AlertIn)
    wrong = found.wrong
    if isinstance(plain, dict):
        times = {name: plain[name] for name in _TIMES if name in plain and name not in wrong}
        read_times = {name: msgspec.convert(given, Instant | None) for name, given in times.items()}
        wrong = wrong | {where: [what] for where, what in _odd_times(read_times)}
    if not wrong and not found.unknown:
        wrong = {"body": [first]}
    _refuse(wrong)
    return Understood(msgspec.convert(plain, AlertIn), _warnings(found.unknown))


def _refuse(wrong: dict[str, list[str]]) -> None:
    if not wrong:
        return
    where, [what, *_] = next(iter(wrong.items()))
    more = f" (and {len(wrong) - 1} more: see errors)" if len(wrong) > 1 else ""
    raise Invalid(f"{where}: {what}{more}", errors=wrong)


def _odd_times(times: Mapping[str, datetime | None]) -> Iterator[tuple[str, str]]:
    """Times of the right type that no clock shows."""
    for name, moment in times.items():
        if moment is not None and not EARLIEST <= moment < LATEST:
            yield name, f"lies outside {EARLIEST.year} to {LATEST.year}"


def _warnings(unknown: list[tuple[str, str, tuple[str, ...]]]) -> list[dict[str, str]]:
    told = []
    for place, name, known in unknown[:MOST_WARNINGS]:
        near = meant(name, known)
        hint = f" Did you mean {near}?" if near else ""
        where = f"{place}.{name}" if place else name
        told.append({"field": where[:200], "detail": f"Kept with the raw body, and read by nobody.{hint}"})
    if len(unknown) > MOST_WARNINGS:
        told.append({"field": "", "detail": f"{len(unknown) - MOST_WARNINGS} more unknown fields."})
    return told
