"""D23: who and what a case is about, against the records of the organisation as they stood when it happened."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.conftest import located_frame
from triage.detectors.protocol import Context, Finding, Scope
from triage.events.schema import empty

AT = "2026-03-30T10:05:00+00:00"
MIRA = {"names": ["mbrandt", "mira@corp.example"], "name": "Mira Brandt", "role": "Finance", "manager": "Jon Lind",
        "away": None, "country": ""}  # fmt: skip
BASTION = {"kind": "host", "name": "bastion-1", "label": "the way in", "critical": True, "protected": False, "zone": ""}
OFFICE = ("192.0.2.0/24", "Office")
SCAN = {"kind": "ip", "value": "198.51.100.0/28", "reason": "weekly scan", "owner": "Network team", "expires": None}
CHANGE = {"title": "Patching", "reference": "CHG-7", "from": "2026-03-30T09:00:00+00:00",
          "to": "2026-03-30T12:00:00+00:00", "hosts": ["bastion-*"], "users": [], "services": [],
          "owner": "Platform"}  # fmt: skip
WINDOW = ("2026-03-30T10:00:00+00:00", "2026-03-30T10:10:00+00:00")


def named(*pairs: tuple[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((kind, value, "source" if kind == "ip" else "target") for kind, value in pairs)


def known(*pairs: tuple[str, str], **more: Any) -> Context:
    """An organisation that keeps people, assets and ranges, and a case that names these."""
    kept: dict[str, Any] = {"people": (MIRA,), "assets": (BASTION,), "ranges": (OFFICE,), "at": AT}
    return Context(about=named(*pairs), **(kept | more))


@pytest.fixture
def ask(detect: Any) -> Any:
    def run(context: Context, events: pl.DataFrame | None = None, **settings: Any) -> Finding:
        found = detect(
            "D23", empty() if events is None else events, context=context, scope=Scope(window=WINDOW), settings=settings
        )
        assert list(found) == ["case"], "what is known elsewhere in a log is nobody's question"
        return found["case"]

    return run


# ---------------------------------------------------------------- the four answers
def test_yes_where_all_of_it_is_on_record_and_it_says_by_which_record(ask: Any) -> None:
    found = ask(known(("user", "mbrandt"), ("host", "bastion-1"), ("ip", "192.0.2.7")))
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert found.sentence == (
        "All 3 known: mbrandt is Mira Brandt, Finance (people); bastion-1 is the way in (assets); "
        "192.0.2.7 lies in Office (192.0.2.0/24)."
    )
    assert "not that this was meant" in found.would_change
    assert (found.figures["known"], found.figures["unknown"], found.figures["expected"]) == (3, 0, 0)


def test_partly_where_some_is_not(ask: Any) -> None:
    found = ask(known(("user", "mbrandt"), ("ip", "203.0.113.7")))
    assert found.answer == "partly"
    assert found.sentence == (
        "1 of 2 known: mbrandt is Mira Brandt, Finance (people). No record of 203.0.113.7 in ranges."
    )
    assert found.entities == {"ip": ["203.0.113.7"]}


def test_no_where_nothing_is_though_such_records_are_kept(ask: Any) -> None:
    found = ask(known(("user", "mallory"), ("ip", "203.0.113.7")))
    assert (found.answer, found.confidence) == ("no", "medium")
    assert found.sentence == "No record of mallory and 203.0.113.7 in people or ranges."
    assert found.missing == ()


def test_cannot_tell_where_nobody_keeps_such_records_and_it_says_which(ask: Any) -> None:
    found = ask(Context(about=named(("user", "mallory"), ("ip", "203.0.113.7"), ("hash", "d" * 32)), at=AT))
    assert (found.answer, found.confidence) == ("cannot_tell", "low")
    assert found.missing == (
        "people (/settings/context/people/)",
        "address ranges (/settings/context/)",
        "allowed files (/settings/context/allowed/)",
    )


def test_one_inventory_that_is_missing_stands_in_the_way_of_a_no(ask: Any) -> None:
    found = ask(replace(known(("user", "mallory"), ("ip", "203.0.113.7")), people=()))
    assert found.answer == "cannot_tell"
    assert found.sentence == ("No record of 203.0.113.7 in ranges. Nobody keeps a list that could name mallory.")
    assert found.missing == ("people (/settings/context/people/)",)


def test_what_few_keep_a_list_of_does_not(ask: Any) -> None:
    found = ask(known(("ip", "203.0.113.7"), ("hash", "d" * 32), ("process", "tool.exe")))
    assert found.answer == "no"
    assert "Nobody keeps a list that could name" in found.sentence


def test_a_case_about_nobody(ask: Any) -> None:
    found = ask(known(("asn", "64500")))
    assert (found.answer, found.missing) == ("cannot_tell", ("an account, host or address",))


# ---------------------------------------------------------------- names as logs write them
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("user", "CORP\\mbrandt"),
        ("user", "MBRANDT"),
        ("email", "mira@corp.example"),
        ("cloud_principal", "arn:aws:iam::123456789012:user/mbrandt"),
        ("host", "bastion-1.corp.example"),
        ("asset", "BASTION-1"),
        ("ip", "192.0.2.7"),
        ("cidr", "192.0.2.0/28"),
    ],
)
def test_is_the_same_however_it_is_written(ask: Any, kind: str, value: str) -> None:
    assert ask(known((kind, value))).answer == "yes"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "mbrandt@elsewhere.example"), ("user", "mbrandt2"), ("host", "bastion-10"), ("cidr", "192.0.0.0/16")],
)
def test_is_not_when_it_only_looks_so(ask: Any, kind: str, value: str) -> None:
    assert ask(known((kind, value))).answer == "no"


# ---------------------------------------------------------------- the allow list
@pytest.mark.parametrize(
    ("entry", "about", "answer"),
    [
        (("ip", "198.51.100.0/28"), ("ip", "198.51.100.15"), "yes"),
        (("ip", "198.51.100.0/28"), ("ip", "198.51.100.16"), "no"),
        (("ip", "198.51.100.9"), ("ip", "198.51.100.9"), "yes"),
        (("domain", "updates.example"), ("domain", "eu.updates.example"), "yes"),
        (("domain", "updates.example"), ("url", "https://updates.example/x"), "yes"),
        (("domain", "updates.example"), ("domain", "evil-updates.example"), "no"),
        (("process", "backup.exe"), ("process", "C:\\Tools\\Backup.exe"), "yes"),
        (("process", "backup.exe"), ("process", "notbackup.exe"), "no"),
        (("command", "/usr/bin/apt-get *"), ("process", "/usr/bin/apt-get update"), "yes"),
        (("command", "/usr/bin/apt-get update"), ("process", "/usr/bin/apt-get update; sh"), "no"),
        (("user_agent", "OurProbe/*"), ("user_agent", "ourprobe/2.1 (+ops)"), "yes"),
        (("hash", "d" * 32), ("hash", "D" * 32), "yes"),
    ],
)
def test_what_an_entry_covers(ask: Any, entry: tuple[str, str], about: tuple[str, str], answer: str) -> None:
    allowed = ({"kind": entry[0], "value": entry[1], "reason": "why", "owner": "who", "expires": None},)
    found = ask(Context(about=named(about), allowed=allowed, at=AT))
    if about[0] == "hash" and answer == "yes":
        assert found.confidence == "high"
    assert (found.answer == "yes") == (answer == "yes")


def test_what_is_allowed_is_expected_and_says_who_vouches_until_when(ask: Any) -> None:
    found = ask(known(("ip", "198.51.100.9"), allowed=(SCAN | {"expires": "2026-03-30"},)))
    assert (found.answer, found.confidence, found.figures["expected"]) == ("yes", "high", 1)
    assert found.sentence == "Known: 198.51.100.9 is allowed: weekly scan (Network team, until 30 Mar 2026)."


def test_an_entry_that_had_run_out_is_said_and_does_not_count(ask: Any) -> None:
    found = ask(known(("ip", "198.51.100.9"), allowed=(SCAN | {"expires": "2026-03-29"},)))
    assert found.answer == "no"
    assert "198.51.100.9 was allowed until 29 Mar 2026: weekly scan" in found.sentence


# ---------------------------------------------------------------- change windows
def test_a_change_that_covers_the_time_is_named(ask: Any) -> None:
    found = ask(known(("host", "bastion-1"), changes=(CHANGE,)))
    assert (found.answer, found.confidence) == ("yes", "high")
    assert "bastion-1 is part of CHG-7 Patching (30 Mar 09:00–12:00 UTC, Platform)" in found.sentence


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("2026-03-30T10:00:00+00:00", "2026-03-30T10:10:00+00:00"), "is part of"),
        (("2026-03-30T10:01:00+00:00", "2026-03-30T12:00:00+00:00"), "does not cover the time"),
        (("2026-03-29T10:00:01+00:00", "2026-03-29T11:00:00+00:00"), "does not cover the time"),
        (("2026-03-28T10:00:00+00:00", "2026-03-29T09:00:00+00:00"), ""),
    ],
)
def test_which_times_it_covers(ask: Any, times: tuple[str, str], said: str) -> None:
    window = CHANGE | {"from": times[0], "to": times[1], "hosts": ["web-9"]}
    found = ask(known(("host", "web-9"), changes=(window,)))
    assert said in found.sentence
    assert ("CHG-7" in found.sentence) == bool(said)
    assert (found.answer == "yes") == (said == "is part of")


def test_it_explains_only_what_its_own_people_do(ask: Any) -> None:
    window = CHANGE | {"users": ["deploy"], "hosts": ["web-9"]}
    assert ask(known(("host", "web-9"), ("user", "deploy"), changes=(window,))).answer == "yes"
    found = ask(known(("host", "web-9"), ("user", "mallory"), changes=(window,)))
    assert found.answer == "no"
    assert "which is about others" in found.sentence


def test_a_service_of_the_log_counts_where_a_change_explains_it(ask: Any, log: Any) -> None:
    events = log((10, "Accepted password for mbrandt from 192.0.2.7 port 22 ssh2"))
    context = known(("user", "mbrandt"), changes=(CHANGE | {"hosts": [], "services": ["sshd"]},))
    values = {row["value"]: row["known"] for row in ask(context, events).figures["entities"]}
    assert values.get("sshd") is True
    late = replace(context, changes=(CHANGE | {"hosts": [], "services": ["sshd"], "to": CHANGE["from"]},))
    assert "sshd" not in {row["value"] for row in ask(late, events).figures["entities"]}


# ---------------------------------------------------------------- away
def away(first: str, last: str, country: str = "") -> dict[str, Any]:
    return MIRA | {"away": [first, last], "country": country}


@pytest.mark.parametrize(("first", "last", "doubted"), [
    ("2026-03-30", "2026-03-30", True), ("2026-03-20", "2026-03-29", False), ("2026-03-31", "2026-04-05", False),
])  # fmt: skip
def test_whoever_is_on_leave_is_known_and_not_expected(ask: Any, first: str, last: str, doubted: bool) -> None:
    found = ask(known(("user", "mbrandt"), ("host", "bastion-1"), people=(away(first, last),)))
    assert found.answer == ("partly" if doubted else "yes")
    assert ("mbrandt is Mira Brandt, on leave until 30 Mar 2026 (people)" in found.sentence) == doubted
    assert found.figures["doubted"] == int(doubted)


def signed_in_from(country: str) -> pl.DataFrame:
    at = datetime(2026, 3, 30, 10, 2, tzinfo=UTC)
    event = {"@timestamp": at, "event.category": "authentication", "event.outcome": "success", "user.name": "mbrandt",
             "source.ip": "192.0.2.7", "source.geo.country_iso_code": country, "event.count": 1}  # fmt: skip
    return located_frame([event], name="sign-ins.json")


def test_a_traveller_is_expected_from_where_they_travel_and_doubted_from_elsewhere(ask: Any) -> None:
    people = (away("2026-03-28", "2026-04-03", "PT"),)
    there = ask(known(("user", "mbrandt"), people=people), signed_in_from("PT"))
    assert there.answer == "yes"
    assert "mbrandt is Mira Brandt, working from PT until 3 Apr 2026 (people)" in there.sentence
    elsewhere = ask(known(("user", "mbrandt"), people=people), signed_in_from("KP"))
    assert elsewhere.answer == "partly"
    assert "who works from PT until 3 Apr 2026, not from KP" in elsewhere.sentence


# ---------------------------------------------------------------- seen before
def seen(benign: int, true: tuple[str, ...] = ()) -> dict[str, Any]:
    refs = [f"CB-{number}" for number in range(benign, 0, -1)]
    return {"ip 203.0.113.7": {"benign": benign, "refs": refs, "true": list(true)}}


@pytest.mark.parametrize(("benign", "least", "answer"), [(3, 3, "yes"), (2, 3, "no"), (2, 2, "yes")])
def test_seen_often_enough_is_known_with_low_confidence(ask: Any, benign: int, least: int, answer: str) -> None:
    found = ask(known(("ip", "203.0.113.7"), seen=seen(benign)), seen=least)
    assert found.answer == answer
    assert f"was seen in {benign} benign cases" in found.sentence
    if answer == "yes":
        assert (found.confidence, found.figures["seen_only"]) == ("low", 1)


def test_a_true_positive_outweighs_any_number_of_benign_ones(ask: Any) -> None:
    found = ask(known(("ip", "203.0.113.7"), seen=seen(9, ("CB-99",))))
    assert found.answer == "no"
    assert "203.0.113.7 was part of the true positive CB-99" in found.sentence


def test_a_true_positive_of_what_is_on_record_is_said(ask: Any) -> None:
    met = {"ip 192.0.2.7": {"benign": 0, "refs": [], "true": ["CB-99"]}}
    found = ask(known(("ip", "192.0.2.7"), seen=met))
    assert found.answer == "yes"
    assert found.sentence.endswith("But 192.0.2.7 was part of the true positive CB-99.")


def test_the_least_known_decides_the_confidence(ask: Any) -> None:
    context = known(("ip", "203.0.113.7"), ("host", "bastion-1"), seen=seen(4), changes=(CHANGE,))
    assert ask(context).confidence == "low"


# ---------------------------------------------------------------- what the events name
def test_accounts_and_hosts_of_the_log_are_asked_after_where_the_case_names_none(ask: Any, log: Any) -> None:
    events = log(
        (10, "Accepted password for mbrandt from 192.0.2.7 port 22 ssh2"),
        (20, "Failed password for invalid user oracle from 192.0.2.7 port 23 ssh2"),
        (30, "Failed password for root from 127.0.0.1 port 24 ssh2"),
    )
    found = ask(known(("ip", "192.0.2.7")), events)
    values = {row["value"]: row["known"] for row in found.figures["entities"]}
    assert values == {"192.0.2.7": True, "mbrandt": True, "root": False, "web-1": False}
    assert found.answer == "partly"
    assert {row.event["user.name"] for row in found.evidence} >= {"root"}


def test_a_name_that_does_not_exist_was_tried_and_is_nobody(ask: Any, log: Any) -> None:
    events = log((20, "Failed password for invalid user oracle from 192.0.2.7 port 23 ssh2"))
    assert "oracle" not in {row["value"] for row in ask(known(("ip", "192.0.2.7")), events).figures["entities"]}


def test_more_names_than_are_asked_after_never_make_a_yes(ask: Any, log: Any) -> None:
    events = log(*((n, f"Accepted password for user{n} from 192.0.2.7 port 22 ssh2") for n in range(25)))
    people = ({**MIRA, "names": [f"user{n}" for n in range(25)]},)
    found = ask(known(("ip", "192.0.2.7"), ("host", "bastion-1"), people=people), events)
    assert (found.answer, found.figures["asked"], found.figures["unknown"]) == ("partly", 27, 5)


def test_commands_are_asked_after_only_where_somebody_keeps_a_list_of_them(ask: Any) -> None:
    at = datetime(2026, 3, 30, 10, 2, tzinfo=UTC)
    ran = {"@timestamp": at, "event.category": "process", "user.name": "mbrandt", "host.name": "bastion-1",
           "process.command_line": "/usr/bin/apt-get update", "event.count": 1}  # fmt: skip
    events = located_frame([ran], name="sudo.log")
    context = known(("user", "mbrandt"), ("host", "bastion-1"))
    assert ask(context, events).answer == "yes"
    entry = {"kind": "command", "value": "/usr/bin/systemctl *", "reason": "r", "owner": "o", "expires": None}
    found = ask(replace(context, allowed=(entry,)), events)
    assert found.answer == "partly"
    assert "No record of /usr/bin/apt-get update in the allow list" in found.sentence


def test_the_time_is_the_events_where_the_alert_states_none(detect: Any, log: Any) -> None:
    events = log((10, "Accepted password for mbrandt from 192.0.2.7 port 22 ssh2"))
    context = known(("host", "bastion-1"), changes=(CHANGE,), at="2026-11-24T08:00:00+00:00")
    assert detect("D23", events, context=context)["case"].figures["expected"] == 1
    assert detect("D23", empty(), context=context)["case"].figures["expected"] == 0


# ---------------------------------------------------------------- as data
def test_a_context_survives_json_and_an_old_one_still_loads() -> None:
    context = known(("user", "mbrandt"), allowed=(SCAN,), changes=(CHANGE,), seen=seen(2))
    assert Context.from_json(json.loads(json.dumps(asdict(context)))) == context
    old = {"ranges": [["10.0.0.0/8", "hq"]], "assets": [], "people": [], "list_hits": {}, "related": None,
           "techniques": ["T1110"], "at": AT}  # fmt: skip
    assert Context.from_json(old) == Context(ranges=(("10.0.0.0/8", "hq"),), techniques=("T1110",), at=AT)


def test_never_a_bare_legitimate(ask: Any) -> None:
    """Whatever the records say, no sentence acquits: it names the record."""
    for context in (known(("user", "mbrandt")), known(("ip", "198.51.100.9"), allowed=(SCAN,)), known(("user", "x"))):
        said = ask(context).sentence.lower()
        assert not {"legitimate", "harmless", "clean", "safe"} & set(said.replace(".", " ").split())
