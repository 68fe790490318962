"""What an alert is about, as typed values with roles, each once. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Literal, cast

from casebook.intake.adapters.texts import absent, texts
from casebook.intake.envelope import AssetIn, ObservableIn, ObservableKind

Role = Literal["source", "target", "related"]

_HASH = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128}")
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{128}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Za-z])"
)
"""The digest in ``SHA256=9f86…`` or ``md5:0cc1…``."""

_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://\S+")
_EMAIL = re.compile(r"[^@\s\\/:]+@[^@\s\\/:]+\.[A-Za-z]{2,}")
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\.?")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\$?")
_PATH = re.compile(r"[A-Za-z]:\\|\\\\|/|~/|\.{1,2}/|%[A-Za-z]+%\\")
_FILE = re.compile(
    r"\.(?:exe|dll|sys|ps1|psm1|bat|cmd|vbs|vbe|js|jse|wsf|hta|msi|lnk|scr|jar|py|sh|elf|so|docm?|docx|xlsm?|xlsx"
    r"|pptx?|pdf|zip|rar|7z|iso|img|log|tmp|txt|dat|bin)\Z",
    re.IGNORECASE,
)


def look(value: str) -> ObservableKind:
    """What a bare value looks like: ip, cidr, hash, url, email, file, user (``CORP\\ann``), domain, host, or other."""
    value = value.strip()
    if _is_network(value):
        return "cidr" if "/" in value else "ip"
    if _HASH.fullmatch(value):
        return "hash"
    if _URL.fullmatch(value):
        return "url"
    if _EMAIL.fullmatch(value):
        return "email"
    if _PATH.match(value) or _FILE.search(value):
        return "file"
    if value.count("\\") == 1 and " " not in value:
        return "user"
    if _DOMAIN.fullmatch(value):
        return "domain"
    return "host" if _HOST.fullmatch(value) and not value.isdigit() else "other"


def address(value: str) -> str:
    """The address in ``203.0.113.7:443``, ``[2001:db8::1]:443`` or ``2001:db8::1%eth0``; ``""`` where there is none."""
    value = value.strip()
    bare = value[1:].partition("]")[0] if value.startswith("[") else value.partition("%")[0]
    for candidate in (bare, bare.rpartition(":")[0]):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""


def local(value: str) -> bool:
    """Whether an address says nothing of who or where: loopback, link-local, unspecified."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return False
    return found.is_loopback or found.is_link_local or found.is_unspecified


def private(value: str) -> bool:
    """Whether a value is an address of a network inside a house: RFC 1918, RFC 6598, RFC 4193."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in _INSIDE)


class Gathered:
    """Observables and assets in the order met. The same value in the same role is one; a role that says something
    takes the place of ``related``."""

    def __init__(self) -> None:
        self._roles: dict[tuple[str, str], list[Role]] = {}
        self._assets: dict[str, bool] = {}

    def add(self, kind: ObservableKind | None, value: Any, role: Role = "related") -> None:
        """Add a value, or each of a list. ``kind`` None: by its look. Dashes, blanks and ``unknown`` are no values."""
        for one in texts(value) if value is not None else ():
            if absent(one):
                continue
            found: ObservableKind = kind or look(one)
            if found == "ip":
                one = address(one) or one
                found = "ip" if address(one) else look(one)
            elif found == "hash":
                one = digest[0] if (digest := _DIGEST.findall(one)) else one
            roles = self._roles.setdefault((found, one), [])
            if role != "related" and "related" in roles:
                roles.remove("related")
            if role not in roles and (role != "related" or not roles):
                roles.append(role)

    def asset(self, name: Any, *, critical: bool = False) -> None:
        """A machine or service of ours that the alert concerns: an asset, and a host that is its target."""
        for one in texts(name):
            if not absent(one):
                self._assets[one] = self._assets.get(one, False) or critical
                self.add("ip" if _is_network(one) and "/" not in one else "host", one, "target")

    @property
    def observables(self) -> list[ObservableIn]:
        return [
            ObservableIn(type=cast(ObservableKind, kind), value=value, role=role)
            for (kind, value), roles in self._roles.items()
            for role in roles
        ]

    @property
    def assets(self) -> list[AssetIn]:
        return [AssetIn(name=name, critical=critical) for name, critical in self._assets.items()]


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return any(mark in value for mark in ".:")
