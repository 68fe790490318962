"""Marks in lanes: each with a name and a place in the table, near ones as one that counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from triage.timeline.marks import Happening, Picture, picture

START = datetime(2026, 3, 30, 16, tzinfo=UTC)


def happened(lane: str, minute: float, text: str = "failed login", **more: bool) -> Happening:
    return Happening(lane, START + timedelta(minutes=minute), text, f"e{minute:g}", **more)


def drawn(*found: Happening) -> Picture:
    made = picture(found, words=lambda at: f"{at:%H:%M}", span=str)
    assert made is not None
    return made


def test_lanes_go_from_what_happened_to_what_was_done() -> None:
    made = drawn(happened("action", 30), happened("event", 0), happened("decision", 20))
    assert [lane.name for lane in made.lanes] == ["Log events", "Decisions", "Containment"]
    assert [mark.y for mark in made.marks] == sorted(mark.y for mark in made.marks)


def test_near_ones_are_one_that_counts_and_says_the_most_telling() -> None:
    near = [happened("event", n / 60) for n in range(4)]
    made = drawn(*near, happened("event", 4.5 / 60, "accepted", strong=True), happened("event", 60))
    many, last = made.marks
    assert (many.count, many.strong, last.count) == (5, True, 1)
    assert many.words == "16:00: accepted, and 4 more until 16:00"
    assert many.anchor == "e0"
    assert many.r > last.r


def test_what_somebody_pinned_shows_so() -> None:
    [mark] = drawn(happened("event", 0, pinned=True)).marks
    assert mark.pinned


def test_a_break_says_how_long_it_is() -> None:
    [one] = drawn(happened("event", 0), happened("decision", 60 * 24 * 90)).breaks
    assert one.text == "90 days, 0:00:00"


def test_nothing_is_no_picture() -> None:
    assert picture([], words=str, span=str) is None
