"""Which log a step waits for, in the words a log system is asked in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.models import Case
from tests.triage.conftest import said, tell
from triage import run_view, wanted

pytestmark = pytest.mark.django_db
ABOUT = [("ip", "203.0.113.7"), ("cidr", "10.0.0.0/8"), ("user", "mallory"), ("email", "m@x.example"),
         ("asset", "web-1"), ("hash", "00"), ("user", "mallory")]  # fmt: skip


def of(case: Case, text: str) -> tuple[str, ...]:
    line = next(line for line in run_view.view(case).lines if line.step.text.startswith(text))
    return wanted.kinds_of(line)


def test_a_log_source_wants_its_kinds_until_they_are_there(case) -> None:
    assert of(case, "Login records") == ("authentication",)


def test_a_question_wants_what_its_gaps_name(case) -> None:
    assert of(case, "Does one name") == ()  # nothing was computed yet
    tell(case, said("D01", "cannot_tell"), said("D05", "no"))
    assert of(case, "Does one name") == ("authentication",)
    assert of(case, "Did a guess") == ()
    gap = "web or network events for 30 Mar 15:54–16:01 UTC"
    tell(case, said("D01", "cannot_tell", missing=(gap,)), said("D05", "no"))
    assert of(case, "Does one name") == ("network", "web")


def test_a_log_called_otherwise_is_wanted_by_what_the_detector_needs(case) -> None:
    tell(case, said("D01", "cannot_tell", missing=("records of the door",)))
    assert of(case, "Does one name") == ("authentication",)


def test_what_is_no_log_is_not_fetched(case) -> None:
    tell(case, said("D01", "cannot_tell", missing=("corporate ranges",)))
    assert of(case, "Does one name") == ()


def test_whom_and_which_hours() -> None:
    at = datetime(2026, 3, 30, 16, 0, tzinfo=UTC)
    case = Case(first_event_at=at - timedelta(hours=2), detected_at=at, received_at=at + timedelta(minutes=5))
    about = wanted.about(case, ABOUT)
    assert (about.users, about.ips, about.hosts) == (("mallory", "m@x.example"), ("203.0.113.7",), ("web-1",))
    assert (about.start, about.end) == (at - timedelta(hours=3), at + timedelta(hours=1, minutes=5))
    own = wanted.about(case, ABOUT, start=at)
    assert (own.start, own.end) == (at, about.end)


def test_a_run_names_each_log_once_with_the_steps_that_wait(case) -> None:
    tell(case, said("D01", "cannot_tell"), said("D05", "cannot_tell"), said("D02", "no"))
    [want] = wanted.of_run(run_view.view(case), wanted.observables_of(case))
    assert want.kinds == ("authentication",)
    assert [line.step.text[:10] for line in want.steps] == ["Login reco", "Does one n", "Did a gues"]
    assert want.names == ("mallory", "203.0.113.7")
