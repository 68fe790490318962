"""The measures of a case: what each is called, how it is reckoned, and what starts and ends it. Pure.

Instants are named as on the case, without ``_at``. A measure with a tier can have a target, and then a clock; the
others are only reported. Words follow product terms: time to qualify is from reception to the decision.
"""

from __future__ import annotations

from dataclasses import dataclass

L1, T2 = "l1", "t2"


@dataclass(frozen=True)
class MeasureOf:
    """``verb`` is what the clock counts down to; ``tiers`` whose queue it orders (none: no clock).

    ``starts`` is the instant time counts from, ``opens`` the one at which the clock appears: time to contain appears
    with the escalation and counts from reception. ``ends`` lists the instants that end it, the first present counts.
    ``censors``: an open case that has begun and not ended it is still running, not unknown.
    """

    key: str
    label: str
    verb: str
    formula: str
    starts: str
    ends: tuple[str, ...]
    opens: str = ""
    tiers: tuple[str, ...] = ()
    censors: bool = False

    @property
    def has_clock(self) -> bool:
        return bool(self.tiers)


_ALL = (
    MeasureOf(
        key="time_to_detect",
        label="Detect",
        verb="detect",
        formula="detected − first event",
        starts="first_event",
        ends=("detected",),
    ),
    MeasureOf(
        key="ingest_delay",
        label="Ingest delay",
        verb="ingest",
        formula="received − detected",
        starts="detected",
        ends=("received",),
    ),
    MeasureOf(
        key="time_to_acknowledge",
        label="Acknowledge",
        verb="acknowledge",
        formula="acknowledged − received",
        starts="received",
        ends=("acknowledged",),
        opens="received",
        tiers=(L1,),
    ),
    MeasureOf(
        key="time_to_triage",
        label="Triage",
        verb="triage",
        formula="decided − acknowledged",
        starts="acknowledged",
        ends=("decided",),
        censors=True,
    ),
    MeasureOf(
        key="time_to_qualify",
        label="Qualify",
        verb="qualify",
        formula="decided − received",
        starts="received",
        ends=("decided",),
        opens="received",
        tiers=(L1,),
    ),
    MeasureOf(
        key="time_to_accept",
        label="Accept (T2)",
        verb="accept",
        formula="accepted − escalated",
        starts="escalated",
        ends=("accepted",),
        opens="escalated",
        tiers=(T2,),
    ),
    MeasureOf(
        key="time_to_contain",
        label="Contain",
        verb="contain",
        formula="contained − received",
        starts="received",
        ends=("contained",),
        opens="escalated",
        tiers=(T2,),
    ),
    MeasureOf(
        key="time_to_resolve",
        label="Resolve",
        verb="resolve",
        formula="resolved − received",
        starts="received",
        ends=("resolved",),
        opens="received",
        tiers=(L1, T2),
    ),
    MeasureOf(
        key="dwell_time",
        label="Dwell",
        verb="dwell",
        formula="(contained, else detected) − first event",
        starts="first_event",
        ends=("contained", "detected"),
    ),
)
MEASURES: dict[str, MeasureOf] = {measure.key: measure for measure in _ALL}
"""In the order a report shows them. Active time comes from an upper app (`casebook.reports.sections`)."""

CLOCKED = tuple(key for key, measure in MEASURES.items() if measure.has_clock)


def opened_by(instant: str) -> tuple[str, ...]:
    """The measures whose clocks appear with an instant."""
    return tuple(key for key in CLOCKED if MEASURES[key].opens == instant)


def of_tier(tier: str) -> tuple[str, ...]:
    """The measures a tier answers for."""
    return tuple(key for key in CLOCKED if tier in MEASURES[key].tiers)
