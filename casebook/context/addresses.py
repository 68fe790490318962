"""Ranges and addresses in one spelling, or a refusal that says what to write instead. Pure but for the errors."""

from __future__ import annotations

import ipaddress

from casebook.errors import Invalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WIDEST = {4: 8, 6: 7}
"""The shortest prefix of a range of ours, as of 10.0.0.0/8 and fc00::/7: anything wider makes strangers corporate."""
MAPPED_BITS = 96


def network_of(text: str, field: str = "cidr") -> Network:
    """The range in canonical form; a single address is a range of one. Raises Invalid under ``field``."""
    plain = text.strip()
    if not plain:
        raise _refusal(field, "write a range such as 198.51.100.0/24")
    if "%" in plain:
        raise _refusal(field, "a range has no zone: leave out what follows %")
    try:
        network = _plain(ipaddress.ip_network(plain, strict=False))
    except ValueError:
        raise _refusal(field, f"{plain!r} is no address range: write one such as 198.51.100.0/24") from None
    if network.prefixlen < WIDEST[network.version]:
        limit = WIDEST[network.version]
        raise _refusal(field, f"{network} is too wide to be all yours: /{limit} is the widest for IPv{network.version}")
    if not _on_boundary(plain):
        raise _refusal(field, f"{plain} has host bits set: write {network}, or a single address without a slash")
    return network


def address_of(text: str, field: str = "name") -> Address:
    """A single address in canonical form. Raises Invalid under ``field``."""
    try:
        return plain_address(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        raise _refusal(field, f"{text.strip()!r} is no address: write one such as 198.51.100.7") from None


def plain_address(address: Address) -> Address:
    """IPv4 written as IPv6 is the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _plain(network: Network) -> Network:
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.ip_network(f"{mapped}/{network.prefixlen - MAPPED_BITS}")
    return network


def _on_boundary(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _refusal(field: str, what: str) -> Invalid:
    return Invalid(what[0].upper() + what[1:] + ".", errors={field: [what]})
