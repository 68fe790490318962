"""D22: is an address, domain or file of the case on one of our intelligence lists?

Being on no list says nothing: the answer is then *not listed*, never *clean*. A question that a list could not be asked
is no *not listed* either. A warning list (a cloud, a scanner that announces itself) explains and does not accuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.case_time import When, case_time
from triage.detectors.compose import LOWER, compose
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both

REPORTED = 10
WORTH_SAYING_DAYS = 7
NAMED_IN_EVENTS = ("source.ip", "destination.ip", "source.domain")
UNANSWERED = ("limited", "error", None)
KINDS = {"ip": "ip", "domain": "domain", "hash": "hash", "url": "url", "email": "user"}
"""Types of value that lists may name → kinds of entity."""


@dataclass(frozen=True)
class Value:
    """One value and what the lists say of it. ``result`` as in `Context.list_answers`."""

    type: str
    value: str
    result: str | None
    hits: tuple[Mapping[str, Any], ...]
    summary: str = ""

    def accusing(self, least: int) -> list[Mapping[str, Any]]:
        """Block lists of at least that level; one without levels counts."""
        return [hit for hit in self.hits if hit.get("kind") == "blocklist" and _level(hit, least) >= least]

    @property
    def accused(self) -> list[Mapping[str, Any]]:
        return [hit for hit in self.hits if hit.get("kind") == "blocklist"]

    @property
    def explained(self) -> list[Mapping[str, Any]]:
        return [hit for hit in self.hits if hit.get("kind") != "blocklist"]


class IndicatorMatch:
    """Exact matches only: the look-ups of the case's values, and listed addresses that its events name."""

    id = "D22"
    version = 1
    title = "Listed indicators"
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {"blocklist_level": 3, "high_level": 5, "fresh_days": 30}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        values = _values(side, context)
        least = settings["blocklist_level"]
        listed = [one for one in values if one.accusing(least)]
        under = [one for one in values if one.accused and one not in listed]
        open_ones = [one for one in values if one.result in UNANSWERED and not one.hits]
        answer = _answer(values, listed, under, open_ones)
        when = case_time(side, context)
        told = (listed or under) if answer in ("yes", "partly") else values
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, listed, when, settings),
            sentence=_sentence(answer, values, listed or under, open_ones, when),
            threshold=f"an exact match on a block list, from level {least} where lists have levels (the list's own "
            "advice); warning lists explain and do not accuse",
            would_change="A newer list, or a look-up that can be asked again."
            if values
            else "An address, domain or file added to the case.",
            evidence=_rows(side.events, [one.value for one in told if one.hits]),
            figures=_figures(values, listed, under, open_ones),
            entities=_entities(listed or under),
            missing=_missing(answer, values, open_ones),
        )


def _values(side: Side, context: Context) -> list[Value]:
    """What is asked about: the values the case names, also those nobody has asked yet; and beyond them the listed
    addresses that the side's events name."""
    named = [
        Value(one["type"], one["value"], one["result"], context.list_hits.get(one["value"], ()), one.get("summary", ""))
        for one in context.list_answers
    ]
    known = {one.value for one in named}
    waiting = {(kind, value): None for kind, value, _ in context.about if kind in KINDS and value not in known}
    named += [Value(kind, value, None, context.list_hits.get(value, ())) for kind, value in waiting]
    known |= {value for _, value in waiting}
    others = [value for value in _in_events(side.events) if value in context.list_hits and value not in known]
    also = [Value(_type(value), value, "listed", context.list_hits[value]) for value in others]
    return (named if side.is_case else []) + also


def _in_events(events: pl.DataFrame) -> list[str]:
    columns = [events[name].drop_nulls() for name in NAMED_IN_EVENTS]
    return pl.concat(columns).unique().sort().to_list()


def _type(value: str) -> str:
    return "ip" if ":" in value or value.replace(".", "").isdecimal() else "domain"


def _level(hit: Mapping[str, Any], default: int) -> int:
    level = hit.get("level")
    return default if level is None else int(level)


def _answer(values: list[Value], listed: list[Value], under: list[Value], open_ones: list[Value]) -> Answer:
    if listed:
        return "yes"
    if under:
        return "partly"
    return "cannot_tell" if open_ones or not values else "no"


def _confidence(answer: Answer, listed: list[Value], when: When, settings: Mapping[str, Any]) -> Confidence:
    """High where a list of a high level names it, or two do; lower by one where no such list is of the case's time."""
    if answer != "yes":
        return "low" if answer != "no" else "medium"
    hits = [hit for one in listed for hit in one.accusing(settings["blocklist_level"])]
    strong = any(_level(hit, 0) >= settings["high_level"] for hit in hits) or any(
        len(one.accused) > 1 for one in listed
    )
    said: Confidence = "high" if strong else "medium"
    ages = [days for hit in hits if (days := _days_between(hit.get("date"), when)) is not None]
    return LOWER[said] if ages and min(ages) > settings["fresh_days"] else said


def _days_between(dated: Any, when: When) -> int | None:
    """How far a list's date lies from what happened."""
    if not dated or not when:
        return None
    day = date.fromisoformat(str(dated))
    return max((when[0].date() - day).days, (day - when[1].date()).days, 0)


def _sentence(answer: Answer, values: list[Value], hits: list[Value], open_ones: list[Value], when: When) -> str:
    if not values:
        return "The case names no address, domain, mailbox or file that a list could name."
    explained = [one for one in values if one.explained and one not in hits]
    parts = [_listed(hits, when)] if hits else []
    if not hits and answer == "no":
        parts.append(_not_listed([one for one in values if not one.explained], len(values)))
    if explained:
        named = wording.listed([f"{one.value} ({_lists(one.explained, when)})" for one in explained])
        parts.append(f"{'also k' if hits else 'k'}nown infrastructure, neither good nor bad: {named}")
    if open_ones:
        named = wording.listed([f"{one.value} ({one.summary or 'not asked yet'})" for one in open_ones])
        parts.append(f"no answer for {named}")
    said = "; ".join(part for part in parts if part)
    return f"{said if hits else said[0].upper() + said[1:]}."


def _listed(hits: list[Value], when: When) -> str:
    named = [f"{one.value} is listed on {_lists(one.accused, when)}" for one in hits]
    both_ways = [one for one in hits if one.explained]
    said = wording.listed(named)
    if both_ways:
        said += f"; {both_ways[0].value} is known infrastructure as well ({_lists(both_ways[0].explained, when)})"
    return said


def _not_listed(values: list[Value], of: int) -> str:
    """``not listed: 203.0.113.7``; with the lists asked, for their date says how much that is worth."""
    if not values:
        return ""
    asked = next((f" ({one.summary})" for one in values if one.summary), "")
    named = wording.listed([one.value for one in values])
    return f"not listed: {named}{asked}, which does not make {'it' if of == 1 else 'any of them'} harmless"


def _lists(hits: Iterable[Mapping[str, Any]], when: When) -> str:
    """Each list with its date; how far from the case where that is long."""
    return wording.listed([f"{hit.get('list')} of {_dated(hit.get('date'), when)}" for hit in hits])


def _dated(dated: Any, when: When) -> str:
    if not dated:
        return "unknown date"
    day, days = date.fromisoformat(str(dated)), _days_between(dated, when)
    apart = f", {wording.plural(days, 'day')} from the case" if days and days > WORTH_SAYING_DAYS else ""
    return f"{day.day} {day:%b %Y}{apart}"


def _figures(values: list[Value], listed: list[Value], under: list[Value], open_ones: list[Value]) -> dict[str, Any]:
    levels = [_level(hit, 0) for one in listed for hit in one.accused]
    return {
        "asked": len(values),
        "listed": len(listed),
        "listed_low": len(under),
        "level": max(levels, default=0),
        "known_infrastructure": sum(bool(one.explained) for one in values),
        "not_listed": sum(one.result == "not_listed" for one in values),
        "unanswered": len(open_ones),
        "values": [
            {"type": one.type, "value": one.value, "result": one.result, "lists": [dict(hit) for hit in one.hits]}
            for one in sorted(values, key=lambda one: (not one.accused, not one.hits))[:REPORTED]
        ],
    }


def _entities(values: list[Value]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in values[:REPORTED]:
        found.setdefault(KINDS.get(one.type, one.type), []).append(one.value)
    return found


def _missing(answer: Answer, values: list[Value], open_ones: list[Value]) -> tuple[str, ...]:
    if answer != "cannot_tell":
        return ()
    if not values:
        return ("an address, domain or hash to look up",)
    return tuple(f"an answer of the lists for {one.value}" for one in open_ones[:3])


def _rows(events: pl.DataFrame, values: list[str]) -> pl.DataFrame:
    named = [pl.col(name).is_in(values).fill_null(False) for name in NAMED_IN_EVENTS]
    return events.filter(pl.any_horizontal(named))


DETECTOR = IndicatorMatch()
