"""What our lists say of a case's addresses, domains, mailboxes and files, in the words detectors know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from automation.lookups.read import Shown
from automation.lookups.read import of_case as lookups_of
from casebook.models import Case

LISTS = "local_lists"
"""The enricher whose hits name lists."""

Hits = dict[str, tuple[dict[str, Any], ...]]
Answers = tuple[dict[str, Any], ...]

_KINDS = {
    "scanner": re.compile(r"scan|shodan|censys|probe", re.IGNORECASE),
    "crawler": re.compile(r"crawl|bot\b|spider", re.IGNORECASE),
    "cloud": re.compile(r"cloud|aws|amazon|azure|gcp|hosting|cdn|fastly|akamai|vpn", re.IGNORECASE),
}


def of_case(case: Case) -> tuple[Hits, Answers]:
    """The hits by value and how each question ended, as `triage.detectors.protocol.Context` wants them. One query.

    A question that is still on its way is there without a result: not yet asked is not *not listed*.
    """
    return told([one for one in lookups_of(case) if one.enricher == LISTS])


def told(lookups: Iterable[Shown]) -> tuple[Hits, Answers]:
    """The same of lookups that are at hand."""
    asked = list(lookups)
    hits = {one.value: tuple(hit_of(hit) for hit in one.hits) for one in asked if one.hits}
    return hits, tuple(_answer(one) for one in asked)


def hit_of(hit: Mapping[str, Any]) -> dict[str, Any]:
    """One hit of an enricher as detectors read it."""
    return {"list": hit.get("list"), "kind": _kind(hit), "level": hit.get("level"), "date": hit.get("date")}


def _answer(one: Shown) -> dict[str, Any]:
    dated = one.list_date.isoformat() if one.list_date else None
    return {"type": one.type, "value": one.value, "result": one.result, "summary": one.summary, "date": dated}


def _kind(hit: Mapping[str, Any]) -> str:
    """A list that accuses is a block list; one that explains is named after what it explains."""
    if hit.get("says") == "listed":
        return "blocklist"
    words = f"{hit.get('list')} {hit.get('note')}"
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), "other")
