"""Times, ages, spans and clocks as words."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from casebook.templatetags.casebook_time import age, ago, clock_words, duration, instant_words, span_words, zone_named

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load casebook_time %}" + source).render(Context(context))


def a_clock(**changes: object) -> SimpleNamespace:
    base = {"measure": "time_to_qualify", "label": "qualify", "state": "running", "target_s": 1800, "elapsed_s": 0}
    return SimpleNamespace(**(base | {"due_at": NOW + dt.timedelta(minutes=9, seconds=20)} | changes))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3840, "1 h 04"),
        (6720, "1 h 52"),
        (86399, "23 h 59"),
        (86400, "1 d"),
        (2 * 86400 + 4 * 3600, "2 d 04"),
        (-300, "5 min"),
    ],
)
def test_a_span_reads_in_two_units_at_most(seconds: float, words: str) -> None:
    assert span_words(seconds) == words


def test_a_duration_takes_seconds_or_a_timedelta_and_shows_nothing_as_a_dash() -> None:
    assert duration(dt.timedelta(hours=1, minutes=52)) == "1 h 52"
    assert duration(42) == "42 s"
    assert duration(None) == duration("") == "–"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"seconds": 5}, "just now"),
        ({"minutes": 4, "seconds": 59}, "4 min"),
        ({"hours": 3, "minutes": 50}, "3 h"),
        ({"days": 12, "hours": 3}, "12 d"),
        ({"seconds": -5}, "in a moment"),
        ({"minutes": -4}, "in 4 min"),
    ],
)
def test_an_age_reads_in_one_unit(before: dict[str, int], words: str) -> None:
    assert age(NOW - dt.timedelta(**before)) == words


@pytest.mark.parametrize(
    ("name", "offset"),
    [("+02:00", 2), ("-0330", -3.5), ("Europe/Berlin", 1), ("No/Such", 0), ("../etc/passwd", 0), ("", 0)],
)
def test_a_zone_is_iana_or_an_offset_and_an_unknown_one_reads_as_utc(name: str, offset: float) -> None:
    assert NOW.astimezone(zone_named(name)).utcoffset() == dt.timedelta(hours=offset)


@time_machine.travel(NOW, tick=False)
def test_the_year_stands_there_only_when_it_is_not_the_present_one() -> None:
    assert instant_words(NOW) == "24 Nov 08:00"
    assert instant_words(NOW, "second") == "24 Nov 08:00:00"
    assert instant_words(NOW, "clock") == "08:00:00"
    assert instant_words(NOW.replace(year=2025), "day") == "24 Nov 2025"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("choice", "shown"), [("mine", "24 Nov 09:00"), ("utc", "24 Nov 08:00"), ("log", "24 Nov 01:00")]
)
def test_when_follows_the_viewers_choice_and_keeps_utc_on_hover(choice: str, shown: str) -> None:
    with timezone.override("Europe/Berlin"):
        html = render('{% when at log="-07:00" %}', at=NOW, ui={"zone": choice})
    assert f">{shown}</time>" in html
    assert 'datetime="2026-11-24T08:00:00Z"' in html
    assert 'title="2026-11-24 08:00:00 UTC"' in html
    assert 'data-log="-07:00"' in html


@time_machine.travel(NOW, tick=False)
def test_without_a_choice_or_a_log_when_shows_the_viewers_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert ">24 Nov 09:00</time>" in render("{% when at %}", at=NOW)
        assert ">24 Nov 09:00</time>" in render("{% when at %}", at=NOW, ui={"zone": "log"})
    assert "–" in render("{% when at %}", at=None)


@time_machine.travel(NOW, tick=False)
def test_an_evidence_row_shows_the_hour_of_its_raw_line_whatever_was_chosen() -> None:
    html = render('{% log_time at "-07:00" %}', at=NOW, ui={"zone": "utc"})
    assert ">24 Nov 01:00:00</time>" in html
    assert "data-form" not in html  # zone.js leaves it alone
    assert "2026-11-24 08:00:00 UTC" in html


def test_a_zone_name_from_a_log_cannot_break_out_of_its_attribute() -> None:
    assert '"><script>' not in render("{% when at log=zone %}{% log_time at zone %}", at=NOW, zone='"><script>')


@pytest.mark.parametrize(
    ("form", "left", "words"),
    [
        ("short", 560, "9 min"),
        ("label", 560, "qualify in 9 min"),
        ("full", 560, "9 min left of 30 min"),
        ("short", -240, "4 min over"),
        ("label", -240, "qualify 4 min over"),
        ("full", -240, "4 min over 30 min"),
    ],
)
def test_a_running_clock_counts_to_its_instant(form: str, left: float, words: str) -> None:
    assert clock_words(a_clock(), left_s=left, form=form) == words


def test_a_clock_that_does_not_run_says_its_state() -> None:
    assert clock_words(a_clock(state="met", elapsed_s=240), left_s=None) == "met in 4 min"
    assert clock_words(a_clock(state="missed", elapsed_s=6420), left_s=None, form="full") == "missed, 1 h 47 of 30 min"
    assert clock_words(a_clock(state="paused"), left_s=None) == "paused"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("changes", "tone", "used"),
    [
        ({}, "", "69 100"),
        ({"state": "at_risk"}, "soon", "69 100"),
        ({"due_at": NOW - dt.timedelta(minutes=1)}, "late", "100 100"),  # the sweep has not come by yet
        ({"state": "breached", "due_at": NOW - dt.timedelta(minutes=1)}, "late", "100 100"),
        ({"state": "met", "elapsed_s": 240}, "met", "100 100"),
        ({"state": "paused", "due_at": None, "elapsed_s": 900}, "", "50 100"),
        ({"target_s": 0}, "", "0 100"),
    ],
)
def test_the_ring_fills_with_the_share_used(changes: dict[str, object], tone: str, used: str) -> None:
    html = render("{% clock c %}", c=a_clock(**changes))
    assert f'class="clock {tone}"' in html
    assert f'stroke-dasharray="{used}"' in html


@time_machine.travel(NOW, tick=False)
def test_only_a_running_clock_is_counted_on_in_the_browser() -> None:
    running = render('{% clock c "label" %}', c=a_clock())
    assert 'data-due="2026-11-24T08:09:20Z"' in running
    assert 'data-clock-form="label"' in running
    assert "data-due" not in render("{% clock c %}", c=a_clock(state="met", elapsed_s=1))
    assert "–" in render("{% clock c %}", c=None)


@time_machine.travel(NOW, tick=False)
def test_an_age_ends_a_sentence() -> None:
    assert ago(NOW) == "just now"
    assert ago(NOW - dt.timedelta(minutes=4)) == "4 min ago"
    assert ago(NOW + dt.timedelta(minutes=4)) == "in 4 min"
    assert ago(None) == "–"


def test_a_missed_target_says_by_how_much() -> None:
    html = render("{% missed clock %}", clock=a_clock(label="acknowledge", state="missed", over_s=720))
    assert "acknowledge missed by 12 min" in html
    assert "bad" in html
