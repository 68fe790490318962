"""Whether a record of the organisation speaks of an entity of a case, in whichever way logs write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from triage.detectors.d23_entities import About, Entity


def allows(entry: Mapping[str, Any], entity: Entity) -> bool:
    """Whether an allow entry covers the entity: exactly, by its range, by its domain, or by its stars."""
    value = entry["value"]
    match entry["kind"]:
        case "ip":
            return lies_in(entity, ip_network(value, strict=False))
        case "domain":
            return entity.value.lower() == value or entity.value.lower().endswith(f".{value}")
        case "process":
            return value in (entity.value.lower(), program(entity.value))
        case "command" | "user_agent":
            return like(value, entity.value)
        case _:
            return is_called(entity, value)


def concerns(window: Mapping[str, Any], about: About) -> bool:
    """Whether a change window is about this case: of each kind it names, and the case names, one at least is shared.

    Patching of web-1 by deploy does not explain what somebody else does there.
    """
    for kind, field in (("host", "hosts"), ("user", "users")):
        ours = [one for one in about.entities if one.kind == kind]
        if window[field] and ours and not any(is_called(one, name) for one in ours for name in window[field]):
            return False
    return True


def is_called(entity: Entity, name: str) -> bool:
    """Whether a name or pattern is the entity's. A host may be written with its domain or without."""
    if any(like(name, spelling) for spelling in spellings(entity)):
        return True
    if entity.kind != "host":
        return False
    short = short_name(entity.value)
    return short_name(name) == short if "." not in entity.value else "." not in name and like(name, short)


def short_name(host: str) -> str:
    """``web-1`` of ``web-1.corp.example``."""
    return host.lower().partition(".")[0]


def spellings(entity: Entity) -> tuple[str, ...]:
    """``CORP\\mbrandt`` is mbrandt, and so is the last part of a cloud principal; a mail address only ever itself."""
    value = entity.value.lower()
    if entity.kind == "user":
        return tuple(dict.fromkeys((value, value.rpartition("/" if value.startswith("arn:") else "\\")[2])))
    return (value, program(value)) if entity.kind == "program" else (value.rstrip("."),)


def program(value: str) -> str:
    """The file name of a path."""
    return re.split(r"[\\/]", value.lower())[-1]


def lies_in(entity: Entity, network: Any) -> bool:
    """Whether an address, or all of a range, lies in the network."""
    own = _network(entity.value) if entity.kind == "address" else None
    if own is None or own.version != network.version or own.prefixlen < network.prefixlen:
        return False
    return bool(own.network_address in network)


@lru_cache(maxsize=4096)
def _network(value: str) -> Any:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None


def like(pattern: str, value: str) -> bool:
    """Whether a value is as a pattern says, ``*`` standing for anything, capitals aside."""
    return bool(_compiled(pattern).fullmatch(value))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)
