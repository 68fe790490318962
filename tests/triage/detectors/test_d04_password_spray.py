"""D04: few attempts on many accounts, at, under and beside each threshold."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.making import SOURCE, login, of_log
from tests.triage.events.sample_events import events_of
from triage.detectors.protocol import Scope
from triage.events.parsers.protocol import Event
from triage.events.schema import empty

PURPLESHARP = "logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson"


def spray(accounts: int, *, every: float = 10, **fields: Any) -> list[Event]:
    """One failure for each of so many accounts."""
    return [login(every * number, f"user{number:02d}", **fields) for number in range(accounts)]


def sign_ins(accounts: int, *, every: float) -> list[Event]:
    """The same at a sign-in service, which names no machine."""
    return spray(accounts, every=every, host__name=None, event__code="50126", service__name="Azure Portal")


def ntlm(accounts: int, *, every: float = 2000) -> list[Event]:
    """The same as a domain controller tells it, some two an hour from one workstation."""
    return spray(accounts, every=every, source=None, source__host="WS-5", event__code="4776")


class TestThresholds:
    @pytest.mark.parametrize(
        ("events", "answer"),
        [
            (spray(5), "yes"),
            (spray(4), "no"),
            (spray(5, every=299), "yes"),
            (spray(5, every=300), "no"),  # the first leaves the window as the fifth comes
            (spray(5) * 3, "yes"),
            (spray(5) * 4, "no"),  # four tries each are no spray
            (spray(5, event__count=4), "no"),  # folded repeats are attempts
            (spray(5, event__count=3), "yes"),
            ([*[login(-60, "user00")] * 3, *spray(5)], "no"),  # one hammered account of five leaves four
            ([*spray(5), *[login(60, "root")] * 40], "yes"),  # another one hammered beside them changes nothing
            (spray(9, user__exists=False), "no"),  # names that do not exist are enumeration
            (spray(5, source="127.0.0.1"), "no"),
            (spray(5, won=True), "no"),
        ],
    )
    def test_machines(self, detect: Any, events: list[Event], answer: str) -> None:
        assert detect("D04", of_log(events))["case"].answer == answer

    @pytest.mark.parametrize(
        ("events", "answer"),
        [
            (sign_ins(16, every=1), "yes"),
            (sign_ins(15, every=1), "no"),
            (sign_ins(16, every=20), "no"),
            (sign_ins(16, every=19), "yes"),
        ],
    )
    def test_sign_in_services(self, detect: Any, events: list[Event], answer: str) -> None:
        found = detect("D04", of_log(events))["case"]
        assert found.answer == answer
        assert found.figures["rule"] == ("service" if answer == "yes" else None)

    @pytest.mark.parametrize(("accounts", "answer"), [(11, "yes"), (10, "no")])
    def test_one_workstation_over_a_day(self, detect: Any, accounts: int, answer: str) -> None:
        found = detect("D04", of_log(ntlm(accounts)))["case"]
        assert found.answer == answer
        if answer == "yes":
            assert (found.figures["rule"], found.entities["host"]) == ("workstation", ["WS-5"])

    def test_thresholds_are_settings(self, detect: Any) -> None:
        assert detect("D04", of_log(spray(3)), settings={"accounts": 3})["case"].answer == "yes"
        assert "≥ 3 accounts in 20 min" in detect("D04", of_log(spray(3)), settings={"accounts": 3})["case"].threshold


class TestWhoCounts:
    def test_an_account_exists_if_any_line_says_so(self, detect: Any) -> None:
        lines = [*spray(4), login(50, "user04", user__exists=False)]
        assert detect("D04", of_log(lines))["case"].answer == "no"
        assert detect("D04", of_log([*lines, login(9000, "user04", user__exists=True)]))["case"].answer == "yes"

    @pytest.mark.parametrize(
        ("fields", "entities"),
        [
            ({"source": None, "source__host": "WS-5", "actor__user__name": "mallory"}, {"host": ["WS-5"]}),
            ({"source": None, "source__domain": "a.example"}, {"domain": ["a.example"]}),
        ],
    )
    def test_without_an_address_the_name_of_the_machine(self, detect: Any, fields: Any, entities: Any) -> None:
        found = detect("D04", of_log(spray(5, **fields)))["case"]
        assert found.answer == "yes"
        assert {kind: found.entities[kind] for kind in entities} == entities

    def test_without_any_machine_who_acted(self, detect: Any) -> None:
        found = detect("D04", of_log(spray(5, source=None, actor__user__name="mallory")))["case"]
        assert found.sentence.startswith("mallory tried 5 accounts once each")
        assert found.entities["user"][0] == "mallory"

    def test_a_machine_account_that_acts_tells_nothing_of_the_origin(self, detect: Any) -> None:
        assert detect("D04", of_log(spray(5, source=None, actor__user__name="MAIL01$")))["case"].answer == "no"

    def test_what_a_domain_controller_tells_again_counts_once(self, detect: Any) -> None:
        told_twice = spray(5, event__outcome="unknown", event__count=0)
        found = detect("D04", of_log([*spray(5), *told_twice]))["case"]
        assert found.figures["attempts"] == 5


class TestSides:
    def test_a_case_about_one_account_sees_the_whole_spray(self, detect: Any) -> None:
        found = detect("D04", of_log(spray(6)), scope=Scope(users=("user03",)))
        assert found["case"].figures["accounts"] == 6
        assert list(found) == ["case"], "and it is not told again as elsewhere"

    def test_a_case_about_another_source_is_told_of_it_as_elsewhere(self, detect: Any) -> None:
        events = [*spray(6), login(5, "ana", "198.51.100.9")]
        found = detect("D04", of_log(events), scope=Scope(ips=("198.51.100.9",)))
        assert found["case"].answer == "no"
        assert found["elsewhere"].entities["ip"] == [SOURCE]

    def test_the_attempts_of_the_case_are_those_near_it(self, detect: Any) -> None:
        events = of_log([*spray(6), login(90_000, "zoe")])
        late = Scope(users=("zoe",), window=("2026-03-31T11:00:00Z", "2026-03-31T11:00:00Z"))
        assert detect("D04", events, scope=late)["case"].answer == "no"


class TestWhatIsSaid:
    def test_the_spray_and_the_guess_that_was_right(self, detect: Any) -> None:
        events = [*spray(10, user__exists=True), login(400, "user04", won=True), login(9000, "user05", won=True)]
        found = detect("D04", of_log(events))["case"]
        assert (found.answer, found.confidence) == ("yes", "high")
        assert found.sentence == (
            f"{SOURCE} tried 10 existing accounts once each between 10:00 and 10:01 UTC on 30 Mar: user00, user01, "
            "user02 and 7 more, and then logged in as user04."
        )
        assert (found.figures["logins"], found.figures["known_accounts"]) == (1, 10)
        assert [row.line for row in found.evidence] == list(range(1, 11))
        assert sum(bar["count"] for bar in found.figures["chart"]) == 10

    def test_just_over_the_threshold_is_less_sure(self, detect: Any) -> None:
        assert detect("D04", of_log(spray(9)))["case"].confidence == "medium"

    def test_several_origins_are_told_the_widest_first(self, detect: Any) -> None:
        found = detect("D04", of_log([*spray(5, source="198.51.100.9"), *spray(8)]))["case"]
        assert found.entities["ip"] == [SOURCE, "198.51.100.9"]
        assert found.sentence.endswith("; also 198.51.100.9 (5).")
        assert found.figures["origins_over"] == 2

    def test_nothing_can_be_said_without_logins(self, detect: Any) -> None:
        found = detect("D04", empty())["case"]
        assert (found.answer, found.missing) == ("cannot_tell", ("authentication events",))


class TestRewrittenTimes:
    def test_no_rate_is_stated(self, detect: Any) -> None:
        events = [login(3600 * hour, f"user{number}") for hour in range(5) for number in range(5)]
        found = detect("D04", of_log(events))["case"]
        assert (found.answer, found.missing) == ("cannot_tell", ("trustworthy minutes in the time stamps",))

    def test_a_day_is_wide_enough(self, detect: Any) -> None:
        assert detect("D04", of_log(ntlm(11, every=3600)))["case"].answer == "yes"
        assert detect("D04", of_log(ntlm(10, every=3600)))["case"].answer == "cannot_tell"

    def test_few_accounts_are_no_spray_at_any_rate(self, detect: Any) -> None:
        events = [login(3600 * hour, f"user{number}") for hour in range(5) for number in range(4)]
        assert detect("D04", of_log(events))["case"].answer == "no"


class TestSamples:
    def test_seven_accounts_in_one_second_from_no_address(self, detect: Any) -> None:
        found = detect("D04", located_frame(events_of(PURPLESHARP, "windows_json")))["case"]
        assert (found.answer, found.figures["accounts"], found.figures["attempts"]) == ("yes", 7, 7)
        assert found.figures["names"] == [
            "lrodriguez", "mscott", "nxlogsvc", "pbeesly", "pgustavo", "sbeavers", "sysmonsvc",
        ]  # fmt: skip
        assert found.entities["host"] == ["WORKSTATION5"]
        assert {row.event.get("source.ip") for row in found.evidence} == {None}

    def test_names_that_do_not_exist_are_no_spray(self, detect: Any, sample_events: pl.DataFrame) -> None:
        assert detect("D04", sample_events)["case"].answer == "no"
