"""Verdicts of cases that share a user, host or source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casebook.actor import Automation
from casebook.cases import closing, moving
from casebook.cases.seen_before import seen_before
from casebook.models import Case


def ended(case: Case, verdict: str) -> None:
    actor = Automation(team_id=case.team_id)
    closing.close(actor=actor, case=case, verdict=verdict, reason="", now=moving.db_now())


def about(address: str) -> dict[str, Any]:
    return {"observables": [{"type": "ip", "value": address, "role": "source"}], "assets": []}


def test_counts_by_shared_user_host_or_source(
    open_case: Callable[..., Case], django_assert_num_queries: Callable[[int], Any]
) -> None:
    for verdict in ("false_positive", "false_positive", "benign_positive"):
        ended(open_case(**about("203.0.113.7")), verdict)
    ended(open_case(source="green-siem", **about("203.0.113.7")), "true_positive")
    case, unlike = open_case(**about("203.0.113.7")), open_case(**about("198.51.100.9"))

    with django_assert_num_queries(1):
        found = seen_before([case.pk, unlike.pk])

    assert found == {case.pk: {"false_positive": 2, "benign_positive": 1}}
    assert seen_before([]) == {}


def test_an_address_that_was_only_a_target_says_nothing(open_case: Callable[..., Case]) -> None:
    ours = {"observables": [{"type": "ip", "value": "192.0.2.1", "role": "target"}], "assets": []}
    ended(open_case(**ours), "false_positive")

    assert seen_before([open_case(**ours, rule={"id": "another"}).pk]) == {}
