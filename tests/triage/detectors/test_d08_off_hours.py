"""D08: outside business hours, by the asset's clock; and what an unknown clock does to the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.logs import sample
from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.making import SOURCE, login, of_log
from tests.triage.events.reading_formats import read_path
from triage.detectors.protocol import Context, Scope
from triage.events.parsers.protocol import Event
from triage.events.schema import empty

MIDNIGHT = datetime(2026, 3, 30, tzinfo=UTC)
"""A Monday."""


def zoned(zone: str, name: str = "web-1", kind: str = "host") -> Context:
    return Context(assets=({"kind": kind, "name": name, "zone": zone, "critical": False, "protected": False},))


UTC_HOST = zoned("Etc/UTC")


def attempts(number: int, *, hour: float, day: int = 0, **fields: Any) -> list[Event]:
    """So many failures within a minute of that hour, UTC; day 0 is a Monday."""
    start = MIDNIGHT + timedelta(days=day, hours=hour)
    return [login(**{"@timestamp": start + timedelta(seconds=second)}, **fields) for second in range(number)]


class TestThresholds:
    @pytest.mark.parametrize(
        ("events", "answer"),
        [
            (attempts(20, hour=3), "yes"),
            (attempts(19, hour=3), "partly"),  # too few to tell from chance, and yet all of them
            ([*attempts(21, hour=3), *attempts(4, hour=12)], "yes"),  # 84 %
            ([*attempts(20, hour=3), *attempts(4, hour=12)], "no"),  # 83 %
            (attempts(20, hour=12), "no"),
            (attempts(20, hour=12, day=5), "yes"),  # a Saturday
            (attempts(20, hour=12, day=4), "no"),
            (attempts(4, hour=3, event__count=5), "yes"),  # folded repeats are attempts
            (attempts(20, hour=3, won=True), "yes"),
            (attempts(20, hour=3, user="WEB-1$"), "no"),  # machines work at night
            ([*attempts(12, hour=3), *attempts(12, hour=4, source="198.51.100.9")], "partly"),
        ],
    )
    def test_attempts_and_share(self, detect: Any, events: list[Event], answer: str) -> None:
        assert detect("D08", of_log(events), context=UTC_HOST)["case"].answer == answer

    @pytest.mark.parametrize(
        ("clock", "answer"), [("06:59:30", "yes"), ("07:00:00", "no"), ("18:59:30", "no"), ("19:00:00", "yes")]
    )
    def test_the_edges_of_the_day(self, detect: Any, clock: str, answer: str) -> None:
        hours, minutes, seconds = map(int, clock.split(":"))
        events = attempts(20, hour=hours + minutes / 60 + seconds / 3600)
        assert detect("D08", of_log(events), context=UTC_HOST)["case"].answer == answer

    def test_hours_are_settings_and_may_pass_midnight(self, detect: Any) -> None:
        night = {"start_hour": 22, "end_hour": 6, "weekend": []}
        at_three, at_noon = of_log(attempts(20, hour=3)), of_log(attempts(20, hour=12))
        assert detect("D08", at_three, context=UTC_HOST, settings=night)["case"].answer == "no"
        found = detect("D08", at_noon, context=UTC_HOST, settings=night)["case"]
        assert found.answer == "yes"
        assert "outside 22:00–06:00 (our defaults; by chance 67%)" in found.threshold

    def test_few_at_night_are_only_said_of_the_case(self, detect: Any) -> None:
        events = [*attempts(20, hour=12), *attempts(5, hour=3, source="198.51.100.9")]
        assert list(detect("D08", of_log(events), context=UTC_HOST, scope=Scope(ips=(SOURCE,)))) == ["case"]
        many = [*attempts(20, hour=12), *attempts(25, hour=3, source="198.51.100.9")]
        found = detect("D08", of_log(many), context=UTC_HOST, scope=Scope(ips=(SOURCE,)))
        assert found["elsewhere"].entities == {"ip": ["198.51.100.9"]}


class TestZones:
    @pytest.mark.parametrize(
        ("zone", "answer"), [("Asia/Tokyo", "yes"), ("America/New_York", "no"), ("Europe/Vienna", "no")]
    )
    def test_the_clock_is_the_assets(self, detect: Any, zone: str, answer: str) -> None:
        found = detect("D08", of_log(attempts(20, hour=14)), context=zoned(zone))["case"]
        assert (found.answer, found.confidence) == (answer, "high")
        assert found.figures["zones"] == [zone]

    def test_summer_time_is_kept(self, detect: Any) -> None:
        """06:30 UTC is 07:30 in Vienna in winter and 08:30 in summer; 05:30 is 06:30 and 07:30."""
        winter, summer = attempts(20, hour=5.5, day=-7), attempts(20, hour=5.5)
        assert detect("D08", of_log(winter), context=zoned("Europe/Vienna"))["case"].answer == "yes"
        assert detect("D08", of_log(summer), context=zoned("Europe/Vienna"))["case"].answer == "no"

    @pytest.mark.parametrize(
        "context",
        [
            zoned("Asia/Tokyo", "WEB-1"),
            zoned("Asia/Tokyo", "web-1.corp.example"),
            zoned("Asia/Tokyo", "198.51.100.80", "ip"),
            zoned("Asia/Tokyo", "ana", "user"),
        ],
    )
    def test_an_asset_is_found_by_any_of_its_names(self, detect: Any, context: Context) -> None:
        events = attempts(20, hour=14, destination__ip="198.51.100.80")
        assert detect("D08", of_log(events), context=context)["case"].figures["zones"] == ["Asia/Tokyo"]

    @pytest.mark.parametrize("context", [Context(), zoned(""), zoned("Mars/Olympus"), zoned("Asia/Tokyo", "db-1")])
    def test_an_unknown_zone_is_said(self, detect: Any, context: Context) -> None:
        found = detect("D08", of_log(attempts(20, hour=12)), context=context)["case"]
        assert (found.answer, found.confidence, found.figures["zone_certain"]) == ("no", "medium", False)
        assert "The time zone of web-1 is not certain; clocks up to 3 h off give the same answer." in found.sentence

    @pytest.mark.parametrize(
        ("hour", "answer"),
        [(1, "yes"), (3.9, "yes"), (4, "cannot_tell"), (6, "cannot_tell"), (8, "cannot_tell"), (10, "no"), (15.5, "no"),
         (16, "cannot_tell"), (20, "cannot_tell"), (22, "yes")],
    )  # fmt: skip
    def test_an_answer_that_hangs_on_the_zone_is_none(self, detect: Any, hour: float, answer: str) -> None:
        found = detect("D08", of_log(attempts(20, hour=hour)))["case"]
        assert found.answer == answer
        if answer == "cannot_tell":
            assert found.missing == ("time zones of hosts and accounts (/settings/context/)",)
            assert "the time zone of web-1 is not known" in found.sentence

    def test_a_zone_the_log_did_not_name_is_not_certain(self, detect: Any) -> None:
        events = attempts(20, hour=5, time_basis="assumed_year_and_zone")
        assert detect("D08", of_log(events), context=UTC_HOST)["case"].answer == "cannot_tell"

    def test_the_usual_zone_is_a_setting(self, detect: Any) -> None:
        found = detect("D08", of_log(attempts(20, hour=14)), settings={"zone": "Asia/Tokyo"})["case"]
        assert (found.answer, found.figures["zone_certain"]) == ("yes", True)


class TestWhatIsSaid:
    def test_both_sides_are_counted(self, detect: Any) -> None:
        events = [*attempts(21, hour=3), *attempts(3, hour=12), *attempts(2, hour=3, won=True)]
        found = detect("D08", of_log(events), context=UTC_HOST)["case"]
        assert found.sentence == f"23 of 26 login attempts from {SOURCE} (88%) lie outside business hours."
        assert (found.figures["failed"], found.figures["failed_off_hours"]) == (24, 21)
        assert (found.figures["logins"], found.figures["logins_off_hours"]) == (2, 2)
        bars = {bar["from"]: bar for bar in found.figures["chart"]}
        assert len(bars) == 24
        assert bars["03:00"] == {"from": "03:00", "count": 23, "inside": 0, "outside": 23, "hit": True}
        assert bars["12:00"] == {"from": "12:00", "count": 3, "inside": 3, "outside": 0, "hit": False}

    def test_the_chart_shows_the_local_day(self, detect: Any) -> None:
        found = detect("D08", of_log(attempts(20, hour=14)), context=zoned("Asia/Tokyo"))["case"]
        assert [bar["from"] for bar in found.figures["chart"] if bar["count"]] == ["23:00"]
        assert found.figures["chart_caption"] == "by hour of the day, Asia/Tokyo"

    def test_without_logins_other_acts_are_counted(self, detect: Any) -> None:
        web = attempts(20, hour=3, user=None, event__category="web", event__outcome="success")
        found = detect("D08", of_log(web), context=UTC_HOST)["case"]
        assert (found.answer, found.figures["failed"]) == ("yes", 0)
        assert "20 of 20 events" in found.sentence

    def test_without_a_source_the_account_stands_for_it(self, detect: Any) -> None:
        found = detect("D08", of_log(attempts(20, hour=3, source=None)), context=UTC_HOST)["case"]
        assert found.entities == {"user": ["ana"]}

    def test_nothing_can_be_said_without_events(self, detect: Any) -> None:
        found = detect("D08", empty())["case"]
        assert (found.answer, found.missing) == ("cannot_tell", ("authentication events",))


class TestSamples:
    BY_HOST_CLOCK = {"uncertain_hours": 0}

    def test_half_of_all_and_all_of_three_sources(self, detect: Any, sample_events: pl.DataFrame) -> None:
        found = detect("D08", sample_events, settings=self.BY_HOST_CLOCK)["case"]
        assert (found.figures["failed"], found.figures["failed_off_hours"]) == (1042, 521)
        assert found.figures["logins_off_hours"] == 65
        sources = {one["source"]: (one["attempts"], one["off_hours"]) for one in found.figures["sources"]}
        wholly = {"34.204.227.175": (43, 43), "181.26.186.35": (30, 30), "122.163.61.218": (30, 30)}
        assert {name: sources[name] for name in wholly} == wholly
        assert set(found.entities["ip"]) == set(wholly)

    def test_the_compromising_source_came_in_business_hours(self, detect: Any, sample_events: pl.DataFrame) -> None:
        found = detect("D08", sample_events, scope=Scope(ips=("24.151.103.17",)))["case"]
        assert (found.answer, found.figures["failed"], found.figures["failed_off_hours"]) == ("no", 157, 1)

    def test_only_what_holds_for_any_clock_is_claimed(self, detect: Any, sample_events: pl.DataFrame) -> None:
        found = detect("D08", sample_events)["case"]
        assert (found.answer, found.confidence, found.entities["ip"]) == ("yes", "medium", ["181.26.186.35"])

    def test_rewritten_minutes_leave_the_hours(self, detect: Any) -> None:
        path = sample("logs/web/elastic_examples_apache_access.log")
        found = detect("D08", located_frame(read_path(path)[1]))["case"]
        assert found.figures["attempts"] == 10_000
        assert sum(bar["count"] for bar in found.figures["chart"]) > 0
