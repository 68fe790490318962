"""What our lists say of a case's addresses, in the words detectors know: cloud, scanner, crawler, block list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from automation.lookups.read import of_case as lookups_of
from casebook.models import Case, ObservableType

LISTS = "local_lists"
"""The enricher whose hits name lists."""

_KINDS = {
    "scanner": re.compile(r"scan|shodan|censys|probe", re.IGNORECASE),
    "crawler": re.compile(r"crawl|bot\b|spider", re.IGNORECASE),
    "cloud": re.compile(r"cloud|aws|amazon|azure|gcp|hosting|cdn|fastly|akamai|vpn", re.IGNORECASE),
}


def of_case(case: Case) -> dict[str, tuple[dict[str, Any], ...]]:
    """Address → its hits, as `triage.detectors.protocol.Context.list_hits` wants them; what is looked up by now."""
    return {
        one.value: tuple(_hit(hit) for hit in one.hits)
        for one in lookups_of(case)
        if one.enricher == LISTS and one.type == ObservableType.IP and one.hits
    }


def _hit(hit: Mapping[str, Any]) -> dict[str, Any]:
    return {"list": hit.get("list"), "kind": _kind(hit), "level": hit.get("level"), "date": hit.get("date")}


def _kind(hit: Mapping[str, Any]) -> str:
    """A list that accuses is a block list; one that explains is named after what it explains."""
    if hit.get("says") == "listed":
        return "blocklist"
    words = f"{hit.get('list')} {hit.get('note')}"
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), "other")
