"""Ground truth of third-party Windows logs, counted apart from us (see the README beside the samples)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.triage.events.sample_events import counts, events_of
from triage.events.parsers.protocol import Event

PURPLESHARP = "logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson"
NET_USERS = "logs/windows/otrf_empire_net_local_users.security_sysmon1.ndjson"
POWERVIEW = "logs/windows/otrf_empire_powerview_ldap.security_sysmon1_3.ndjson"


def attempts(events: list[Event]) -> int:
    failed = (e for e in events if e["event.category"] == "authentication" and e["event.outcome"] == "failure")
    return sum(event["event.count"] for event in failed)


@pytest.fixture(scope="module", name="spray_events")
def read_spray() -> list[Event]:
    return events_of(PURPLESHARP, "windows_json")


class TestPurplesharp:
    def test_events_by_code(self, spray_events: list[Event]) -> None:
        security = [e for e in spray_events if "Sysmon" not in e["service.name"]]
        expected = {"4624": 49, "4625": 7, "4634": 31, "4661": 2, "4672": 43, "4688": 24, "4769": 17, "4776": 7}
        assert counts(security, "event.code") == expected | {"4799": 3, "5140": 3, "5145": 3}
        assert len(spray_events) - len(security) == 24

    def test_the_spray_is_seven_attempts_and_not_fourteen(self, spray_events: list[Event]) -> None:
        assert attempts(spray_events) == 7
        spray = [e for e in spray_events if e["event.code"] == "4625"]
        names = {"lrodriguez", "pgustavo", "sysmonsvc", "sbeavers", "mscott", "pbeesly", "nxlogsvc"}
        assert counts(spray, "user.name") == dict.fromkeys(names, 1)
        assert counts(spray, "user.exists") == {True: 7}
        assert counts(spray, "source.ip") == {None: 7}
        assert counts(spray, "source.host") == {"WORKSTATION5": 7}
        assert counts(spray, "actor.user.name") == {"pgustavo": 7}
        assert all(e["process.name"].endswith("PurpleSharp.exe") for e in spray)

    def test_times_are_utc_and_not_the_hosts(self, spray_events: list[Event]) -> None:
        assert {e["@timestamp"].hour for e in spray_events} == {8}
        assert counts(spray_events, "time_basis") == {"exact": 213}

    def test_five_tickets_of_weak_encryption(self, spray_events: list[Event]) -> None:
        weak = [e for e in spray_events if e.get("winlog.ticket_encryption") == "0x17"]
        services = {"sysmonsvc", "nxlogsvc", "defensesvc", "otrsvc", "mordorsvc"}
        assert counts(weak, "winlog.object") == dict.fromkeys(services, 1)
        assert counts(weak, "user.name") == {"pgustavo": 5}
        assert counts(weak, "source.ip") == {"172.18.39.5": 5}
        tickets = [e for e in spray_events if e["event.code"] == "4769"]
        assert len(tickets) - len(weak) == 12
        assert counts(tickets, "event.category") == {"session": 17}

    def test_the_command_that_did_it(self, spray_events: list[Event]) -> None:
        started = [e for e in spray_events if e["event.action"] == "process_started"]
        assert any("/t T1110.003,T1558.003,T1135,T1021.006" in e.get("process.command_line", "") for e in started)


def test_the_channel_is_spelt_both_ways_and_read_alike() -> None:
    events = events_of(NET_USERS, "windows_json")
    assert counts([e for e in events if "Sysmon" not in e["service.name"]], "event.code") >= Counter(
        {"4661": 4, "4798": 7, "4799": 2}
    )
    commands = [e["process.command_line"] for e in events if "process.command_line" in e]
    listing = [command for command in commands if command.lower().rstrip('" ').endswith((" user", " user /domain"))]
    assert {"net1" in command for command in listing} == {True, False}


def test_directory_reads_over_ldap() -> None:
    events = events_of(POWERVIEW, "windows_json")
    ldap = [
        e for e in events if e.get("destination.port") == 389 and e.get("process.name", "").endswith("powershell.exe")
    ]
    assert (len(ldap), counts(ldap, "user.name")) == (9, {"pgustavo": 9})
    times = sorted(f"{e['@timestamp']:%H:%M:%S}" for e in ldap)
    assert times[0] >= "17:11:20"
    assert times[-1] <= "17:12:20"
    objects = [e for e in events if e["event.code"] == "4662"]
    assert counts(objects, "winlog.access_mask") == {"0x40000": 3}
    assert counts(objects, "user.name") == {"pgustavo": 3}
    assert all("1131f6a" not in e["winlog.properties"] for e in objects)


def test_logons_as_csv() -> None:
    events = events_of("logs/windows/msticpy_host_logons.csv", "windows_csv")
    by_user = Counter((e["user.name"], e["winlog.logon.type"]) for e in events)
    assert by_user == {("SYSTEM", "5"): 11, ("MSTICAdmin", "4"): 2, ("adm1nistrator", "3"): 1}
    [lookalike] = [e for e in events if e["user.name"] == "adm1nistrator"]
    assert lookalike["source.ip"].startswith("fe80::")
    assert counts(events, "event.code") == {"4624": 14}


@pytest.mark.parametrize(
    ("code", "outcome", "user"), [("4624", "success", "SYSTEM"), ("4625", "failure", "Administrator")]
)
def test_one_logon_as_text(code: str, outcome: str, user: str) -> None:
    [event] = events_of(f"logs/windows/splunk_wineventlog_{code}.txt", "windows_text")
    assert (event["event.code"], event["event.outcome"], event["user.name"]) == (code, outcome, user)
    assert event["time_basis"] == "assumed_zone"
