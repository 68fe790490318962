"""D19 on trails of our own, and where it is at hand on a real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.logs import sample
from tests.triage.detectors.conftest import Detect, located_frame
from tests.triage.events.reading_formats import ndjson, read, read_path
from tests.triage.events.records import cloudtrail, github, okta
from triage.detectors.protocol import Finding, Scope

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
SESSION = "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0"
INSTANCE = {"type": "AssumedRole", "arn": SESSION, "sessionContext": {"sessionIssuer": {"userName": "web"}}}
NOBODY = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
BOTO = "Boto3/1.34 md/Botocore#1.34 ua/2.0 os/linux#6.1 lang/python#3.11"
LAPTOP = "aws-cli/2.15.0 Python/3.11.6 Darwin/23.1.0 source/x86_64"


def call(name: str = "GetObject", *, at: float = 0, service: str = "s3", **changes: Any) -> dict[str, Any]:
    stamp = f"{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}"
    return cloudtrail(name, f"{service}.amazonaws.com", eventTime=stamp, **changes)


def instances(agent: str = BOTO, address: str = "198.51.100.20", **changes: Any) -> dict[str, Any]:
    return call(**{"userIdentity": INSTANCE, "userAgent": agent, "sourceIPAddress": address, **changes})


def anonymous(address: str, name: str = "ListObjects", **changes: Any) -> dict[str, Any]:
    return call(name, userIdentity=NOBODY, sourceIPAddress=address, **changes)


def listings(number: int, *, every: float = 1, **changes: Any) -> list[dict[str, Any]]:
    return [call(f"Describe{chr(65 + one)}", at=every * one, service="ec2", **changes) for one in range(number)]


def trail(*records: dict[str, Any]) -> pl.DataFrame:
    events, tally = read("cloudtrail", ndjson(records))
    assert tally.not_understood == 0, tally.samples
    return located_frame(events, "trail.ndjson")


def judged(detect: Detect, *records: dict[str, Any], **asked: Any) -> Finding:
    return detect("D19", trail(*records), **asked)["case"]


class TestInstanceRoles:
    @pytest.mark.parametrize(
        ("records", "answer", "confidence", "signs"),
        [
            ([instances()], "no", "high", []),
            ([instances(LAPTOP)], "yes", "high", ["desktop"]),
            ([instances("Mozilla/5.0 (X11; Linux)")], "yes", "high", ["desktop"]),
            ([instances("aws-cli/2.9 Python/3.11 Linux/6.6-kali3-amd64")], "yes", "high", ["attack"]),
            ([instances(), instances(address="203.0.113.8")], "yes", "medium", ["moved"]),
            ([instances(), instances(address="198.51.100.77")], "no", "high", []),  # the same network
            ([instances(), instances(address="10.0.0.4")], "no", "high", []),  # by a private endpoint
            ([instances(), instances("aws-cli/2.9 Windows/10")], "yes", "medium", ["moved"]),
            ([instances(), instances(LAPTOP, "203.0.113.8")], "yes", "high", ["desktop", "moved"]),
            ([call(userAgent=LAPTOP)], "no", "high", []),  # a person's key belongs on a laptop
        ],
    )
    def test_away_from_the_instance(
        self, detect: Detect, records: list[dict[str, Any]], answer: str, confidence: str, signs: list[str]
    ) -> None:
        found = judged(detect, *records)
        assert (found.answer, found.confidence) == (answer, confidence)
        assert [sign for sign in ("desktop", "attack", "moved") if found.figures[sign]] == signs
        assert found.figures["sessions_away"] == int(bool(signs))

    def test_what_it_says(self, detect: Detect) -> None:
        calls = [instances(LAPTOP, "203.0.113.8", name="ListBuckets", at=60)] + [
            instances(LAPTOP, "203.0.113.8", at=120, errorCode="AccessDenied") for _ in range(2)
        ]
        found = judged(detect, *calls, call())
        assert found.sentence == (
            "The role web of i-0123456789abcdef0 was used by aws-cli/2.15.0 on Darwin, foreign to the instance: "
            "3 calls from 203.0.113.8 between 08:01 and 08:02 UTC on 17 Nov (GetObject 2 and ListBuckets 1), 2 refused."
        )
        assert found.entities == {"user": [SESSION], "ip": ["203.0.113.8"], "host": ["i-0123456789abcdef0"]}
        assert [row.event["event.code"] for row in found.evidence] == ["ListBuckets", "GetObject", "GetObject"]
        assert "principal" not in found.evidence[0].event

    def test_a_principals_id_names_the_instance_as_well(self, detect: Detect) -> None:
        identity = {"type": "AssumedRole", "principalId": "AROAEXAMPLE:i-0123456789abcdef0"}
        assert judged(detect, instances(LAPTOP, userIdentity=identity)).answer == "yes"


class TestAnonymousListing:
    @pytest.mark.parametrize(
        ("records", "answer"),
        [
            ([anonymous("203.0.113.7")] * 4, "no"),
            ([anonymous("203.0.113.7")] * 5, "yes"),
            ([anonymous("203.0.113.7"), anonymous("203.0.113.8")], "no"),
            ([anonymous(f"203.0.113.{one}") for one in (7, 8, 9)], "yes"),
            ([anonymous(f"203.0.{one}.7") for one in (113, 114, 115)], "no"),
            ([anonymous("203.0.113.7", errorCode="AccessDenied")] * 5, "partly"),
            ([anonymous("203.0.113.7", "GetObject")] * 9, "no"),  # fetched, not listed
            ([call("ListObjects")] * 9, "no"),  # somebody in particular
        ],
    )
    def test_many_requests_or_many_sources(self, detect: Detect, records: list[dict[str, Any]], answer: str) -> None:
        assert judged(detect, *records).answer == answer

    def test_what_it_says(self, detect: Detect) -> None:
        found = judged(detect, *[anonymous("203.0.113.7", errorCode="AccessDenied")] * 5)
        assert found.sentence == (
            "Nobody in particular listed buckets from 1 source of 203.0.113.0/24: 5 calls from 203.0.113.7 at 17 Nov "
            "08:00 UTC (ListObjects 5), all refused."
        )
        assert (found.figures["anonymous_requests"], len(found.evidence)) == (5, 5)


class TestListing:
    @pytest.mark.parametrize(
        ("records", "answer"),
        [
            (listings(10), "no"),
            (listings(11), "yes"),
            (listings(11, every=60), "no"),  # the eleventh comes as the first leaves the window: half open
            (listings(5) * 9, "no"),  # the same few again and again
            (listings(15, userAgent="console.ec2.amazonaws.com"), "no"),  # a page of the console
            ([*listings(6), *listings(11, userIdentity=INSTANCE, userAgent=BOTO)[5:]], "no"),  # two principals
        ],
    )
    def test_more_different_calls_than_work_needs(
        self, detect: Detect, records: list[dict[str, Any]], answer: str
    ) -> None:
        assert judged(detect, *records).answer == answer

    def test_what_it_says(self, detect: Detect) -> None:
        found = judged(detect, *listings(12), *listings(2, every=0))
        assert found.sentence.startswith(
            "arn:aws:iam::111122223333:user/ada made 12 different listing calls at 17 Nov 08:00 UTC: 14 calls from "
        )
        assert (found.confidence, found.figures["listing_calls"], len(found.evidence)) == ("medium", 12, 14)


class TestScope:
    def test_the_case_and_the_rest(self, detect: Detect) -> None:
        found = detect("D19", trail(call(), instances(LAPTOP)), scope=Scope(users=("ada",)))
        assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")

    def test_a_case_about_a_principal_by_its_arn(self, detect: Detect) -> None:
        found = detect("D19", trail(call(), instances(LAPTOP)), scope=Scope(users=(SESSION,)))
        assert (list(found), found["case"].answer) == (["case"], "yes")

    def test_only_a_clouds_log_can_tell(self, detect: Detect) -> None:
        others = [
            *read("github_audit", ndjson([github("git.clone")]))[0],
            *read("okta_system_log", ndjson([okta("user.lifecycle.create", "SUCCESS")]))[0],
        ]
        for events in ([], others):
            found = detect("D19", located_frame(events))["case"]
            assert (found.answer, found.missing) == ("cannot_tell", ("records of cloud calls",))
            assert "CloudTrail" in found.sentence


def test_ground_truth_of_a_stolen_role(detect: Detect) -> None:
    _, events, _ = read_path(sample("logs/cloud/otrf_cloudtrail_ec2_proxy_s3_exfiltration.ndjson"))
    found = detect("D19", located_frame(events))["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert (found.figures["calls_away"], found.figures["sessions_away"], len(found.evidence)) == (11, 1, 11)
    [session] = found.figures["sessions"]
    assert session["role"].startswith("MordorNginxStack-BankingWAFRole")
    assert (session["program"].partition("/")[0], session["system"]) == ("aws-cli", "Darwin")
    assert found.figures["listing_principals"] == 0  # pedro's listing is the console's
    assert "ListObjects 7" in found.sentence
