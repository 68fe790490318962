"""Clock arithmetic against an oracle of another make: it walks the life of a clock second by second and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casebook.sla import reckoning
from casebook.sla.reckoning import Segment, Segments

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STATES = ("running", "paused", "cancelled")


@dataclass
class Counted:
    """What counting each second gives."""

    used: int
    due: int | None
    risk: int | None


def count(lengths: list[tuple[str, int]], last: str, until: int, target: int) -> Counted:
    """The oracle: one second at a time, no intervals. ``lengths`` are ended stretches, ``last`` goes on."""
    used, due, risk = 0, None, None
    timeline = [state for state, seconds in lengths for _ in range(seconds)]
    used_by_now = 0
    for second in range(max(until, len(timeline)) + target + 1):
        state = timeline[second] if second < len(timeline) else last
        if second < until:
            used_by_now += state == "running"
        if state == "running":
            if due is None and used >= target:
                due = second
            if risk is None and used >= target * 0.75:
                risk = second
            used += 1
        elif second >= len(timeline):
            break
    return Counted(used_by_now, due, risk)


stretches = st.lists(st.tuples(st.sampled_from(STATES), st.integers(1, 40)), max_size=6)
targets = st.integers(1, 30).map(lambda quarters: 4 * quarters)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def built(lengths: list[tuple[str, int]], last: str) -> Segments:
    segments: Segments = (Segment(START, None, lengths[0][0] if lengths else last, "begins"),)
    second = 0
    for index, (_, seconds) in enumerate(lengths):
        second += seconds
        following = lengths[index + 1][0] if index + 1 < len(lengths) else last
        segments = reckoning.cut(segments, at(second), following, "goes on")
    return segments


@given(stretches, st.sampled_from(STATES), targets, st.integers(0, 200))
def test_the_oracle_agrees(lengths: list[tuple[str, int]], last: str, target: int, beyond: int) -> None:
    now = sum(seconds for _, seconds in lengths) + beyond
    segments = built(lengths, last)
    expected = count(lengths, last, now, target)
    assert reckoning.used(segments, at(now)) == timedelta(seconds=expected.used)
    assert reckoning.used(segments, at(now)) + reckoning.left_out(segments, at(now)) == timedelta(seconds=now)
    due, risk = reckoning.due(segments, target), reckoning.at_risk_from(segments, target)
    assert due == (None if expected.due is None else at(expected.due))
    assert risk == (None if expected.risk is None else at(expected.risk))


@given(stretches, targets, st.integers(0, 200))
def test_standing_follows_from_what_was_counted(lengths: list[tuple[str, int]], target: int, beyond: int) -> None:
    now = sum(seconds for _, seconds in lengths) + beyond
    segments = built(lengths, "running")
    used = count(lengths, "running", now, target).used
    expected = "breached" if used > target else "at_risk" if used >= target * 0.75 else "running"
    assert reckoning.standing(segments, target, at(now)) == expected


@given(stretches, targets, st.integers(1, 500))
def test_a_pause_moves_the_due_instant_by_its_length(lengths: list[tuple[str, int]], target: int, pause: int) -> None:
    now = sum(seconds for _, seconds in lengths)
    before = built(lengths, "running")
    due = reckoning.due(before, target)
    paused = reckoning.cut(reckoning.cut(before, at(now), "paused", "waits"), at(now + pause), "running", "again")
    assert due is not None
    expected = due if due < at(now) else due + timedelta(seconds=pause)
    assert reckoning.due(paused, target) == expected
    assert reckoning.used(paused, at(now + pause)) == reckoning.used(before, at(now))


@given(stretches, targets, st.lists(st.integers(0, 300), min_size=2, max_size=2))
def test_used_time_is_monotone(lengths: list[tuple[str, int]], target: int, seconds: list[int]) -> None:
    earlier, later = sorted(seconds)
    segments = built(lengths, "running")
    assert reckoning.used(segments, at(earlier)) <= reckoning.used(segments, at(later))


@given(stretches, st.sampled_from(STATES))
def test_segments_survive_being_kept(lengths: list[tuple[str, int]], last: str) -> None:
    segments = built(lengths, last)
    assert reckoning.from_json(reckoning.to_json(segments), START) == segments


def test_stretches_of_no_length_are_not_kept_and_never_overlap() -> None:
    segments = (Segment(START, None, "running", "in the queue"),)
    segments = reckoning.cut(segments, at(60), "running", "with lina")
    segments = reckoning.cut(segments, at(60), "running", "waiting for T2")
    assert [(s.why, s.start, s.end) for s in segments] == [
        ("in the queue", START, at(60)),
        ("waiting for T2", at(60), None),
    ]
    # A transaction that queued for the case carries the time it began.
    late = reckoning.cut(segments, at(50), "paused", "asked the user")
    assert [(s.why, s.start, s.end) for s in late] == [
        ("in the queue", START, at(60)),
        ("asked the user", at(60), None),
    ]


def test_a_target_is_met_to_the_last_second() -> None:
    segments = (Segment(START, None, "running", ""),)
    assert reckoning.standing(segments, 100, at(74)) == "running"
    assert reckoning.standing(segments, 100, at(75)) == "at_risk"
    assert reckoning.standing(segments, 100, at(100)) == "at_risk"
    assert reckoning.standing(segments, 100, at(100) + timedelta(microseconds=1)) == "breached"
    assert reckoning.standing(segments, 100, at(10), breached=True) == "breached"


def test_a_row_without_segments_has_run_since_it_started() -> None:
    assert reckoning.from_json([], START) == (Segment(START, None, "running", "in the queue"),)
