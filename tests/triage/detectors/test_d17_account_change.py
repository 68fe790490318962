"""D17 by the records of a directory and by commands: what counts, what is odd about it, whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.logs import parsed
from tests.triage.detectors.conftest import Detect, located_frame
from triage.detectors.protocol import Context, Finding, Scope
from triage.events.parsers.protocol import Event

START = datetime(2026, 11, 17, 9, tzinfo=UTC)  # a Tuesday
LISBON = Context(assets=({"kind": "host", "name": "dc-1", "zone": "Europe/Lisbon"},))


def change(action: str = "user_created", user: str = "eve", by: str | None = "ada", **more: Any) -> Event:
    """One record of a directory."""
    named = {name.replace("__", "."): value for name, value in more.items()}
    base: Event = {"@timestamp": START, "event.category": "iam", "event.action": action, "event.outcome": "success"}
    return base | {"user.name": user, "actor.user.name": by, "host.name": "dc-1", "time_basis": "exact"} | named


def ran(command: str, user: str = "ada", seconds: int = 0, **more: Any) -> Event:
    named = {name.replace("__", "."): value for name, value in more.items()}
    at = START + timedelta(seconds=seconds)
    base: Event = {"@timestamp": at, "event.category": "process", "event.action": "process_started"}
    return base | {"user.name": user, "host.name": "ws-7", "process.command_line": command} | named


def events(*records: Event) -> pl.DataFrame:
    return located_frame([one | {"evidence.line": line, "event.count": 1} for line, one in enumerate(records, start=1)])


def judged(detect: Detect, *records: Event, **asked: Any) -> Finding:
    return detect("D17", events(*records), **asked)["case"]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("user_created", "created"),
        ("user_invited", "created"),
        ("computer_created", "created"),
        ("user_enabled", "enabled"),
        ("account_unlocked", "enabled"),
        ("password_reset", "reset"),
        ("group_member_added", "group"),
        ("privilege_granted", "right"),
        ("token_created", "key"),
        ("factor_removed", "factor"),
    ],
)
def test_whatever_gives_access_is_a_yes(detect: Detect, action: str, kind: str) -> None:
    found = judged(detect, change(action))
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert (found.figures["changes"], found.figures[kind]) == (1, 1)
    assert "eve" in found.sentence
    assert "by ada on dc-1 at 17 Nov 09:00 UTC" in found.sentence


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([change("password_changed", by="eve")], "partly"),  # their own
        ([change("password_changed", by=None)], "partly"),
        ([change("password_changed")], "yes"),  # somebody else's doing is a reset
        ([change("user_disabled"), change("user_changed"), change("privilege_revoked")], "partly"),
        ([change(event__outcome="failure")], "partly"),  # somebody tried
        ([change("account_locked")], "no"),
        ([change("directory_object_accessed")], "cannot_tell"),  # who read it is logged by another switch
        ([{"event.category": "authentication", "@timestamp": START}], "cannot_tell"),
        ([], "cannot_tell"),
    ],
)
def test_what_gives_nobody_access(detect: Detect, records: list[Event], answer: str) -> None:
    found = judged(detect, *records)
    assert found.answer == answer
    if answer == "cannot_tell":
        assert found.missing == ("records of account changes",)
        assert "audit log of the directory or identity provider" in found.sentence


def test_all_of_many_changes_are_counted_and_the_weightiest_is_told(detect: Detect) -> None:
    found = judged(
        detect,
        change("group_member_added", "bob", group__name="Staff"),
        change("group_member_added", "eve", group__name="Domain Admins"),
        change("user_created", "eve"),
        change("user_changed", "bob"),
    )
    assert found.sentence == (
        "eve was added to Domain Admins by ada on dc-1 at 17 Nov 09:00 UTC. "
        "In all 3 changes to 2 accounts: 1 created and 2 added to a group."
    )
    assert (found.confidence, found.figures["powerful"], found.figures["other"]) == ("high", 1, 1)
    assert [row.event["event.action"] for row in found.evidence] == ["group_member_added"] * 2 + ["user_created"]


class TestSigns:
    @pytest.mark.parametrize(
        ("at", "counts"),
        [
            (datetime(2026, 11, 17, 6, 59, tzinfo=UTC), 1),
            (datetime(2026, 11, 17, 7, 0, tzinfo=UTC), 0),
            (datetime(2026, 11, 17, 18, 59, tzinfo=UTC), 0),
            (datetime(2026, 11, 17, 19, 0, tzinfo=UTC), 1),
            (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), 1),  # a Saturday
        ],
    )
    def test_outside_the_working_hours_of_the_machine(self, detect: Detect, at: datetime, counts: int) -> None:
        record = change() | {"@timestamp": at}
        known = judged(detect, record, context=LISBON)
        assert (known.figures["off_hours"], known.confidence) == (counts, "high" if counts else "medium")
        assert ("outside working hours" in known.sentence) == bool(counts)
        unknown = judged(detect, record)
        assert unknown.figures["off_hours"] == 0  # nobody knows whose clock to read

    def test_by_somebody_new_to_making_changes(self, detect: Detect) -> None:
        usual = [
            change("group_member_added", f"u{day}", by="ada") | {"@timestamp": START - timedelta(days=day)}
            for day in range(6, 1, -1)
        ]
        assert judged(detect, *usual, change(by="mallory")).figures["unusual_actor"] == 1
        assert judged(detect, *usual, change(by="Ada")).figures["unusual_actor"] == 0
        assert judged(detect, *usual[1:], change(by="mallory")).figures["unusual_actor"] == 0  # four are no habit
        hurried = [record | {"@timestamp": START - timedelta(hours=1)} for record in usual]
        assert judged(detect, *hurried, change(by="mallory")).figures["unusual_actor"] == 0

    def test_of_power_and_by_itself(self, detect: Detect) -> None:
        found = judged(detect, change("group_member_added", "ada", group__name="sudo"))
        assert (found.figures["powerful"], found.figures["itself"], found.confidence) == (1, 1, "high")
        assert "ada was added to sudo by itself" in found.sentence
        assert judged(detect, change("group_member_added", group__name="Badminton")).figures["powerful"] == 0

    def test_a_name_made_to_be_taken_for_another(self, detect: Detect) -> None:
        login: Event = {"@timestamp": START, "event.category": "authentication", "event.outcome": "success"}
        found = judged(detect, login | {"user.name": "m.winter.admin"}, change(user="m.wlnter.admin"))
        assert (found.figures["look_alike"], found.confidence) == (1, "high")
        assert "m.wlnter.admin, which looks like m.winter.admin, was created" in found.sentence
        people = Context(people=({"names": ["j.oliveira@corp.example"]},))
        assert judged(detect, change(user="j.0liveira"), context=people).figures["look_alike"] == 1
        assert judged(detect, change(user="j.0liveira")).figures["look_alike"] == 0
        assert judged(detect, change("group_member_added", "adm1nistrator")).figures["look_alike"] == 0  # nothing new


class TestCommands:
    def test_a_command_counts_where_no_record_tells_what_came_of_it(self, detect: Detect) -> None:
        found = judged(detect, ran("net  user bob Pa55word! /add"))
        assert (found.answer, found.confidence) == ("yes", "low")
        assert found.sentence == (
            "bob was created by ada on ws-7 with a command (net user … /add), which may have failed, "
            "at 17 Nov 09:00 UTC."
        )
        assert "Pa55word" not in found.sentence
        assert found.entities["user"] == ["bob", "ada"]
        recorded = judged(detect, ran("net user bob x /add"), change(user="BOB"))
        assert (recorded.figures["changes"], recorded.figures["accounts"][0]["recorded"]) == (1, True)

    def test_what_one_command_starts_counts_once(self, detect: Detect) -> None:
        twice = [ran("net user bob x /add"), ran("net1 user bob x /add"), ran("net user bob x /add", seconds=60)]
        assert judged(detect, *twice).figures["changes"] == 2

    def test_evidence_shows_the_command_as_the_log_told_it(self, detect: Detect) -> None:
        [row] = judged(detect, ran("net user bob x /add")).evidence
        assert (row.event["user.name"], "actor.user.name" in row.event, "kind" in row.event) == ("ada", False, False)

    def test_a_refused_sudo_did_nothing(self, detect: Detect) -> None:
        refused = ran("/usr/sbin/useradd bob", event__action="sudo", event__outcome="failure")
        assert judged(detect, refused).answer == "no"

    def test_a_linux_host_that_logs_sudo_would_log_useradd(self, detect: Detect) -> None:
        lines = "Nov 17 09:00:00 web-1 sudo: ada : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"
        assert detect("D17", located_frame(parsed(lines)[0]))["case"].answer == "no"
        made = (
            "\nNov 17 09:00:09 web-1 useradd[7]: new user: name=bob, UID=1001, GID=1001, home=/home/bob, shell=/bin/sh"
        )
        found = detect("D17", located_frame(parsed(lines + made)[0]))["case"]
        assert (found.answer, found.entities["user"]) == ("yes", ["bob"])


class TestScope:
    def test_the_case_and_the_rest_of_the_log(self, detect: Detect) -> None:
        log = events(change(user="eve"), change("group_member_added", "mallory", group__name="Domain Admins"))
        found = detect("D17", log, scope=Scope(users=("eve",)))
        assert (found["case"].figures["changes"], found["case"].entities["user"]) == (1, ["eve", "ada"])
        assert found["elsewhere"].sentence.startswith("mallory was added to Domain Admins")
        quiet = detect("D17", events(change(user="eve"), change(user="bob")), scope=Scope(users=("eve",)))
        assert list(quiet) == ["case"]  # somebody is always given something somewhere

    def test_a_case_about_the_account_that_a_command_makes(self, detect: Detect) -> None:
        found = detect("D17", events(ran("net user bob x /add")), scope=Scope(users=("bob",)))
        assert (list(found), found["case"].answer) == (["case"], "yes")

    def test_a_no_needs_the_time_asked_about(self, detect: Detect) -> None:
        asked = Scope(users=("zoe",), window=("2026-11-17T08:30:00Z", "2026-11-17T12:00:00Z"), margin_s=0)
        log = events(change("account_locked") | {"@timestamp": START - timedelta(hours=1)}, change("account_locked"))
        found = detect("D17", log, scope=asked)["case"]
        assert (found.answer, found.missing) == (
            "cannot_tell",
            ("records of account changes for 17 Nov 09:00–12:00 UTC",),
        )
