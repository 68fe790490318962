"""Ground truth of D14, D15, D16, D20 and D21 over third-party Windows logs (see the README beside the samples)."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.conftest import located_frame
from tests.triage.events.sample_events import events_of

PURPLESHARP = "logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson"
NET_USERS = "logs/windows/otrf_empire_net_local_users.security_sysmon1.ndjson"
POWERVIEW = "logs/windows/otrf_empire_powerview_ldap.security_sysmon1_3.ndjson"
WORKSTATION = "WORKSTATION5.theshire.local"


@cache
def events(name: str) -> pl.DataFrame:
    return located_frame(events_of(name, "windows_json"), name)


def test_d14_finds_the_listing_and_leaves_the_agents_alone(detect: Any) -> None:
    found = detect("D14", events(NET_USERS))["case"]
    assert (found.answer, found.figures["commands"], found.figures["readers"]) == ("yes", 1, 0)
    assert found.entities == {"user": ["pgustavo"], "host": [WORKSTATION]}
    assert "net.exe" in found.sentence
    assert {row.event["event.code"] for row in found.evidence} <= {"1", "4688"}


def test_d14_finds_powershell_reading_over_ldap(detect: Any) -> None:
    found = detect("D14", events(POWERVIEW))["case"]
    assert (found.answer, found.figures["program"], found.figures["connections"]) == ("yes", "powershell", 9)
    assert (found.entities["user"], len(found.evidence)) == (["pgustavo"], 9)
    assert found.figures["objects"] == 0


def test_d15_is_no_where_only_permissions_were_changed(detect: Any) -> None:
    found = detect("D15", events(POWERVIEW))["case"]
    assert (found.answer, found.figures["requests"], found.figures["object_accesses"]) == ("no", 0, 3)


@pytest.mark.parametrize("name", [PURPLESHARP, NET_USERS])
def test_d15_cannot_tell_without_a_single_access_to_an_object(detect: Any, name: str) -> None:
    assert detect("D15", events(name))["case"].answer == "cannot_tell"


def test_d16_finds_five_tickets_of_one_user(detect: Any) -> None:
    found = detect("D16", events(PURPLESHARP))["case"]
    assert (found.answer, found.figures["peak"], found.figures["weak_tickets"]) == ("yes", 5, 5)
    assert (found.figures["tickets"], found.figures["user"]) == (17, "pgustavo")
    assert found.entities["service"] == ["defensesvc", "mordorsvc", "nxlogsvc", "otrsvc", "sysmonsvc"]
    assert found.entities["ip"] == ["172.18.39.5"]


@pytest.mark.parametrize("name", [NET_USERS, POWERVIEW])
def test_d16_is_no_where_all_tickets_are_strong(detect: Any, name: str) -> None:
    assert detect("D16", events(name))["case"].answer == "no"


def test_d20_finds_the_tool_once(detect: Any) -> None:
    found = detect("D20", events(PURPLESHARP))["case"]
    assert (found.answer, found.figures["commands"]) == ("yes", 1)
    assert "T1110.003,T1558.003,T1135,T1021.006" in found.sentence
    assert found.entities == {"user": ["pgustavo"], "host": [WORKSTATION]}


def test_d20_finds_the_encoded_command_behind_the_listing(detect: Any) -> None:
    found = detect("D20", events(NET_USERS))["case"]
    assert (found.answer, found.figures["commands"]) == ("yes", 1)
    assert found.sentence.startswith("Encoded PowerShell by pgustavo on WORKSTATION5.theshire.local")


def test_d20_is_no_for_what_windows_starts_by_itself(detect: Any) -> None:
    assert detect("D20", events(POWERVIEW))["case"].answer == "no"


def test_d21_finds_remoting_to_three_machines(detect: Any) -> None:
    found = detect("D21", events(PURPLESHARP))["case"]
    assert (found.answer, found.figures["hosts"], found.figures["remote"]) == ("yes", 3, 6)
    assert set(found.entities["host"]) == {
        f"{name}.theshire.local" for name in ("WORKSTATION6", "WORKSTATION7", "MORDORDC")
    }
    assert found.entities["user"] == ["pgustavo"]


@pytest.mark.parametrize("name", [NET_USERS, POWERVIEW])
def test_d21_is_no_for_what_windows_starts_by_itself(detect: Any, name: str) -> None:
    assert detect("D21", events(name))["case"].answer == "no"
