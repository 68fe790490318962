"""Every spelling of an address is that address."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation import addresses


@pytest.mark.parametrize(
    "text",
    [
        "24.151.103.17",
        " 24.151.103.17 ",
        "24.151.103.17.",
        "24.151.103.17/32",
        "24.151.103.17/255.255.255.255",
        "[24.151.103.17]",
        "412575505",
        "0x18976711",
        "0X18.0x97.0x67.0x11",
        "24.151.26385",
        "24.9922321",
        "２４.１５１.１０３.１７",
        "24。151。103。17",
        "::ffff:24.151.103.17",
        "::FFFF:1897:6711",
        "0:0:0:0:0:ffff:1897:6711",
        "::ffff:24.151.103.17/128",
    ],
)
def test_reads_every_spelling_as_one(text: str) -> None:
    assert addresses.written(addresses.read(text)) == "24.151.103.17"


@pytest.mark.parametrize(
    "text", ["", "evil.example", "1.2.3.4.5", "300.1.1.1", "1.2.3.4/33", "fe80::1%eth0", "1.2.3", "a"]
)
def test_refuses_what_is_none(text: str) -> None:
    if text == "1.2.3":  # three numbers are an address to inet_aton
        assert str(addresses.read(text)) == "1.2.0.3/32"
        return
    with pytest.raises(addresses.Unreadable):
        addresses.read(text)


def test_refuses_what_can_be_read_two_ways_and_names_both() -> None:
    with pytest.raises(addresses.Unreadable, match=r"8\.0\.0\.1 or 10\.0\.0\.1"):
        addresses.read("010.0.0.1")


@pytest.mark.parametrize(
    "text",
    ["::10.0.0.1", "2002:a00:1::", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "2001::f5ff:fffe", "fe80::5efe:10.0.0.1"],
)
def test_finds_the_address_inside(text: str) -> None:
    network = addresses.read(text)
    assert ipaddress.ip_network("10.0.0.1/32") in addresses.expanded(network)


def test_a_range_around_embedded_addresses_covers_them_all() -> None:
    assert addresses.overlap(addresses.read("::/0"), addresses.read("8.8.8.8"))
    assert addresses.overlap(addresses.read("2002::/16"), addresses.read("8.8.8.8"))
    assert not addresses.overlap(addresses.read("2606:4700::/32"), addresses.read("8.8.8.8"))


@given(st.ip_addresses(v=4))
def test_every_number_form_of_an_address_reads_back(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for text in (str(address), str(number) if number > 7 else str(address), hex(number), f"::ffff:{address}"):
        assert address in {network.network_address for network in addresses.readings(text)} | {
            inner.network_address for network in addresses.readings(text) for inner in addresses.expanded(network)
        }


@given(st.text(max_size=60))
def test_nothing_a_person_types_breaks_it(text: str) -> None:
    for network in addresses.readings(text):
        assert addresses.expanded(network)
