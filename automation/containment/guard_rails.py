"""What must never be done, whoever asks and whoever agrees. Pure: looked at when asked, and again before sending.

A rail that does not pass refuses. One that passes but ``needs_lead`` lets only a lead agree.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from automation import addresses
from automation.addresses import Network, Unreadable, overlap, written

WIDEST = {4: 24, 6: 64}
"""A wider range than this is never blocked: too many who are not the attacker are behind it."""

# Not `ipaddress.is_private`: that also names ranges reserved for documentation, where there is nobody to hurt.
_NEVER: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a carrier's customers"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "for protocols"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "for measurements"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved or broadcast"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
NEVER: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(cidr), why) for cidr, why in _NEVER)


@dataclass(frozen=True)
class Rail:
    """One rule and how the target stands to it."""

    rail: str
    passed: bool
    why: str
    needs_lead: bool = False

    def as_dict(self) -> dict[str, object]:
        return {"rail": self.rail, "passed": self.passed, "why": self.why, "needs_lead": self.needs_lead}


@dataclass(frozen=True)
class Guarded:
    """An asset of the organisation. ``kind`` is host, ip or user."""

    kind: str
    name: str
    label: str = ""
    critical: bool = False
    protected: bool = False

    @property
    def words(self) -> str:
        return f"{self.name} ({self.label})" if self.label else self.name


@dataclass(frozen=True)
class Surroundings:
    """What the rails look at: our ranges (cidr, label), assets, addresses of this installation, and this hour's count.

    ``limit`` None: the kind has no hourly brake.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    assets: tuple[Guarded, ...] = ()
    ourselves: tuple[str, ...] = ()
    this_hour: int = 0
    limit: int | None = None
    noun: str = "actions"


@dataclass(frozen=True)
class Verdict:
    """The canonical target (as given, where it cannot be read) and every rail."""

    target: str
    rails: tuple[Rail, ...] = field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        return all(rail.passed for rail in self.rails)

    @property
    def needs_lead(self) -> bool:
        return any(rail.needs_lead for rail in self.rails)

    @property
    def tripped(self) -> tuple[Rail, ...]:
        return tuple(rail for rail in self.rails if not rail.passed)


def check(kind: str, target: str, around: Surroundings) -> Verdict:
    """Every rail of a kind over a target. Raises KeyError for a kind that has no rails: it must not be sent."""
    return _CHECKS[kind](target, around)


# ------------------------------------------------------------------ addresses
def _address(target: str, around: Surroundings) -> Verdict:
    try:
        network = addresses.read(target)
    except Unreadable as error:
        return Verdict(target, (Rail("readable", False, str(error)),))
    return Verdict(
        written(network),
        (
            Rail("readable", True, f"it is {written(network)}"),
            _width(network),
            _public(network),
            _not_ours(network, around),
            _not_protected(network, around),
            _critical(_matching(network, around.assets, critical=True)),
            _brake(around),
        ),
    )


def _width(network: Network) -> Rail:
    widest = WIDEST[network.version]
    fits = network.prefixlen >= widest
    why = f"a /{network.prefixlen}" if network.prefixlen < network.max_prefixlen else "one address"
    return Rail("not_too_wide", fits, why if fits else f"{why} is wider than /{widest}")


def _public(network: Network) -> Rail:
    for never, why in NEVER:
        if overlap(network, never):
            return Rail("public_address", False, f"{written(network)} reaches into {never}, which is {why}")
    return Rail("public_address", True, "a public address")


def _not_ours(network: Network, around: Surroundings) -> Rail:
    for cidr, label in around.ranges:
        if _touches(network, cidr):
            return Rail("not_corporate", False, f"{written(network)} reaches into our own {cidr} ({label})")
    return Rail("not_corporate", True, f"in none of {len(around.ranges)} ranges of ours")


def _not_protected(network: Network, around: Surroundings) -> Rail:
    for name in around.ourselves:
        if _touches(network, name):
            return Rail("not_protected", False, f"{name} is this installation or what it works with")
    for asset in _matching(network, around.assets, protected=True):
        return Rail("not_protected", False, f"{asset.words} is protected: nobody acts on it from here")
    return Rail("not_protected", True, "no protected asset")


def _matching(network: Network, assets: Iterable[Guarded], **flags: bool) -> list[Guarded]:
    return [
        asset
        for asset in assets
        if asset.kind == "ip"
        and all(getattr(asset, flag) == value for flag, value in flags.items())
        and _touches(network, asset.name)
    ]


def _touches(network: Network, text: str) -> bool:
    """In doubt, yes: an entry that can be read two ways counts both ways."""
    return any(overlap(network, reading) for reading in addresses.readings(text))


# ------------------------------------------------------------------ accounts
def _account(target: str, around: Surroundings) -> Verdict:
    name = unicodedata.normalize("NFKC", target).strip()
    if not name or not name.isprintable() or len(name) > 255:
        return Verdict(target, (Rail("readable", False, "an account name is one printable line"),))
    same = [asset for asset in around.assets if asset.kind == "user" and spellings(asset.name) & spellings(name)]
    protected = [asset for asset in same if asset.protected]
    return Verdict(
        name,
        (
            Rail("readable", True, f"the account {name}"),
            Rail("not_protected", not protected, _protected_words(protected)),
            _critical([asset for asset in same if asset.critical]),
            _brake(around),
        ),
    )


def spellings(name: str) -> frozenset[str]:
    """An account with and without its domain, in one case: ``CORP\\Anna``, ``anna@corp.example``, ``anna.``."""
    plain = unicodedata.normalize("NFKC", name).strip().rstrip(".").casefold()
    return frozenset(
        {plain, plain.rpartition("\\")[2], plain.partition("@")[0], plain.rpartition("\\")[2].partition("@")[0]}
    )


def _protected_words(assets: list[Guarded]) -> str:
    return f"{assets[0].words} is protected: nobody acts on it from here" if assets else "not a protected account"


# ------------------------------------------------------------------ what both share
def _critical(assets: list[Guarded]) -> Rail:
    if assets:
        return Rail("critical_asset", True, f"{assets[0].words} is critical: a lead must agree", needs_lead=True)
    return Rail("critical_asset", True, "not a critical asset")


def _brake(around: Surroundings) -> Rail:
    if around.limit is None:
        return Rail("hourly_brake", True, "no hourly limit for this kind")
    count = f"{around.this_hour} of {around.limit} {around.noun} this hour"
    if around.this_hour >= around.limit:
        return Rail("hourly_brake", True, f"{count}: a lead must lift the brake", needs_lead=True)
    return Rail("hourly_brake", True, count)


_CHECKS = {"block_address": _address, "reset_password": _account}
