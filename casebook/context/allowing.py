"""The allow list: what is expected here, who says so, why, and until when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from casebook.context.addresses import network_of
from casebook.context.fields import Field
from casebook.context.kind import Key, Kind, Values
from casebook.context.names import stored
from casebook.errors import Invalid
from casebook.models import AllowEntry

LEAST_SAID = 4
"""A pattern must say at least so much beside its stars, else it would allow everything."""

_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}")


def _settled(values: dict[str, Any]) -> dict[str, Any]:
    try:
        return values | {"value": _SPELLINGS[values["kind"]](values["value"])}
    except ValueError as wrong:
        raise Invalid.of({"value": [str(wrong)]}) from None


def _network(text: str) -> str:
    network = network_of(text, "value")
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _domain(text: str) -> str:
    plain = text.lower().removeprefix("*").strip(".")
    if not _DOMAIN.fullmatch(plain):
        raise ValueError("a domain such as updates.example.com; it covers what is below it")
    return plain


def _name(text: str) -> str:
    if any(mark.isspace() or not mark.isprintable() for mark in text):
        raise ValueError("one name, without blanks")
    if "*" in text:
        raise ValueError("one name, whole: only command lines and user agents take *")
    return text.lower()


def _program(text: str) -> str:
    return text.lower()


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text.lower()):
        raise ValueError("an MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal")
    return text.lower()


def _pattern(text: str) -> str:
    if len(text.replace("*", "").strip()) < LEAST_SAID:
        raise ValueError(f"say more: at least {LEAST_SAID} characters beside the *")
    return text


_SPELLINGS: dict[str, Callable[[str], str]] = {
    "ip": _network,
    "domain": _domain,
    "user": _name,
    "host": lambda text: stored("host", _name(text)),
    "process": _program,
    "command": _pattern,
    "user_agent": _pattern,
    "hash": _hash,
}


def _keys(values: Values) -> list[Key]:
    return [(values["kind"], values["value"])]


def _near(many: Iterable[Values]) -> Q:
    return Q(value__in=[values["value"] for values in many])


def _found_by(text: str) -> Q:
    return Q(value__icontains=text) | Q(reason__icontains=text) | Q(owner__icontains=text)


def _said(values: Values) -> str:
    return f"{AllowEntry.Kind(values['kind']).label} {values['value']}"


ALLOWED = Kind(
    slug="allowed",
    one="allow entry",
    many="allow entries",
    model=AllowEntry,
    telling="value",
    fields=(
        Field("kind", "What", "choice", required=True, choices=tuple(AllowEntry.Kind.choices)),
        Field("value", "Value", most=500, required=True, placeholder="198.51.100.0/28", code=True,
              hint="whole, but for * in command lines and user agents; a domain covers what is below it"),
        Field("reason", "Why it is expected", most=300, required=True, placeholder="weekly scan by our own scanner"),
        Field("owner", "Who vouches for it", required=True, placeholder="Network team"),
        Field("expires", "Until", "day", hint="its last day, UTC; empty: no end"),
    ),
    settled=_settled,
    keys=_keys,
    near=_near,
    found_by=_found_by,
    said=_said,
)  # fmt: skip
