"""D24: are there other cases or alerts about the same users, hosts, sources or files, or of the same technique?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.compose import compose
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import split

LISTED = 50


class RelatedActivity:
    """From the product's own store; needs no events."""

    id = "D24"
    version = 2
    title = "Related cases and alerts"
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {"shared_days": 7, "technique_hours": 24}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        shared, technique = _related(context, chosen)
        answer, confidence = _answer(context, shared, technique)
        side, _ = split(events.clear(), scope)
        true = [item for item in shared if item.get("verdict") == "true_positive"]
        tied = [item for item in true if item.get("ties", item["shared"])]
        return [
            compose(
                self,
                side,
                chosen,
                answer=answer,
                confidence=confidence,
                sentence=_sentence(context, shared, technique, tied, len(true) - len(tied)),
                threshold=f"the same observable within {chosen['shared_days']} days, the same technique within "
                f"{chosen['technique_hours']} h; a true positive counts where more than a targeted host is shared "
                "(our defaults)",
                would_change="A verdict on one of the related cases.",
                figures={
                    "shared": len(shared),
                    "same_technique": len(technique),
                    "true_positives": len(tied),
                    "related": [dict(item) for item in (shared + technique)[:LISTED]],
                },
                entities=_entities(shared),
                missing=() if context.related is not None else ("a search of the case store",),
            )
        ]


def _related(context: Context, settings: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Those that share an observable, and of the rest those of the same technique; both within their windows."""
    items = sorted(context.related or (), key=lambda item: (item.get("at") or "", item["ref"]))
    days, hours = timedelta(days=settings["shared_days"]), timedelta(hours=settings["technique_hours"])
    shared = [item for item in items if item.get("shared") and _near(item, context, days)]
    ours = {_parent(technique) for technique in context.techniques}
    alike = [
        item
        for item in items
        if item not in shared
        and _near(item, context, hours)
        and ours & {_parent(t) for t in item.get("techniques", ())}
    ]
    return shared, alike


def _near(item: Mapping[str, Any], context: Context, width: timedelta) -> bool:
    """Without a time on either side nothing can be ruled out."""
    if not item.get("at") or not context.at:
        return True
    return abs(datetime.fromisoformat(item["at"]) - datetime.fromisoformat(context.at)) <= width


def _parent(technique: str) -> str:
    return technique.partition(".")[0].upper()


def _answer(context: Context, shared: list[Any], technique: list[Any]) -> tuple[Answer, Confidence]:
    if context.related is None:
        return "cannot_tell", "low"
    if shared:
        return "yes", "high"
    return ("partly", "low") if technique else ("no", "high")


def _sentence(context: Context, shared: list[Any], technique: list[Any], tied: list[Any], by_place: int) -> str:
    if context.related is None:
        return "The case store has not been searched yet."
    if shared:
        named = wording.listed([str(item["ref"]) for item in shared])
        values = wording.listed(sorted({value for item in shared for value in item["shared"]}))
        found = wording.plural(len(shared), "related case or alert", "related cases and alerts")
        said = f"{found} ({named}) {'share' if len(shared) > 1 else 'shares'} {values}, {_verdicts(tied, by_place)}"
        return said + "."
    if technique:
        named = wording.listed([str(item["ref"]) for item in technique])
        return f"No shared observable; {named} of the same technique around the same time."
    return "No other case or alert shares an observable or a technique in the time searched."


def _verdicts(tied: list[Any], by_place: int) -> str:
    """How many were true positives; one that shares only a machine both aim at is told, and does not count."""
    if tied:
        said = f"{len(tied)} of them true positive ({wording.listed([str(item['ref']) for item in tied])})"
        return f"{said}, {by_place} more by a targeted host alone" if by_place else said
    if by_place:
        many = "true positives" if by_place > 1 else "true positive"
        return f"{by_place} {many} by a targeted host alone, which does not count"
    return "none of them found true positive so far"


def _entities(shared: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What is shared, by type: ``"ip 203.0.113.7"`` → {"ip": ["203.0.113.7"]}."""
    found: dict[str, list[str]] = {}
    for value in sorted({value for item in shared for value in item["shared"]}):
        kind, _, name = value.partition(" ")
        found.setdefault(kind, []).append(name)
    return found


DETECTOR = RelatedActivity()
