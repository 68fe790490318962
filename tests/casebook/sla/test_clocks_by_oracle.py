"""Any legal life of a case, lived through the verbs, against an oracle of another make.

The oracle knows no segments and no due instants: it lives minute by minute, adds one to every clock that counts, and
looks whether that is more than the target of the severity the case has then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.models.choices import Severity
from casebook.sla import policies
from tests.casebook.sla.conftest import Life

ACK, QUALIFY, ACCEPT = "time_to_acknowledge", "time_to_qualify", "time_to_accept"
CONTAIN, RESOLVE = "time_to_contain", "time_to_resolve"
ENDED_BY = {"acknowledge": ACK, "decide": QUALIFY, "accept": ACCEPT, "contain": CONTAIN}
pytestmark = pytest.mark.django_db


@dataclass
class Oracle:
    severity: int
    waiting: bool = False
    counted: int = 0
    used: dict[str, int] = field(default_factory=lambda: {ACK: 0, QUALIFY: 0, RESOLVE: 0})
    late: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)

    def pass_minutes(self, minutes: int) -> None:
        for _ in range(minutes):
            if not self.waiting:
                self.counted += 1
            for measure in self.used:
                if not self.waiting and measure not in self.ended and measure not in self.off:
                    self.used[measure] += 1
            self.look()

    def look(self) -> None:
        for measure, used in self.used.items():
            target = policies.current().target(self.severity, measure)
            if measure not in self.ended and measure not in self.off and used * 60 > target.target_s:
                self.late.add(measure)

    def end(self, measure: str) -> None:
        if measure in self.used and measure not in self.ended and measure not in self.off:
            self.ended[measure] = "missed" if measure in self.late else "met"

    def call_off(self, measure: str) -> None:
        if measure in self.used and measure not in self.ended and measure not in self.off:
            if measure in self.late:
                self.ended[measure] = "missed"
            else:
                self.off.add(measure)

    def state(self, measure: str) -> str:
        if measure in self.ended:
            return self.ended[measure]
        if measure in self.off:
            return "cancelled"
        if self.waiting:
            return "paused"
        target = policies.current().target(self.severity, measure).target_s
        if measure in self.late:
            return "breached"
        return "at_risk" if self.used[measure] * 60 >= 0.75 * target else "running"


steps = st.tuples(
    st.sampled_from(["acknowledge", "wait", "resume", "severity", "escalate", "return", "accept", "contain", "close"]),
    st.integers(0, 90),
    st.sampled_from(["low", "medium", "high", "critical"]),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.sampled_from(["low", "medium", "high", "critical"]), script=st.lists(steps, max_size=8))
def test_clocks_stand_as_the_oracle_says(
    live: Callable[..., Life], first: str, script: list[tuple[str, int, str]]
) -> None:
    with transaction.atomic():
        life, oracle, now, place = live(first), Oracle(Severity.of(first)), 0, "triage"
        for verb, minutes, severity in script:
            now += minutes
            oracle.pass_minutes(minutes)
            place = _do(life, oracle, verb, now, severity, place)
            oracle.look()
            standing = life.at(now)
            assert {measure: clock.state for measure, clock in standing.items()} == {
                measure: oracle.state(measure) for measure in oracle.used
            }
            assert {measure: clock.elapsed_s for measure, clock in standing.items()} == {
                measure: 60 * used for measure, used in oracle.used.items()
            }
            if place == "closed":
                break
        transaction.set_rollback(True)


def _do(life: Life, oracle: Oracle, verb: str, now: int, severity: str, place: str) -> str:
    """One legal verb for both; one that the case's state forbids is passed over. Returns where the case is then."""
    if verb == "wait" and not oracle.waiting and place != "escalated":
        life.pause(now)
        oracle.waiting = True
    elif verb == "resume" and oracle.waiting:
        life.resume(now)
        oracle.waiting = False
    elif verb == "severity":
        life.severity(severity, now)
        oracle.severity = Severity.of(severity)
    elif verb == "acknowledge" and place == "triage":
        life.reach("acknowledged", now)
        oracle.end(ACK)
    elif verb == "escalate" and place == "triage" and not oracle.waiting:
        life.reach("decided", now).escalate(now)
        oracle.end(QUALIFY)
        oracle.used.setdefault(ACCEPT, 0)
        oracle.off.discard(ACCEPT)
        oracle.used.setdefault(CONTAIN, oracle.counted)
        return "escalated"
    elif verb == "return" and place == "escalated":
        life.give_back(now)
        oracle.call_off(ACCEPT)
        return "triage"
    elif verb == "accept" and place == "escalated":
        life.reach("accepted", now)
        oracle.end(ACCEPT)
        return "investigating"
    elif verb == "contain" and place == "investigating":
        life.reach("contained", now)
        oracle.end(CONTAIN)
    elif verb == "close":
        life.close(now)
        oracle.end(QUALIFY)
        oracle.end(RESOLVE)
        for measure in (ACK, ACCEPT, CONTAIN):
            oracle.call_off(measure)
        return "closed"
    return place
