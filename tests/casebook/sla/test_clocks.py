"""What each verb does to a case's clocks, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casebook.actor import Automation
from casebook.models import Case, Clock, Team
from casebook.models.choices import Severity
from casebook.sla import clocks
from casebook.sla.reckoning import IN_THE_QUEUE
from tests.casebook.sla.conftest import T0, Life, minute

Live = Callable[..., Life]
ACK, QUALIFY, ACCEPT = "time_to_acknowledge", "time_to_qualify", "time_to_accept"
CONTAIN, RESOLVE = "time_to_contain", "time_to_resolve"
pytestmark = pytest.mark.django_db


def states(life: Life, at: float) -> dict[str, str]:
    return {measure: clock.state for measure, clock in life.at(at).items()}


def test_a_received_case_has_the_clocks_of_reception(live: Live) -> None:
    life = live("high")
    assert states(life, 0) == {ACK: "running", QUALIFY: "running", RESOLVE: "running"}
    assert life.at(0)[ACK].due_at == minute(30)
    assert life.at(22)[ACK].state == "running"
    assert life.at(22.5)[ACK].state == "at_risk"
    assert life.at(31)[ACK].state == "breached"
    assert life.said() == [f"clock.started {measure}" for measure in (ACK, QUALIFY, RESOLVE)]


def test_intake_opens_the_same_clocks(open_case: Callable[..., Case]) -> None:
    case = open_case(severity="critical")
    rows = {clock.measure: clock for clock in case.clocks.all()}
    planned = {measure: (policy, target) for measure, policy, target in clocks.plan(Severity.CRITICAL)}
    assert {measure: (clock.policy_id, clock.target_s) for measure, clock in rows.items()} == planned
    for clock in rows.values():
        assert clock.state == "running"
        assert abs((clock.started_at - case.received_at).total_seconds()) < 1
        assert (clock.due_at - clock.started_at).total_seconds() == clock.target_s
        assert (clock.risk_at - clock.started_at).total_seconds() == clock.target_s * 0.75


def test_met_within_the_target_missed_after_it(live: Live) -> None:
    life = live("high").reach("acknowledged", 30).reach("decided", 61)
    assert states(life, 61) == {ACK: "met", QUALIFY: "missed", RESOLVE: "running"}
    assert life.at(500)[ACK].elapsed_s == 30 * 60
    assert life.row(QUALIFY).breached_at == minute(60)
    assert life.said()[3:] == [f"clock.stopped {ACK}", f"clock.breached {QUALIFY}", f"clock.stopped {QUALIFY}"]


def test_reaching_an_instant_again_changes_nothing_that_ended(live: Live) -> None:
    life = live("high").reach("acknowledged", 5)
    before = life.said()
    life.reach("acknowledged", 50)
    assert life.said() == before
    assert life.row(ACK).stopped_at == minute(5)


def test_a_pause_stops_counting_and_moves_the_due_instant(live: Live) -> None:
    life = live("high").reach("acknowledged", 10).pause(20)
    assert states(life, 500) == {ACK: "met", QUALIFY: "paused", RESOLVE: "paused"}
    assert life.row(QUALIFY).due_at is None
    life.resume(80)
    qualify = life.at(90)[QUALIFY]
    assert (qualify.state, qualify.due_at) == ("running", minute(120))
    assert (qualify.elapsed_s, qualify.wall_s) == (30 * 60, 90 * 60)
    assert life.row(QUALIFY).paused_s == 60 * 60
    assert qualify.explain == [
        f"10 min {IN_THE_QUEUE}",
        "10 min with lina",
        "1 h paused: asked the user",
        "10 min taken up again by lina",
    ]


def test_a_pause_is_no_shelter_for_a_breach(live: Live) -> None:
    life = live("high").pause(70)
    assert life.at(80)[QUALIFY].state == "paused"
    life.resume(90)
    assert life.at(90)[QUALIFY].state == "breached"
    assert life.reach("decided", 91).at(91)[QUALIFY].state == "missed"


def test_pausing_twice_is_pausing_once(live: Live) -> None:
    life = live("high").pause(5)
    before = life.said()
    assert life.pause(6).said() == before
    assert life.resume(8).resume(9).said().count(f"clock.resumed {QUALIFY}") == 1


def test_severity_counts_from_the_start_and_keeps_pauses(live: Live) -> None:
    life = live("medium").reach("acknowledged", 5).pause(10).resume(40)
    life.severity("critical", 45)
    qualify = life.at(45)[QUALIFY]
    assert (qualify.target_s, qualify.due_at, qualify.state) == (30 * 60, minute(60), "running")
    assert life.row(ACK).target_s == 60 * 60  # it had ended
    assert qualify.explain[-2:] == [
        "5 min taken up again by lina",
        "0 s severity now critical: target 4 h → 30 min, counted from the start",
    ]
    assert f"clock.retargeted {QUALIFY}" in life.said()


def test_a_target_that_moved_back_breaches_when_it_moved(live: Live) -> None:
    life = live("medium").severity("critical", 45)
    assert life.row(ACK).breached_at == minute(45)
    assert life.at(45)[ACK].state == "breached"
    assert life.said()[-1].startswith("clock.")
    assert f"clock.breached {ACK}" in life.said()


def test_a_breach_is_sticky(live: Live) -> None:
    life = live("critical").severity("low", 20)
    assert life.at(20)[ACK].state == "breached"
    assert life.row(ACK).target_s == 4 * 3600
    assert life.reach("acknowledged", 25).at(25)[ACK].state == "missed"


def test_the_same_severity_again_says_nothing(live: Live) -> None:
    life = live("high")
    before = life.said()
    assert life.severity("high", 5).said() == before


def test_escalation_opens_acceptance_now_and_containment_from_reception(live: Live) -> None:
    life = live("high").reach("acknowledged", 5).pause(10).resume(30).reach("decided", 50).escalate(50)
    now = life.at(50)
    assert (now[ACCEPT].started_at, now[ACCEPT].due_at) == (minute(50), minute(80))
    assert (now[CONTAIN].started_at, now[CONTAIN].due_at) == (T0, minute(4 * 60 + 20))
    assert now[CONTAIN].elapsed_s == 30 * 60
    assert life.row(CONTAIN).paused_s == 20 * 60


def test_containment_may_be_late_the_moment_it_is_asked_for(live: Live) -> None:
    life = live("critical").reach("decided", 70).escalate(70)
    assert life.at(70)[CONTAIN].state == "breached"
    assert life.row(CONTAIN).breached_at == minute(70)


def test_acceptance_and_containment_end_their_clocks(live: Live) -> None:
    life = live("high").reach("decided", 10).escalate(10).reach("accepted", 20).reach("contained", 60)
    assert states(life, 60) == {
        ACK: "breached",
        QUALIFY: "met",
        RESOLVE: "running",
        ACCEPT: "met",
        CONTAIN: "met",
    }
    assert life.at(60)[RESOLVE].explain[-1] == "0 s contained, not yet resolved"
    assert life.at(60)[CONTAIN].elapsed_s == 60 * 60


def test_a_return_answers_the_hand_over_and_the_next_one_goes_on(live: Live) -> None:
    life = live("high").reach("decided", 10).escalate(10).give_back(20)
    assert states(life, 25)[ACCEPT] == "cancelled"
    assert states(life, 25)[CONTAIN] == "running"
    accept = life.escalate(100).at(110)[ACCEPT]
    assert (accept.state, accept.elapsed_s, accept.due_at) == ("running", 20 * 60, minute(120))
    assert accept.explain == [
        "10 min waiting for T2 to accept",
        "1 h 20 not counted: with L1 again",
        "10 min waiting for T2 to accept",
    ]
    assert life.reach("accepted", 115).at(115)[ACCEPT].state == "met"


def test_closing_calls_off_what_never_happened(live: Live) -> None:
    life = live("high").reach("acknowledged", 5).reach("decided", 10).escalate(10).close(20)
    assert states(life, 20) == {ACK: "met", QUALIFY: "met", RESOLVE: "met", ACCEPT: "cancelled", CONTAIN: "cancelled"}
    assert life.said()[-2:] == [f"clock.cancelled {ACCEPT}", f"clock.cancelled {CONTAIN}"]


def test_closing_does_not_mend_a_target_that_passed(live: Live) -> None:
    life = live("high").reach("decided", 10).escalate(10).close(50)
    assert states(life, 50)[ACCEPT] == "missed"
    assert states(life, 50)[CONTAIN] == "cancelled"
    assert states(life, 50)[ACK] == "missed"


def test_closing_while_waiting(live: Live) -> None:
    life = live("high").reach("acknowledged", 5).pause(10).close(400)
    resolve = life.at(500)[RESOLVE]
    assert (resolve.state, resolve.elapsed_s, resolve.wall_s) == ("met", 10 * 60, 400 * 60)


def test_reopening_revives_what_closing_called_off(live: Live) -> None:
    life = live("high").reach("acknowledged", 5).reach("decided", 10).escalate(10).reach("accepted", 15).close(60)
    life.reopen(1000, "investigating")
    assert states(life, 1000) == {ACK: "met", QUALIFY: "met", RESOLVE: "met", ACCEPT: "met", CONTAIN: "running"}
    contain = life.at(1010)[CONTAIN]
    assert (contain.elapsed_s, contain.due_at) == (70 * 60, minute(4 * 60 + 940))
    assert contain.explain[-2:] == ["15 h 40 not counted: closed", "10 min reopened by lina"]
    assert life.reach("contained", 1010).at(1010)[CONTAIN].state == "met"
    assert states(life.close(1020), 1020)[RESOLVE] == "met"


def test_reopening_to_triage_waits_for_no_acceptance(live: Live) -> None:
    life = live("high").reach("acknowledged", 5).reach("decided", 10).escalate(10).give_back(12).close(20)
    life.reopen(40)
    assert states(life, 41)[ACCEPT] == "cancelled"
    assert states(life, 41)[CONTAIN] == "running"


def test_severity_of_a_closed_case_moves_no_clock(live: Live) -> None:
    life = live("medium").reach("acknowledged", 5).reach("decided", 10).escalate(10).close(20)
    before = states(life, 20), life.said()
    life.severity("critical", 30)
    assert (states(life, 30), life.said()) == before


def test_an_unknown_instant_is_refused(live: Live) -> None:
    with pytest.raises(KeyError):
        clocks.reached(live().case, "noticed", minute(1), Automation())


def test_clocks_carry_the_team_of_their_case(live: Live, blue: Team) -> None:
    life = live("high").escalate(1)
    assert set(Clock.objects.filter(case=life.case).values_list("team_id", flat=True)) == {blue.pk}


def test_a_severity_without_a_target_has_no_clock(live: Live) -> None:
    life = live("high")
    policy = life.row(ACK).policy
    policy.targets.filter(measure=ACK, severity=Severity.INFO).delete()
    _reload()
    life.severity("info", 5)
    assert life.at(5)[ACK].state == "cancelled"
    assert life.severity("high", 20).at(20)[ACK].state == "running"
    assert life.at(20)[ACK].elapsed_s == 5 * 60


def _reload() -> None:
    from django.db.models import F

    from casebook.models import Installation

    Installation.objects.update(config_epoch=F("config_epoch") + 1)
