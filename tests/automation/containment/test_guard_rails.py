"""What must never be done is refused in whatever spelling it comes."""

from __future__ import annotations

import pytest

from automation.containment.guard_rails import Guarded, Surroundings, check

AROUND = Surroundings(
    ranges=(("203.0.113.0/25", "office"), ("2001:db8:1::/48", "office v6")),
    assets=(
        Guarded("ip", "198.51.100.53", "resolver", protected=True),
        Guarded("ip", "198.51.100.80", "shop", critical=True),
        Guarded("user", "CORP\\svc-idp", "identity provider", protected=True),
        Guarded("user", "anna.kurz", "CEO", critical=True),
    ),
    ourselves=("192.0.2.10", "casebook.example"),
    this_hour=3,
    limit=100,
    noun="blocks",
)

PROTECTED = [
    "198.51.100.53", "198.51.100.53/32", "198.51.100.53.", " 198.51.100.53", "[198.51.100.53]", "3325256757",
    "0xc6336435", "0xc6.0x33.0x64.0x35", "198.51.25653", "198.3367989", "１９８.51.100.53", "198。51。100。53",
    "::ffff:198.51.100.53", "::ffff:c633:6435", "::198.51.100.53", "2002:c633:6435::", "2002:c633:6435::1",
    "64:ff9b::198.51.100.53", "64:ff9b::c633:6435", "64:ff9b:1::c633:6435", "2001::39cc:9bca",
    "fe80::5efe:198.51.100.53",
    "fe80::200:5efe:198.51.100.53", "::ffff:0:198.51.100.53", "198.51.100.0/24", "198.51.100.52/30",
    "198.51.100.0/255.255.255.0", "198.51.100.0/0.0.0.255", "198.51.100.99/24", "0306.063.0144.065",
    "198.51.100.053", "198.051.100.53",
]  # fmt: skip

NEVER = [
    "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.1", "2130706433", "0", "0.0.0.0",
    "0.0.0.0/0", "255.255.255.255", "169.254.169.254", "100.64.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::/0", "2002::/16", "2002:a00:1::", "64:ff9b::7f00:1",
    "::ffff:10.0.0.1", "0x7f000001", "017700000001", "192.0.0.1", "198.18.0.1",
]  # fmt: skip


@pytest.mark.parametrize("target", PROTECTED)
def test_a_protected_asset_is_refused_in_every_spelling(target: str) -> None:
    assert not check("block_address", target, AROUND).passed


@pytest.mark.parametrize("target", NEVER)
def test_addresses_that_are_never_blocked(target: str) -> None:
    assert not check("block_address", target, AROUND).passed


@pytest.mark.parametrize(
    "target", ["203.0.113.7", "203.0.113.0/24", "203.0.113.127", "2001:db8:1:2::1", "2002:cb00:7101::"]
)
def test_our_own_ranges_are_refused(target: str) -> None:
    assert not check("block_address", target, AROUND).passed


@pytest.mark.parametrize("target", ["24.0.0.0/23", "24.0.0.0/8", "2001:db9::/63", "2600::/12", "0/1"])
def test_wide_ranges_are_refused(target: str) -> None:
    tripped = {rail.rail for rail in check("block_address", target, AROUND).tripped}
    assert "not_too_wide" in tripped


@pytest.mark.parametrize("target", ["192.0.2.10", "::ffff:192.0.2.10"])
def test_this_installation_is_refused(target: str) -> None:
    assert [rail.rail for rail in check("block_address", target, AROUND).tripped] == ["not_protected"]


@pytest.mark.parametrize(
    ("target", "canonical"),
    [("24.151.103.17", "24.151.103.17"), ("24.151.103.0/24", "24.151.103.0/24"),
     ("::ffff:24.151.103.17", "24.151.103.17"), ("2600:1f00::/64", "2600:1f00::/64"),
     ("203.0.113.200", "203.0.113.200")],
)  # fmt: skip
def test_an_attacker_passes_under_one_name(target: str, canonical: str) -> None:
    verdict = check("block_address", target, AROUND)
    assert verdict.passed, verdict.tripped
    assert (verdict.target, verdict.needs_lead) == (canonical, False)


def test_a_critical_address_needs_a_lead() -> None:
    verdict = check("block_address", "198.51.100.80", AROUND)
    assert verdict.passed
    assert verdict.needs_lead


@pytest.mark.parametrize(
    "name", ["svc-idp", "CORP\\svc-idp", "corp\\SVC-IDP", "svc-idp@corp.example", "ｓvc-idp", " svc-idp. "]
)
def test_a_protected_account_is_refused_in_every_spelling(name: str) -> None:
    assert [rail.rail for rail in check("reset_password", name, AROUND).tripped] == ["not_protected"]


def test_a_critical_account_needs_a_lead_and_others_do_not() -> None:
    assert check("reset_password", "ANNA.KURZ@corp.example", AROUND).needs_lead
    verdict = check("reset_password", "elastic_user_0", AROUND)
    assert verdict.passed
    assert not verdict.needs_lead


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 256])
def test_what_is_no_account_name(name: str) -> None:
    assert not check("reset_password", name, AROUND).passed


def test_over_the_hourly_limit_a_lead_lifts_the_brake() -> None:
    full = Surroundings(this_hour=100, limit=100, noun="blocks")
    assert check("block_address", "24.151.103.17", full).needs_lead
    assert not check("block_address", "24.151.103.17", Surroundings(this_hour=99, limit=100)).needs_lead


def test_a_kind_without_rails_is_an_error() -> None:
    with pytest.raises(KeyError):
        check("isolate_host", "web-1", AROUND)
