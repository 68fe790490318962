"""Two people, one case, the same moment: on committed data, by real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from casebook.errors import Conflict
from tests.triage.conftest import said, tell
from triage import answers, escalation, focusing
from triage.models import Answer, Escalation, Focus, Run

pytestmark = pytest.mark.committed


@pytest.fixture
def together(committed: str) -> Callable[..., list[Any]]:
    """Run functions at the same moment, each on its own connection; their results or refusals in order."""

    def run(*verbs: Callable[[], Any]) -> list[Any]:
        gate = Barrier(len(verbs))

        def one(verb: Callable[[], Any]) -> Any:
            gate.wait(timeout=10)
            try:
                return verb()
            except Conflict as refused:
                return refused
            finally:
                connection.close()

        with ThreadPoolExecutor(len(verbs)) as pool:
            return list(pool.map(one, verbs))

    return run


@pytest.fixture
def shared(committed: str, open_case: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    case = open_case(rule={"id": request.node.name, "name": "one case for each test"})
    tell(case, said("D01", "yes"), said("D05", "yes"))
    return case


def test_a_run_is_begun_once_and_focus_adds_up(together, shared, lina, lea):
    told = [lambda who=who: focusing.focus(actor=who, ref=shared.ref, seconds=2) for who in (lina, lea) * 4]
    together(*told)
    assert Run.objects.filter(case=shared).count() == 1
    assert sorted(Focus.objects.filter(run__case=shared).values_list("seconds", flat=True)) == [8, 8]


def test_of_two_answers_to_the_same_question_one_is_told_of_the_other(together, shared, lina, lea):
    step = shared.playbook_version.steps.filter(section="question", bindings__0__detector="D01").get()

    def give(who: Any, value: str) -> Callable[[], Any]:
        return lambda: answers.answer(
            actor=who, ref=shared.ref, step_id=step.pk, value=value, note="because", revision=0
        )

    results = together(give(lina, "no"), give(lea, "partly"))
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 1
    assert refused[0].extra["changed_by"] in ("lina", "lea")
    assert Answer.objects.filter(run__case=shared, step=step).count() == 1


def test_of_two_escalations_one_happens(together, shared, lina, lea):
    send = [lambda who=who: escalation.escalate(actor=who, ref=shared.ref, reason="look") for who in (lina, lea)]
    results = together(*send)
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert Escalation.objects.filter(case=shared).count() == 1


def test_of_two_acceptances_one_happens(together, shared, lina, tomas, tessa):
    escalation.escalate(actor=lina, ref=shared.ref, reason="look")
    take = [lambda who=who: escalation.accept(actor=who, ref=shared.ref) for who in (tomas, tessa)]
    results = together(*take)
    assert sum(isinstance(one, Conflict) for one in results) == 1
