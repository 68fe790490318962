"""A lookup as chips: few words beside an observable, the whole sentence on hover. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from automation.enrichers.days import day
from automation.enrichers.protocol import KNOWN_INFRASTRUCTURE, LIMITED, LISTED, NOT_LISTED

MOST = 4


@dataclass(frozen=True)
class Chip:
    """``tone`` is a class of the stylesheet; colour only where somebody says it is bad or nobody could say."""

    text: str
    tone: str
    title: str


def chips(*, title: str, state: str, result: str | None, summary: str, hits: list[dict[str, Any]]) -> list[Chip]:
    """Every list that names a value is a chip of its own, so that *listed* and *known infrastructure* both show."""
    if result is None:
        return [Chip("looking up…", "", f"{title}: on its way")] if state in ("new", "waiting", "running") else []
    told = f"{title}: {summary}"
    if result == LIMITED:
        return [Chip("limited", "unsure", told)]
    if result not in (LISTED, KNOWN_INFRASTRUCTURE, NOT_LISTED):
        return [Chip("look-up failed", "unsure", told)]
    named = [hit for hit in hits if "list" in hit]
    if named:
        return [_of_list(hit, told) for hit in named[:MOST]]
    if hits:  # sightings: cases, counted
        return [Chip(f"seen in {len(hits)}", "bad" if result == LISTED else "", told)]
    return [Chip("not listed", "", told)] if "list" in summary else []


def _of_list(hit: dict[str, Any], told: str) -> Chip:
    name, dated = str(hit["list"]), date.fromisoformat(str(hit["date"]))
    if hit.get("says") == LISTED:
        return Chip(f"listed: {name}", "bad", f"{told}; the list is of {day(dated)}")
    return Chip(name, "", f"{told}; the list is of {day(dated)}")
