"""A case whose life is lived at given minutes, through the verbs of the clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from casebook.actor import Actor
from casebook.models import Case, Clock, Journal, PlaybookVersion, Team
from casebook.models.choices import Severity
from casebook.sla import clocks
from casebook.sla.read import ClockView, of_case

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return T0 + timedelta(minutes=number)


@dataclass
class Life:
    """One case; each verb is given the minute it happens at. ``at`` reads how its clocks stand then."""

    case: Case
    actor: Actor

    def reach(self, instant: str, at: float) -> Life:
        name = f"{instant}_at"
        if getattr(self.case, name) is None or instant == "closed":
            setattr(self.case, name, minute(at))
        if instant == "closed":
            self.case.state = "closed"
        clocks.reached(self.case, instant, minute(at), self.actor)
        return self

    def escalate(self, at: float) -> Life:
        self.case.state = "escalated"
        return self.reach("escalated", at)

    def give_back(self, at: float) -> Life:
        self.case.state = "triage"
        clocks.returned(self.case, minute(at), self.actor)
        return self

    def pause(self, at: float, reason: str = "asked the user") -> Life:
        clocks.pause(self.case, reason, minute(at), self.actor)
        return self

    def resume(self, at: float) -> Life:
        clocks.resume(self.case, minute(at), self.actor)
        return self

    def severity(self, word: str, at: float) -> Life:
        self.case.severity = Severity.of(word)
        clocks.severity_changed(self.case, minute(at), self.actor)
        return self

    def close(self, at: float, *, decided: bool = True) -> Life:
        for instant in ("decided", "resolved") if decided else ("resolved",):
            if getattr(self.case, f"{instant}_at") is None:
                self.reach(instant, at)
        return self.reach("closed", at)

    def reopen(self, at: float, state: str = "triage") -> Life:
        self.case.state = state
        clocks.reopened(self.case, minute(at), self.actor)
        return self

    def at(self, number: float) -> dict[str, ClockView]:
        return {clock.measure: clock for clock in of_case(self.case, minute(number))}

    def row(self, measure: str) -> Clock:
        return Clock.objects.get(case=self.case, measure=measure)

    def said(self) -> list[str]:
        """The verbs of the clocks' journal entries, with the measure, in order."""
        entries = Journal.objects.filter(case_id=self.case.pk, verb__startswith="clock.").order_by("id")
        return [f"{entry.verb} {entry.payload['measure']}" for entry in entries]


@pytest.fixture
def live(blue: Team, lina: Actor) -> Callable[..., Life]:
    """``live("high")``: a case of that severity, received at minute 0, with its clocks started."""

    def born(severity: str = "high") -> Life:
        case = Case.objects.create(
            team=blue,
            title="Somebody at the gate",
            severity=Severity.of(severity),
            playbook_version=PlaybookVersion.objects.order_by("pk")[0],
            received_at=T0,
        )
        clocks.start(case, lina)
        return Life(case, lina)

    return born
