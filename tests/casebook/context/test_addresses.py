"""Ranges and addresses: one spelling, or a refusal that says what to write."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.context.addresses import WIDEST, address_of, network_of
from casebook.errors import Invalid


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 198.51.100.0/24 ", "198.51.100.0/24"),
        ("198.51.100.0/255.255.255.0", "198.51.100.0/24"),
        ("198.51.100.7", "198.51.100.7/32"),
        ("2001:DB8:0::/48", "2001:db8::/48"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::ffff:198.51.100.0/120", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.7/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("fc00::/7", "fc00::/7"),
    ],
)
def test_one_spelling(written: str, kept: str) -> None:
    assert str(network_of(written)) == kept


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "write a range such as"),
        ("office", "no address range"),
        ("198.51.100.0/33", "no address range"),
        ("198.51.100.7/24", "write 198.51.100.0/24"),
        ("198.51.100", "no address range"),
        ("0.0.0.0/0", "too wide"),
        ("128.0.0.0/1", "too wide"),
        ("::/0", "too wide"),
        ("fe80::1%eth0", "leave out what follows %"),
        ("198.051.100.0/24", "no address range"),
        ("198.51.100.0/24, office", "no address range"),
    ],
)
def test_what_is_refused_says_what_to_write(written: str, says: str) -> None:
    with pytest.raises(Invalid) as refusal:
        network_of(written)
    assert says in refusal.value.errors["cidr"][0]


@given(st.ip_addresses(), st.data())
def test_every_range_on_its_boundary_is_kept_as_it_is(address: ipaddress.IPv4Address, data: st.DataObject) -> None:
    prefix = data.draw(st.integers(WIDEST[address.version], address.max_prefixlen))
    network = ipaddress.ip_network((address, prefix), strict=False)
    kept = network_of(str(network))
    mapped = network.version == 6 and network.network_address.ipv4_mapped is not None and prefix >= 96
    assert kept == network or mapped
    assert network_of(str(kept)) == kept


def test_single_addresses() -> None:
    assert str(address_of("[2001:DB8::1]")) == "2001:db8::1"
    assert str(address_of("::ffff:203.0.113.9")) == "203.0.113.9"
    with pytest.raises(Invalid):
        address_of("203.0.113.0/24")
