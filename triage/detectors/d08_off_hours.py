"""D08: did it happen outside normal business hours?

A week has more hours off than on: chance alone puts nearly two thirds of all events there. So a source stands out only
where enough of its attempts, and clearly more than chance, lie off-hours. Hours are those of the asset's own clock;
where its zone is not known, the answer must hold for clocks some hours off as well, or it is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from triage.detectors import origins, wording
from triage.detectors.attempts import COUNT, FAILED, NO_PERSON, SUCCEEDED
from triage.detectors.business_week import OFF, BusinessWeek
from triage.detectors.compose import compose
from triage.detectors.coverage import Need
from triage.detectors.local_time import ZONE, with_local_time
from triage.detectors.origins import ADDRESS, with_origin
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both

REPORTED = 10
WHERE_TO_SET = "/settings/context/"

OTHER_KINDS = ("web", "network", "api", "iam", "email", "file", "process")
"""What is looked at where there are no logins."""

BY = pl.coalesce(ADDRESS, "actor.user.name", "user.name")


class OffHours:
    """By source: enough attempts, most of them outside business hours of the asset's zone."""

    id = "D08"
    version = 1
    title = "Activity outside business hours"
    needs: tuple[str, ...] = ("authentication", *OTHER_KINDS)
    settings: Mapping[str, Any] = {
        "attempts": 20,  # our default
        "share": 0.84,  # our default: 20 points above chance
        "start_hour": 7,  # our default
        "end_hour": 19,  # our default
        "weekend": [6, 7],  # our default: ISO days
        "zone": "",  # our default: none. The IANA zone of what no asset names
        "uncertain_hours": 3,  # our default
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        counted = _counted(side.events)
        week = BusinessWeek(with_local_time(counted.events, context.assets, usual=settings["zone"]), settings)
        answer = _answer(week, side)
        shown = week.acts.filter(pl.col("origin") == week.sources["origin"][0]) if answer == "yes" else week.acts
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(week, answer),
            sentence=_sentence(week, answer, counted.noun),
            threshold=f"≥ {settings['attempts']} attempts from one source of which ≥ {settings['share']:.0%} outside "
            f"{_hours(settings)} (our defaults; by chance {week.chance:.0%})",
            would_change="Another time zone or business hours of the asset, or a job that is meant to run at night.",
            evidence=shown.select(side.everything.columns),
            figures=_figures(week, counted.dropped, shown),
            entities=origins.entities(week.sources.filter("steady").iter_rows(named=True), REPORTED),
            missing=(f"time zones of hosts and accounts ({WHERE_TO_SET})",) if answer == "cannot_tell" else (),
            need=Need(self.needs, words="authentication events"),
        )


@dataclass(frozen=True)
class _Counted:
    """What is counted, and what one of it is called; ``dropped`` are acts of machine accounts."""

    events: pl.DataFrame
    noun: str
    dropped: int


def _counted(events: pl.DataFrame) -> _Counted:
    """Logins, failed or not; where there are none, whatever somebody did."""
    logins = events.filter(FAILED | SUCCEEDED)
    kept = logins if logins.height else events.filter(pl.col("event.category").is_in(OTHER_KINDS))
    told = with_origin(kept.with_columns(COUNT), BY)
    people = told.filter(~NO_PERSON)
    dropped = int(told["event.count"].sum()) - int(people["event.count"].sum())
    return _Counted(people, "login attempt" if logins.height else "event", dropped)


def _answer(week: BusinessWeek, side: Side) -> Answer:
    """By source; else, in a case, whether all of it together lies off-hours. What depends on the clock is no answer."""
    if week.sources["steady"].any():
        return "yes"
    if week.sources["ever"].any():
        return "cannot_tell"
    if week.acts.is_empty() or not side.is_case:
        return "no"
    much = week.much_by_each_clock
    return "partly" if all(much) else "cannot_tell" if any(much) else "no"


def _confidence(week: BusinessWeek, answer: Answer) -> Confidence:
    """High by a clock that is known, medium where it is not; low where there is little to count."""
    if answer in ("partly", "cannot_tell"):
        return "low"
    return "high" if week.certain else "medium"


def _hours(settings: Mapping[str, Any]) -> str:
    weekend = " or at weekends" if settings["weekend"] else ""
    return f"{settings['start_hour']:02d}:00–{settings['end_hour']:02d}:00{weekend}"


def _sentence(week: BusinessWeek, answer: Answer, noun: str) -> str:
    if week.acts.is_empty():
        return f"No {noun} with a time and a source."
    reach = week.settings["uncertain_hours"]
    share = _lie(week.whole, "", noun)
    if answer == "cannot_tell":
        return f"{share} by UTC; the time zone of {week.unplaced} is not known, and {reach} h would change the answer."
    if answer == "yes":
        said = _by_sources(week, noun)
    elif answer == "partly":
        said = f"{share}: too few from one source to tell a habit from chance"
    else:
        said = f"{share}; by chance it would be {week.chance:.0%}"
    clock = f" The time zone of {week.unplaced} is not certain; clocks up to {reach} h off give the same answer."
    return f"{said}.{'' if week.certain else clock}"


def _lie(counts: Mapping[str, Any], whose: str, noun: str) -> str:
    """``43 of 50 login attempts from 203.0.113.7 (86%) lie outside business hours``."""
    off, total = counts["off0"], counts["attempts"]
    share, verb = f"{off / total:.0%}" if total else "none", "lies" if off == 1 else "lie"
    return f"{off:,} of {wording.plural(total, noun)}{whose} ({share}) {verb} outside business hours"


def _by_sources(week: BusinessWeek, noun: str) -> str:
    top = week.sources.row(0, named=True)
    others = [f"{row['origin']} ({row['attempts']})" for row in week.sources.filter("steady").tail(-1).to_dicts()]
    also = f"; also {wording.listed(others)}" if others else ""
    return _lie(top, f" from {top['origin']}", noun) + also


def _figures(week: BusinessWeek, dropped: int, shown: pl.DataFrame) -> dict[str, Any]:
    nobody = {"origin": None, "attempts": 0, "off0": 0}
    top = week.sources.row(0, named=True) if week.sources.height else nobody
    failed, won = week.acts.filter(FAILED), week.acts.filter(SUCCEEDED)
    total, off = week.whole["attempts"], week.whole["off0"]
    zones = shown[ZONE].drop_nulls().unique().sort().to_list()
    return {
        "attempts": total,
        "off_hours": off,
        "share": round(off / total, 3) if total else 0.0,
        "failed": int(failed["event.count"].sum()),
        "failed_off_hours": int(failed.filter(OFF)["event.count"].sum()),
        "logins": int(won["event.count"].sum()),
        "logins_off_hours": int(won.filter(OFF)["event.count"].sum()),
        "chance": round(week.chance, 3),
        "source": top["origin"],
        "source_attempts": top["attempts"],
        "source_off_hours": top["off0"],
        "sources_over": week.sources.filter("steady").height,
        "sources": [_source(row) for row in week.sources.head(REPORTED).iter_rows(named=True)],
        "zones": zones,
        "zone_certain": week.certain,
        "dropped": dropped,
        "chart": week.by_hour(shown),
        "chart_caption": f"by hour of the day, {wording.listed(zones) or 'UTC'}",
    }


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source": row["origin"],
        "attempts": row["attempts"],
        "off_hours": row["off0"],
        "hit": row["hit"],
        "steady": row["steady"],
    }


DETECTOR = OffHours()
