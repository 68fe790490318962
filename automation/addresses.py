"""Addresses in every spelling a system might read as one, and everything an address stands for. Pure.

A target that is written oddly is still that target: decimal, hexadecimal and octal forms, full-width digits, trailing
dots, brackets, netmasks, and IPv4 inside IPv6 (mapped, compatible, 6to4, NAT64, Teredo, ISATAP).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PART = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_DOTS = str.maketrans("。．｡", "...")

# (network, bit where the IPv4 address begins, whether its bits are flipped)
_EMBEDDINGS: tuple[tuple[ipaddress.IPv6Network, int, bool], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 96, False),  # mapped, RFC 4291
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 96, False),  # translated, RFC 2765
    (ipaddress.IPv6Network("::/96"), 96, False),  # compatible, RFC 4291
    (ipaddress.IPv6Network("64:ff9b::/96"), 96, False),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 96, False),  # local NAT64, RFC 8215, /96 in it as commonly used
    (ipaddress.IPv6Network("2002::/16"), 16, False),  # 6to4, RFC 3056
    (ipaddress.IPv6Network("2001::/32"), 96, True),  # Teredo client, RFC 4380
)
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the upper half of the interface identifier


class Unreadable(ValueError):
    """Not an address, or one that different systems would read differently. The message says which."""


def read(text: str) -> Network:
    """The one network a text names. Raises Unreadable, also where there is more than one way to read it."""
    found = readings(text)
    if not found:
        raise Unreadable(f"“{text}” is not an address or a range.")
    if len(found) > 1:
        ways = " or ".join(written(network) for network in found)
        raise Unreadable(f"“{text}” can be read as {ways}: write it without leading zeros.")
    return _unmapped(found[0])


def _unmapped(network: Network) -> Network:
    """::ffff:192.0.2.1 is 192.0.2.1 to everybody who filters; one target has one name here."""
    mapped, start, flipped = _EMBEDDINGS[0]
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(mapped):
        return _inner(network, mapped, start, flipped)
    return network


def readings(text: str) -> tuple[Network, ...]:
    """Every network some system would take a text for."""
    plain = unicodedata.normalize("NFKC", text).translate(_DOTS).strip().strip("[]").rstrip(".")
    base, slash, mask = plain.partition("/")
    base = base.rstrip(".")
    found: dict[Network, None] = {}
    for address in _addresses(base):
        try:
            network = ipaddress.ip_network(f"{address}/{mask}" if slash else str(address), strict=False)
        except ValueError:
            continue
        found.setdefault(network)
    return tuple(found)


def _addresses(text: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    if ":" in text:
        if "%" not in text:  # a zone makes it an address of one link of one machine: nothing anybody else can block
            try:
                yield ipaddress.IPv6Address(text)
            except ValueError:
                return
        return
    parts = text.split(".")
    if not 1 <= len(parts) <= 4 or not all(_PART.fullmatch(part) for part in parts):
        return
    for octal in (True, False):
        address = _of_parts(parts, octal=octal)
        if address is not None:
            yield address


def _of_parts(parts: list[str], *, octal: bool) -> ipaddress.IPv4Address | None:
    """As `inet_aton` reads one to four numbers; ``octal`` says what a leading zero means."""
    try:
        numbers = [_number(part, octal) for part in parts]
    except ValueError:
        return None
    *heads, tail = numbers
    if any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        return None
    value = tail
    for place, head in enumerate(heads):
        value += head << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def _number(text: str, octal: bool) -> int:
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    if octal and len(text) > 1 and text.startswith("0"):
        return int(text, 8)
    return int(text, 10)


def expanded(network: Network) -> tuple[Network, ...]:
    """The network and every IPv4 network it carries inside it."""
    found: dict[Network, None] = {network: None}
    if isinstance(network, ipaddress.IPv6Network):
        for inner in _embedded(network):
            found.setdefault(inner)
    return tuple(found)


def _embedded(network: ipaddress.IPv6Network) -> Iterator[ipaddress.IPv4Network]:
    if network.prefixlen == 128 and int(network.network_address) < 2:
        return  # :: and ::1 are themselves and carry nothing
    for around, start, flipped in _EMBEDDINGS:
        if network.overlaps(around):
            yield _inner(network, around, start, flipped)
    middle = (int(network.network_address) >> 32) & 0xFFFFFFFF
    if network.prefixlen >= 96 and middle in _ISATAP:
        yield _inner(network, network, 96, False)


def _inner(
    network: ipaddress.IPv6Network, around: ipaddress.IPv6Network, start: int, flipped: bool
) -> ipaddress.IPv4Network:
    """The IPv4 network at ``start``. Where the range is wider than what lies before it, it covers all of IPv4."""
    fixed = network.prefixlen - start
    if network.prefixlen < around.prefixlen or fixed <= 0:
        return ipaddress.IPv4Network("0.0.0.0/0")
    bits = (int(network.network_address) >> (96 - start)) & 0xFFFFFFFF
    length = min(fixed, 32)
    return ipaddress.IPv4Network((bits ^ (0xFFFFFFFF if flipped else 0), length), strict=False)


def written(network: Network) -> str:
    """An address without its length where it is a single one, else the range."""
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def overlap(one: Network, other: Network) -> bool:
    """Whether two networks, in anything they stand for, share an address."""
    return any(a.version == b.version and a.overlaps(b) for a in expanded(one) for b in expanded(other))  # type: ignore[arg-type]
