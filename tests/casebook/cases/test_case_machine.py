"""Any order of verbs by anybody leaves a case that is possible, with a journal and clocks that agree with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.actors import PersonActor
from accounts.models import Person
from casebook.cases import closing, notes, ownership, states, waiting
from casebook.errors import Conflict, DomainError, Invalid, NotAllowed
from casebook.models import Case, Clock, Grouping, Journal
from triage import decisions, escalation

PEOPLE = ("lina", "tomas", "tessa", "lea")
RAISES_VERSION = {
    "case.taken", "case.released", "case.assigned", "case.waiting", "case.resumed", "case.escalated", "case.accepted",
    "case.returned", "case.closed", "case.reopened", "case.severity",
}  # fmt: skip
OPEN_CLOCKS = {"running", "at_risk", "breached", "paused"}
people = st.sampled_from(PEOPLE)


class CaseMachine(RuleBasedStateMachine):
    """One case of blue, worked by four people; the model is its state, by the table, and its version."""

    open_case: Callable[..., Case]

    @initialize()
    def opened(self) -> None:
        self.around = transaction.atomic()
        self.around.__enter__()
        self.actors = {name: PersonActor(Person.objects.get(username=name)) for name in PEOPLE}
        self.case = type(self).open_case(title="of the machine")
        self.state, self.version, self.back = "new", 1, ""

    def teardown(self) -> None:
        if hasattr(self, "around"):
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    def do(self, verb: str, act: Callable[..., Any], who: str, **given: Any) -> None:
        """The verb, as the table says; what it refuses must leave everything as it was."""
        before = (self.case.state, self.case.version, Journal.objects.count())
        move, refused = states.move(self.case.state, verb), None
        try:
            with transaction.atomic():
                act(actor=self.actors[who], ref=self.case.ref, **given)
        except DomainError as refusal:
            refused = refusal
        self.case.refresh_from_db()
        if refused is not None:
            assert (self.case.state, self.case.version, Journal.objects.count()) == before
            assert move is None or isinstance(refused, NotAllowed | Conflict | Invalid)
            return
        assert move is not None, f"{verb} happened in {before[0]}, which the table forbids"
        if move.to != states.BACK:
            assert self.case.state == move.to

    @rule(who=people)
    def take(self, who: str) -> None:
        self.do("take", ownership.take, who)

    @rule(who=people, to=people)
    def assign(self, who: str, to: str) -> None:
        self.do("assign", ownership.assign, who, to=to)

    @rule(who=people)
    def release(self, who: str) -> None:
        self.do("release", ownership.release, who)

    @rule(who=people)
    def wait(self, who: str) -> None:
        before = self.case.state
        self.do("wait", waiting.wait, who, reason="asked the user")
        if self.case.state == "waiting" and before != "waiting":
            self.back = "triage" if before == "new" else before

    @rule(who=people)
    def resume(self, who: str) -> None:
        was_waiting = self.case.state == "waiting"
        self.do("resume", waiting.resume, who)
        if was_waiting and self.case.state != "waiting":
            assert self.case.state == self.back

    @rule(who=people)
    def escalate(self, who: str) -> None:
        self.do("escalate", escalation.escalate, who, reason="please look at this")

    @rule(who=people)
    def accept(self, who: str) -> None:
        self.do("accept", escalation.accept, who)

    @rule(who=people)
    def give_back(self, who: str) -> None:
        self.do("return", escalation.return_, who, question="Is it a service account?")

    @rule(who=people, verdict=st.sampled_from(["true_positive", "false_positive", "undetermined"]))
    def close(self, who: str, verdict: str) -> None:
        self.do("close", decisions.close, who, verdict=verdict, reason="looked into it at length")

    @rule(who=people)
    def reopen(self, who: str) -> None:
        closed_from = self.case.closed_from
        was_closed = self.case.state == "closed"
        self.do("reopen", closing.reopen, who, reason="it came back")
        if was_closed and self.case.state != "closed":
            assert self.case.state == ("investigating" if closed_from in ("escalated", "investigating") else "triage")

    @rule(who=people, severity=st.sampled_from(["low", "critical"]))
    def severity(self, who: str, severity: str) -> None:
        try:
            with transaction.atomic():
                notes.edit(actor=self.actors[who], ref=self.case.ref, version=None, severity=severity)
        except DomainError:
            assert self.case.state == "closed"
        self.case.refresh_from_db()

    @rule(who=people)
    def a_stale_hand_changes_nothing(self, who: str) -> None:
        with pytest.raises((Conflict, NotAllowed)):
            ownership.assign(actor=self.actors[who], ref=self.case.ref, to="lea", version=self.case.version + 1)

    @invariant()
    def the_journal_tells_the_version(self) -> None:
        if hasattr(self, "case"):
            entries = Journal.objects.filter(case_id=self.case.pk, verb__in=RAISES_VERSION).count()
            assert self.case.version >= 1 + entries - _silent(self.case)

    @invariant()
    def the_case_is_possible(self) -> None:
        if not hasattr(self, "case"):
            return
        case = self.case
        assert bool(case.verdict) == (case.state == "closed") == bool(case.closed_from)
        assert bool(case.waiting_reason) == (case.state == "waiting") == bool(case.wake_at)
        assert case.tier == ("t2" if _stands_with_t2(case) else "l1")
        assert (case.state == "new") <= (case.owner_id is None)
        assert (case.acknowledged_at is None) <= (case.owner_id is None)
        for earlier, later in (("escalated_at", "accepted_at"), ("acknowledged_at", "accepted_at")):
            if getattr(case, later):
                assert getattr(case, earlier) <= getattr(case, later)
        assert (case.state == "closed") <= (case.resolved_at is not None and case.closed_at >= case.resolved_at)
        if case.state == "closed":
            assert not Grouping.objects.filter(case=case).exists()
            assert not Clock.objects.filter(case=case, state__in=OPEN_CLOCKS).exists()
        if case.state == "waiting":
            assert not Clock.objects.filter(case=case, state__in=["running", "at_risk"]).exists()
        else:
            assert not Clock.objects.filter(case=case, state="paused").exists()


def _stands_with_t2(case: Case) -> bool:
    seen = {"waiting": case.waiting_from, "closed": case.closed_from}.get(case.state, case.state)
    return seen in ("escalated", "investigating")


def _silent(case: Case) -> int:
    """Entries that tell of more than one change made in one step: taking goes along with what takes."""
    return Journal.objects.filter(case_id=case.pk, verb="case.taken").count()


def test_any_order_of_verbs(committed: str, open_case: Callable[..., Case]) -> None:
    CaseMachine.open_case = staticmethod(open_case)  # type: ignore[method-assign,assignment]
    run_state_machine_as_test(
        CaseMachine,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
