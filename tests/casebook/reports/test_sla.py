"""The report's figures against a reckoning of another make (plain Python over the rows), and the cases behind them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.journal.record import record
from casebook.models import Case, Clock, Team
from casebook.reports import sla
from casebook.reports.behind import behind, read_figure, span_of
from casebook.reports.outcomes import OUTCOMES
from casebook.reports.scope import Scope, read_scope
from tests.casebook.reports.conftest import NOON

Put = Callable[..., Case]
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
pytestmark = pytest.mark.django_db


def scope(**more: str) -> Scope:
    return read_scope(MARCH | more, timezone.now())


def figure(actor: Actor, measure: str, **more: str) -> sla.Figure:
    return next(one for one in sla.report(actor, scope(**more)).figures if one.measure == measure)


# ---------------------------------------------------------------- the second reckoning
FORMULAS: dict[str, Callable[[Case], tuple[datetime | None, datetime | None]]] = {
    "time_to_detect": lambda c: (c.first_event_at, c.detected_at),
    "ingest_delay": lambda c: (c.detected_at, c.received_at),
    "time_to_acknowledge": lambda c: (c.received_at, c.acknowledged_at),
    "time_to_triage": lambda c: (c.acknowledged_at, c.decided_at),
    "time_to_qualify": lambda c: (c.received_at, c.decided_at),
    "time_to_accept": lambda c: (c.escalated_at, c.accepted_at),
    "time_to_contain": lambda c: (c.received_at, c.contained_at),
    "time_to_resolve": lambda c: (c.received_at, c.resolved_at),
    "dwell_time": lambda c: (c.first_event_at, c.contained_at or c.detected_at),
}


def percentile(values: list[float], share: float) -> float | None:
    """Linear between neighbours, as PostgreSQL's percentile_cont."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def reckoned(cases: list[Case], measure: str) -> dict[str, Any]:
    spans = []
    for case in cases:
        start, end = FORMULAS[measure](case)
        if start and end:
            spans.append((end - start).total_seconds())
    good = sorted(span for span in spans if span >= 0)
    clocks = list(Clock.objects.filter(case__in=cases, measure=measure))
    late = [clock for clock in clocks if clock.state == "breached" or (clock.breached_at and not clock.stopped_at)]
    return {
        "n": len(good),
        "skewed": len(spans) - len(good),
        "median_s": percentile(good, 0.5),
        "p90_s": percentile(good, 0.9),
        "met": sum(clock.state == "met" for clock in clocks),
        "missed": sum(clock.state == "missed" for clock in clocks) + len(late),
        "overdue": len(late),
        "running": sum(clock.state in ("running", "at_risk", "paused") for clock in clocks),
    }


@pytest.fixture
def many(put: Put) -> list[Case]:
    """Sixty cases at random, some skewed, some open, of every severity."""
    dice = random.Random(1589)
    cases = []
    for _ in range(60):
        acknowledged, decided = dice.uniform(0, 40), dice.uniform(40, 300)
        given: dict[str, Any] = {"detected": -dice.uniform(-3, 20), "first_event": -dice.uniform(20, 900)}
        clocks = {"time_to_acknowledge": dice.choice(["met", "missed", "running", "at_risk", "breached", "paused"])}
        if dice.random() < 0.8:
            given["acknowledged"] = acknowledged
        if dice.random() < 0.6:
            given["decided"] = decided
            clocks["time_to_qualify"] = dice.choice(["met", "missed"])
        if dice.random() < 0.4:
            given["escalated"] = decided
            clocks["time_to_accept"] = dice.choice(["met", "missed", "running", "cancelled"])
            given |= {"accepted": decided + dice.uniform(0, 60)} if dice.random() < 0.7 else {}
            given |= {"contained": decided + dice.uniform(60, 200)} if dice.random() < 0.5 else {}
        if dice.random() < 0.5:
            given["closed"] = decided + dice.uniform(0, 500)
            clocks["time_to_resolve"] = dice.choice(["met", "missed"])
        severity = dice.choice(["info", "low", "medium", "high", "critical"])
        cases.append(put(severity=severity, clocks=clocks, **given))
    return cases


def test_every_measure_agrees_with_the_second_reckoning(mara: Actor, many: list[Case]) -> None:
    for one in sla.report(mara, scope()).figures:
        if one.measure in FORMULAS:
            expected = reckoned(many, one.measure)
            found = {name: getattr(one, name) for name in expected}
            assert found == pytest.approx(expected, abs=0.06), one.measure


@pytest.mark.parametrize("group_by", ["severity", "day", "team", "source", "playbook"])
def test_groups_are_the_figures_of_their_part(mara: Actor, many: list[Case], group_by: str) -> None:
    found = sla.report(mara, scope(group_by=group_by))
    for name, figures in found.groups.items():
        part = sla.report(mara, found.scope.narrowed(name)).figures
        assert [_numbers(one) for one in figures] == [_numbers(one) for one in part]
    for index, whole in enumerate(found.figures):
        assert sum(figures[index].n for figures in found.groups.values()) == whole.n


def _numbers(one: sla.Figure) -> tuple[Any, ...]:
    return one.measure, one.n, one.median_s, one.p90_s, one.met, one.missed, one.running, one.open, one.skewed


def test_every_figure_opens_exactly_its_cases(mara: Actor, many: list[Case]) -> None:
    found = sla.report(mara, scope(group_by="severity"))
    for part, figures in [
        (found.scope, found.figures),
        *((found.scope.narrowed(n), f) for n, f in found.groups.items()),
    ]:
        for one in figures:
            for outcome in OUTCOMES:
                count = one.n if outcome == "measured" else getattr(one, outcome)
                measure, asked = read_figure({"measure": one.measure, "outcome": outcome})
                cases = list(behind(mara, part, measure, asked))
                assert len({case.pk for case in cases}) == len(cases) == count, (one.measure, outcome)


def test_the_cases_behind_a_median_show_their_spans(mara: Actor, many: list[Case]) -> None:
    measure, outcome = read_figure({"measure": "time_to_acknowledge"})
    spans = sorted(span_of(case, measure) for case in behind(mara, scope(), measure, outcome))
    assert percentile(spans, 0.5) == pytest.approx(figure(mara, "time_to_acknowledge").median_s, abs=0.06)


# ---------------------------------------------------------------- what counts as what
def test_attainment_is_met_of_those_that_ended(mara: Actor, put: Put) -> None:
    for state in ("met", "met", "met", "missed", "running", "at_risk", "paused", "cancelled"):
        put(clocks={"time_to_resolve": state})
    one = figure(mara, "time_to_resolve")
    assert (one.met, one.missed, one.running, one.open, one.attainment) == (3, 1, 3, 3, 0.75)


def test_a_target_that_passed_is_missed_though_the_clock_still_runs(mara: Actor, put: Put) -> None:
    put(clocks={"time_to_resolve": "met"})
    put(clocks={"time_to_resolve": "breached"})
    one = figure(mara, "time_to_resolve")
    assert (one.met, one.missed, one.overdue, one.running, one.open) == (1, 1, 1, 0, 1)
    assert one.attainment == 0.5


def test_no_target_ended_has_no_attainment(mara: Actor, put: Put) -> None:
    put(clocks={"time_to_resolve": "running"})
    assert figure(mara, "time_to_resolve").attainment is None


def test_a_sender_whose_clock_is_ahead_is_shown_as_skew(mara: Actor, put: Put) -> None:
    put(detected=5)
    put(detected=-5)
    one = figure(mara, "ingest_delay")
    assert (one.n, one.median_s, one.skewed) == (1, 300.0, 1)


def test_what_was_never_said_is_no_censored_stretch(mara: Actor, put: Put) -> None:
    put()
    assert (figure(mara, "time_to_detect").n, figure(mara, "time_to_detect").open) == (0, 0)
    put(acknowledged=3)
    put(acknowledged=3, closed=9)
    assert figure(mara, "time_to_triage").open == 1


def test_dwell_ends_with_containment_else_detection(mara: Actor, put: Put) -> None:
    put(first_event=-60, detected=-30)
    assert figure(mara, "dwell_time").median_s == 1800
    put(first_event=-60, detected=-30, contained=60)
    assert figure(mara, "dwell_time").p90_s == pytest.approx(1800 + 0.9 * 5400)


def test_bulk_and_rules_stand_apart(mara: Actor, put: Put) -> None:
    put(closed=10, clocks={"time_to_resolve": "met"})
    bulk = [put(closed=0.1, closed_how="bulk", clocks={"time_to_resolve": "met"}) for _ in range(3)]
    found = sla.report(mara, scope())
    assert next(one for one in found.figures if one.measure == "time_to_resolve").n == 1
    assert [(one.how, one.n, one.apart) for one in found.closings] == [("bulk", 3, True), ("person", 1, False)]
    apart = behind(mara, scope(closed="bulk"), None, "")
    assert {case.pk for case in apart} == {case.pk for case in bulk}


def test_the_period_is_by_reception_and_half_open(mara: Actor, put: Put) -> None:
    first, last = put(day=0, acknowledged=1), put(day=1, acknowledged=1)
    bounds = {"from": first.received_at.isoformat(), "to": last.received_at.isoformat()}
    assert figure(mara, "time_to_acknowledge", **bounds).n == 1
    bounds["to"] = (last.received_at + timedelta(microseconds=1)).isoformat()
    assert figure(mara, "time_to_acknowledge", **bounds).n == 2


def test_by_day_counts_utc_days(mara: Actor, put: Put) -> None:
    put(day=0, clocks={"time_to_acknowledge": "met"})
    put(day=0, clocks={"time_to_acknowledge": "missed"})
    put(day=2, clocks={"time_to_acknowledge": "met"})
    days = sla.by_day(mara, scope())
    assert {day: (figures[0].met, figures[0].ended) for day, figures in days.items()} == {
        "2026-03-02": (1, 2),
        "2026-03-04": (1, 1),
    }


def test_the_policy_is_named(mara: Actor, put: Put) -> None:
    put(clocks={"time_to_resolve": "met"})
    assert figure(mara, "time_to_resolve").policy == "Default v1"
    assert figure(mara, "ingest_delay").policy is None


# ---------------------------------------------------------------- active time, from above
def test_active_time_adds_up_over_runs_steps_and_people(mara: Actor, lina: Actor, tomas: Actor, put: Put) -> None:
    from triage.models import Focus, Run

    cases = [put(), put(), put()]
    for case, seconds in zip(cases, [(30, 90), (240, 0)], strict=False):
        run = Run.objects.create(team=case.team, case=case, version=case.playbook_version)
        Focus.objects.create(run=run, step=None, person_id=lina.person_id, seconds=seconds[0])
        Focus.objects.create(run=run, step=None, person_id=tomas.person_id, seconds=seconds[1])
    one = figure(mara, "active_time")
    assert (one.n, one.median_s, one.formula) == (2, 180.0, "sum of focused seconds over steps and people")
    measure, outcome = read_figure({"measure": "active_time"})
    assert {case.pk for case in behind(mara, scope(), measure, outcome)} == {cases[0].pk, cases[1].pk}


# ---------------------------------------------------------------- who may see what
def test_other_teams_are_not_counted(mara: Actor, put: Put, green: Team) -> None:
    put(acknowledged=1, team=green)
    assert figure(mara, "time_to_acknowledge").n == 0
    assert figure(mara, "time_to_acknowledge", team="green").n == 0


@pytest.mark.parametrize("who", ["lea", "mara", "aude"])
def test_leads_managers_and_auditors_see_their_teams(who: str, put: Put, request: pytest.FixtureRequest) -> None:
    put(acknowledged=1)
    assert figure(request.getfixturevalue(who), "time_to_acknowledge").n == 1


@pytest.mark.parametrize("who", ["pia", "adam"])
def test_authors_and_administrators_have_no_report(who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        sla.report(request.getfixturevalue(who), scope())


def test_analysts_see_what_they_owned(lina: Actor, tomas: Actor, put: Put) -> None:
    now_mine, taken, given, not_mine = (put(acknowledged=1) for _ in range(4))
    Case.objects.filter(pk=now_mine.pk).update(owner_id=lina.person_id)
    record(lina, "case.taken", taken)
    Case.objects.filter(pk=taken.pk).update(owner_id=tomas.person_id)
    record(tomas, "case.assigned", given, {"to": "lina"})
    record(tomas, "case.taken", not_mine)
    assert figure(lina, "time_to_acknowledge").n == 3
    assert figure(tomas, "time_to_acknowledge").n == 2


# ---------------------------------------------------------------- cost and refusals
def test_queries_do_not_grow_with_cases(mara: Actor, many: list[Case]) -> None:
    with CaptureQueriesContext(connection) as queries:
        sla.report(mara, scope(group_by="severity"))
        sla.by_day(mara, scope())
    assert len(queries) <= 6  # one of them the roles


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-03-01T00:00:00"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"severity": "severe"}, "severity"),
        ({"group_by": "moon"}, "group_by"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_scope(given, timezone.now())
    assert field in refusal.value.errors


def test_a_scope_survives_its_own_address() -> None:
    from urllib.parse import parse_qsl

    asked = scope(severity="high", team="blue", source="-", playbook="T1589", group_by="day")
    assert read_scope(dict(parse_qsl(asked.query())), timezone.now()) == asked


def test_the_usual_period_is_thirty_days_with_today() -> None:
    now = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    usual = read_scope({}, now)
    assert (usual.start, usual.end) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert usual.start <= NOON


def test_an_unknown_figure_is_refused_by_field() -> None:
    with pytest.raises(Invalid) as refusal:
        read_figure({"measure": "time_to_lunch", "outcome": "great"})
    assert set(refusal.value.errors) == {"measure", "outcome"}
