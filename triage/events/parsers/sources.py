"""Where an event came from, by address or by name."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from triage.events.parsers.protocol import Event

ABSENT = frozenset({"", "-", "UNKNOWN", "?", "unknown"})


@lru_cache(maxsize=1 << 16)
def canonical_ip(value: str) -> str | None:
    """The one spelling of an address: IPv4-mapped IPv6 unwrapped, zone index dropped; None when it is none."""
    try:
        address: IPv4Address | IPv6Address = ip_address(value.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def source(value: str, port: str | None = None) -> Event:
    """``source.ip`` or, for a name, ``source.domain``; nothing where the sender wrote a dash."""
    if value in ABSENT:
        return {}
    address = canonical_ip(value)
    found: Event = {"source.ip": address} if address else {"source.domain": value.lower()}
    if port is not None and len(port) < 6:
        found["source.port"] = int(port)
    return found
