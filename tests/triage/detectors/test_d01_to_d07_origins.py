"""D01, D02, D03, D05 and D07 over what sshd does not write: logins without an address, and the widths of Windows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.making import SOURCE, login, of_log
from tests.triage.events.sample_events import events_of
from triage.detectors.protocol import Context, Scope
from triage.events.parsers.protocol import Event

PURPLESHARP = "logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson"
WINDOWS = {"event__code": "4625", "service__name": "Microsoft-Windows-Security-Auditing"}
NOWHERE = {"source": None}


def fails(number: int, *, every: float = 10, **fields: Any) -> list[Event]:
    return [login(every * turn, **fields) for turn in range(number)]


class TestD01:
    def test_accounts_that_exist_and_names_that_do_not_are_told_apart(self, detect: Any) -> None:
        events = [*fails(12, user="root", user__exists=True), *fails(11, user="oracle", user__exists=False)]
        found = detect("D01", of_log(events))["case"]
        assert (found.figures["existing"], found.figures["unknown"]) == (["root"], ["oracle"])
        assert (found.figures["users_over"], found.figures["unknown_over"]) == (2, 1)
        assert found.sentence.endswith("; also oracle (11, no such account).")

    def test_a_job_that_fails_once_an_hour_is_no_defect_of_the_clock(self, detect: Any) -> None:
        """One minute value over many hours is a defect of a log, not of what one account does in it."""
        hourly = [login(3600 * hour, "job") for hour in range(6)]
        busy = [login(3600 * hour + 700 * turn, "ben", won=True) for hour in range(6) for turn in range(1, 4)]
        burst = fails(5, user="eve", every=60)
        found = detect("D01", of_log([*hourly, *busy, *burst]))["case"]
        assert (found.answer, found.entities["user"]) == ("yes", ["eve"])


class TestD02:
    @pytest.mark.parametrize(
        ("events", "answer"),
        [
            (fails(8, every=34, **WINDOWS), "yes"),
            (fails(8, every=35, **WINDOWS), "no"),
            (fails(8, every=34), "no"),  # 120 s for all others
            (fails(8, every=17), "yes"),
            (fails(10, every=1, source=None, source__host="WS-5"), "yes"),
            (fails(10, every=1, source=None, actor__user__name="mallory"), "yes"),
            (fails(10, every=1, **NOWHERE), "cannot_tell"),
            (fails(7, every=1, **NOWHERE), "no"),
            (fails(10, every=60, **NOWHERE), "no"),  # too slow to be a burst, wherever they came from
        ],
    )
    def test_widths_and_origins(self, detect: Any, events: list[Event], answer: str) -> None:
        assert detect("D02", of_log(events))["case"].answer == answer

    def test_a_burst_from_nowhere_says_what_it_lacks(self, detect: Any) -> None:
        found = detect("D02", of_log(fails(10, every=1, **NOWHERE)))["case"]
        assert found.missing == ("source addresses of the failed logins",)
        assert found.sentence == "10 failed logins in quick succession do not tell where they came from."

    def test_ten_within_seconds_on_one_host(self, detect: Any) -> None:
        quick = {"attempts": 100}
        assert detect("D02", of_log(fails(10, every=1)), settings=quick)["case"].answer == "yes"
        assert detect("D02", of_log(fails(9, every=1)), settings=quick)["case"].answer == "no"
        over_hosts = [login(turn, host__name=f"web-{turn % 2}") for turn in range(10)]
        assert detect("D02", of_log(over_hosts), settings=quick)["case"].answer == "no"

    def test_rewritten_minutes_matter_only_where_there_are_enough(self, detect: Any) -> None:
        assert detect("D02", of_log(fails(7, every=3600)))["case"].answer == "no"
        assert detect("D02", of_log(fails(8, every=3600)))["case"].answer == "cannot_tell"


class TestD03:
    def names(self, number: int, **fields: Any) -> list[Event]:
        return [login(600 * turn, f"user{turn}", **fields) for turn in range(number)]

    def test_without_an_address_the_machine_stands_for_it(self, detect: Any) -> None:
        events = self.names(6, source=None, source__host="WS-5", user__exists=False)
        found = detect("D03", of_log(events))["case"]
        assert (found.answer, found.entities["host"]) == ("yes", ["WS-5"])

    @pytest.mark.parametrize(
        ("exists", "said"),
        [(True, "all of accounts that exist"), (False, "none of which exists"), (None, "none is known not to exist")],
    )
    def test_what_is_known_of_the_names(self, detect: Any, exists: bool | None, said: str) -> None:
        assert said in detect("D03", of_log(self.names(5, user__exists=exists)))["case"].sentence

    def test_rewritten_minutes_allow_no_haste_but_a_day(self, detect: Any) -> None:
        one_name = [login(3600 * (turn % 5), "eve", user__exists=False) for turn in range(50)]
        assert detect("D03", of_log(one_name))["case"].answer == "no"
        many = [login(3600 * turn, f"user{turn}", user__exists=False) for turn in range(5)]
        assert detect("D03", of_log(many))["case"].answer == "yes"

    def test_sample_without_addresses(self, detect: Any) -> None:
        found = detect("D03", located_frame(events_of(PURPLESHARP, "windows_json")))["case"]
        assert (found.answer, found.figures["distinct"], found.figures["unknown"]) == ("partly", 7, 0)


class TestD05:
    @pytest.mark.parametrize(
        ("fields", "answer"),
        [
            ({"source": None, "source__host": "WS-5"}, "yes"),
            ({"source": None, "actor__user__name": "mallory"}, "yes"),
            (NOWHERE, "cannot_tell"),
        ],
    )
    def test_a_success_after_failures_from_the_same_origin(self, detect: Any, fields: Any, answer: str) -> None:
        found = detect("D05", of_log([*fails(5, **fields), login(60, won=True, **fields)]))["case"]
        assert found.answer == answer

    def test_from_nowhere_it_says_what_it_lacks(self, detect: Any) -> None:
        found = detect("D05", of_log([*fails(5, **NOWHERE), login(60, won=True, **NOWHERE)]))["case"]
        assert (found.confidence, found.missing) == ("low", ("source addresses of the logins",))
        assert "neither tells from where" in found.sentence

    def test_logins_that_name_no_address_are_logins(self, detect: Any) -> None:
        found = detect("D05", of_log([*fails(2, **NOWHERE), login(60, won=True, **NOWHERE)]))["case"]
        assert found.answer == "no"
        assert found.sentence == "1 successful login, none of them after a run of failures."

    def test_another_origin_is_another_story(self, detect: Any) -> None:
        events = [*fails(5, source=None, source__host="WS-5"), login(60, source=None, source__host="WS-6", won=True)]
        assert detect("D05", of_log(events))["case"].answer == "no"


class TestD07:
    HQ = Context(ranges=(("192.0.2.0/24", "hq"),))

    def test_events_that_name_no_address_cannot_be_called_ours(self, detect: Any) -> None:
        found = detect("D07", of_log(fails(3, **NOWHERE)), context=self.HQ)["case"]
        assert (found.answer, found.missing) == ("cannot_tell", ("source addresses",))

    def test_nor_can_those_of_others(self, detect: Any) -> None:
        found = detect("D07", of_log(fails(3)), context=self.HQ, scope=Scope(ips=("198.51.100.4",)))["case"]
        assert (found.answer, found.missing) == ("cannot_tell", ("events from the case's addresses",))

    @pytest.mark.parametrize(("level", "kind"), [(3, "blocklist"), (2, "other"), (None, "blocklist")])
    def test_a_block_list_counts_from_its_level(self, detect: Any, level: int | None, kind: str) -> None:
        hits = {SOURCE: ({"list": "bad", "kind": "blocklist", "level": level, "date": "2026-08-22"},)}
        context = Context(ranges=self.HQ.ranges, list_hits=hits)
        found = detect("D07", of_log([login(won=True)]), context=context)["case"]
        assert found.figures["classes"][kind] == 1
        assert "bad of 2026-08-22" in found.sentence
