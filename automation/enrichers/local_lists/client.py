"""Local intelligence lists: block lists and warning lists that lie in a folder, asked without leaving the house."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from automation.enrichers.days import day
from automation.enrichers.local_lists.read_list import List
from automation.enrichers.local_lists.shelf import Shelf
from automation.enrichers.protocol import KNOWN_INFRASTRUCTURE, LIMITED, LISTED, NOT_LISTED, Found, Question

FRESH_S = 6 * 3600.0
LIMITED_FRESH_S = 60.0
LONGEST = 2048


class LocalLists:
    """Text lists name what is bad (*listed*), warning lists what is shared and well known (*known infrastructure*)."""

    name = "local_lists"
    title = "Local lists"
    types = frozenset({"ip", "domain", "url", "email", "hash"})
    leaves_the_house = False
    most_tlp = "red"
    most_pap = "red"
    per_hour = None

    def ask(self, question: Question, *, deadline_s: float) -> Found:
        folder = Path(settings.INTEL_DIR)
        lists, unusable = _shelf(folder).look()
        broken = sorted(name for name, why in unusable.items() if question.type in why.types)
        able = [one for one in lists if question.type in one.types]
        if not able:
            return _limited(question.type, folder, lists, broken)
        hits = _highest_of_each_family([one for one in able if _covers(one, question)])
        if not hits and broken:
            text = f"not on {_count(able)} that could be read; not used: {', '.join(broken)}"
            return Found(LIMITED, text, fresh_s=LIMITED_FRESH_S)
        return _found(hits, able)

    def told_of(self, found: Found, *, type: str, case_id: int) -> Found:
        return found


@lru_cache(maxsize=4)
def _shelf(folder: Path) -> Shelf:
    return Shelf(folder)


def _found(hits: list[List], able: list[List]) -> Found:
    listed = [one for one in hits if one.says == LISTED]
    known = [one for one in hits if one.says == KNOWN_INFRASTRUCTURE]
    if not hits:
        newest = max(one.date for one in able)
        return Found(NOT_LISTED, f"not on {_count(able)}, newest of {day(newest)}", list_date=newest, fresh_s=FRESH_S)
    parts = []
    if listed:
        parts.append("listed on " + ", ".join(f"{one.name} ({day(one.date)})" for one in listed))
    if known:
        names = ", ".join(f"{one.name} ({day(one.date)})" for one in known)
        parts.append(f"also known infrastructure: {names}" if listed else f"known infrastructure: {names}")
    best = listed or known
    return Found(
        LISTED if listed else KNOWN_INFRASTRUCTURE,
        "; ".join(parts),
        score=max((one.level for one in listed if one.level is not None), default=None),
        hits=[_hit(one) for one in (*listed, *known)],
        list_date=max(one.date for one in best),
        link=next((one.link for one in best if one.link), ""),
        fresh_s=FRESH_S,
    )


def _limited(type_: str, folder: Path, lists: list[List], broken: list[str]) -> Found:
    if not lists and not broken:
        return Found(LIMITED, f"no lists configured; put lists into {folder}", fresh_s=LIMITED_FRESH_S)
    if broken:
        return Found(LIMITED, f"no list could be used; not used: {', '.join(broken)}", fresh_s=LIMITED_FRESH_S)
    return Found(LIMITED, f"no list names values of type {type_}", fresh_s=LIMITED_FRESH_S)


def _hit(one: List) -> dict[str, Any]:
    return {"list": one.name, "says": one.says, "level": one.level, "date": one.date.isoformat(), "note": one.title}


def _highest_of_each_family(hits: list[List]) -> list[List]:
    """Who stands on level5 stands on level3 and level4 too: the highest says it all."""
    best: dict[str, List] = {}
    for one in hits:
        known = best.get(one.family)
        if known is None or (one.level or 0) > (known.level or 0):
            best[one.family] = one
    return list(best.values())


# ------------------------------------------------------------------ does a list cover a value
def _covers(one: List, question: Question) -> bool:
    value = question.value.strip().casefold()[:LONGEST]
    if value in one.words:
        return True
    return any(_is_on(one, part) for part in _parts(question.type, value))


def _parts(type_: str, value: str) -> Iterator[str]:
    """What of a value a list may name: itself, the host of a URL, the domain of a mailbox."""
    yield value.rstrip(".")
    if type_ == "url":
        try:
            host = urlsplit(value).hostname
        except ValueError:
            host = None
        if host:
            yield host.rstrip(".")
    elif type_ == "email":
        yield value.rpartition("@")[2].rstrip(".")


def _is_on(one: List, part: str) -> bool:
    try:
        address = ipaddress.ip_address(part)
    except ValueError:
        return _is_named(one, part)
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    # A substring of an address is another address, so addresses are only ever matched whole.
    return address in one.ranges or str(address) in one.words


def _is_named(one: List, part: str) -> bool:
    if part in one.words:
        return True
    if one.how == "hostname":
        labels = part.split(".")
        return any(".".join(labels[n:]) in one.words for n in range(1, len(labels)))
    if one.how == "substring":
        return any(word in part for word in one.words)
    return False


def _count(lists: list[List]) -> str:
    return f"{len(lists)} list" if len(lists) == 1 else f"{len(lists)} lists"


ENRICHER = LocalLists()
