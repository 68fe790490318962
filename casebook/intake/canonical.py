"""One spelling per value, so that the same thing from two senders is one observable. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

LONGEST_KEY = 190
HASHES = frozenset({"md5", "sha1", "sha256", "sha512"})
_HOSTNAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_LOWER = frozenset({"domain", "host", "email", "mailbox", "hash", "asset"})


class Value(NamedTuple):
    """A typed value as it is stored; ``key`` is unique for it and short enough to index."""

    type: str
    value: str
    key: str


def canonical(kind: str, text: str) -> Value:
    """The stored form of a typed value. What is not what its type says becomes a host name or ``other``."""
    kind = "hash" if kind in HASHES else kind
    value = printable(text).strip()
    if kind == "ip":
        kind, value = _address(value)
    elif kind == "cidr":
        try:
            value = str(ipaddress.ip_network(value, strict=False))
        except ValueError:
            kind = "other"
    elif kind == "url":
        value = _url(value)
    elif kind in _LOWER:
        value = value.lower().rstrip(".") if kind in ("domain", "host") else value.lower()
    return Value(kind, value, key_of(value))


def key_of(value: str) -> str:
    """The value itself, or its SHA-256 where an index could not hold it."""
    if len(value.encode()) <= LONGEST_KEY:
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


def printable(text: str) -> str:
    """PostgreSQL's text cannot hold NUL; the raw body keeps it."""
    return text.replace("\x00", "\ufffd")


def _address(value: str) -> tuple[str, str]:
    try:
        address = ipaddress.ip_address(value.strip("[]").partition("%")[0])
    except ValueError:
        return ("host", value.lower()) if _HOSTNAME.fullmatch(value) else ("other", value)
    mapped = getattr(address, "ipv4_mapped", None)
    return "ip", str(mapped or address)


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        return value
    if not parts.scheme:
        return value
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()))
