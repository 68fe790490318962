"""Ground truth of third-party web, identity, cloud, mail and network logs, counted apart from us (see the README beside
the samples)."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.logs import sample
from tests.triage.events.reading_formats import read_path
from tests.triage.events.sample_events import counts, events_of
from triage.events.lines import lines
from triage.events.parsers.combined import PARSER as COMBINED
from triage.events.parsers.protocol import Event, Tally
from triage.events.timestamps import Clock

CLOUDTRAIL = "logs/cloud/otrf_cloudtrail_ec2_proxy_s3_exfiltration.ndjson"
PROBES = ("wp-login", "wp-admin", "administrator", "admin.php", "user/register")


@pytest.fixture(scope="module", name="web_events")
def read_web() -> list[Event]:
    return events_of("logs/web/elastic_examples_apache_access.log", "web_combined")


class TestWebLog:
    def test_lines_clients_and_status(self, web_events: list[Event]) -> None:
        assert len(web_events) == 10_000
        status = {200: 9126, 304: 445, 404: 213, 301: 164, 206: 45, 500: 3, 403: 2, 416: 2}
        assert counts(web_events, "http.response.status_code") == status
        assert len({e.get("source.ip") or e.get("source.domain") for e in web_events}) == 1753
        assert counts(web_events, "http.request.method")["POST"] == 5
        assert counts(web_events, "user.name") == {None: 10_000}

    def test_a_broken_quote_keeps_its_agent(self, web_events: list[Event]) -> None:
        assert web_events[8898]["user_agent.original"].startswith("Mozilla/5.0 (compatible; Googlebot")

    def test_scattered_probes_without_success(self, web_events: list[Event]) -> None:
        probes = [e for e in web_events if any(mark in e["url.path"] for mark in PROBES)]
        clients = counts(probes, "source.ip")
        assert (len(probes), len(clients)) == (46, 35)
        assert counts(probes, "http.response.status_code") == {404: 46}
        most = {ip for ip, number in clients.items() if number == 3}
        assert most == {"195.250.34.144", "95.78.54.93", "198.245.61.43", "188.165.243.45"}
        assert max(clients.values()) == 3

    def test_bulk_readers_by_distinct_paths(self, web_events: list[Event]) -> None:
        paths = defaultdict(set)
        for event in web_events:
            paths[event.get("source.ip")].add((event["url.path"], event.get("url.query")))
        expected = {"66.249.73.135": 346, "130.237.218.86": 208, "75.97.9.59": 95, "68.180.224.225": 94}
        expected |= {"208.115.111.72": 74, "208.115.113.88": 66}
        assert {ip: len(paths[ip]) for ip in expected} == expected

    def test_one_client_errs_often_and_one_only_misses_a_file(self, web_events: list[Event]) -> None:
        errors = [e for e in web_events if 400 <= e["http.response.status_code"] < 500]
        assert len([e for e in errors if e["source.ip"] == "144.76.95.39"]) == 14
        jar = [e for e in errors if e["source.ip"] == "208.91.156.11"]
        assert (len(jar), len(counts(jar, "url.path"))) == (60, 1)

    def test_the_rewritten_minutes_are_noticed(self) -> None:
        path = sample("logs/web/elastic_examples_apache_access.log")
        clock = Clock(year=2015)
        list(COMBINED.parse(lines(path), clock, Tally()))
        assert "Every line has the minute 05: rates by the minute cannot be stated." in clock.sentences()


@pytest.mark.parametrize(
    ("name", "category", "action", "outcome"),
    [
        ("okta_account_change", "iam", "account_locked", "failure"),
        ("okta_api_activity", "iam", "token_created", "success"),
        ("okta_authentication", "authentication", "login", "success"),
        ("okta_detection", "threat", "security.threat.detected", "failure"),
        ("okta_group_management", "iam", "group_member_added", "success"),
    ],
)
def test_okta(name: str, category: str, action: str, outcome: str) -> None:
    [event] = events_of(f"logs/identity/{name}.json", "okta_system_log")
    assert (event["event.category"], event["event.action"], event["event.outcome"]) == (category, action, outcome)
    assert event["source.ip"] in ("1.1.1.1", "10.0.0.1")


def test_okta_says_who_was_added_to_what_by_whom() -> None:
    [event] = events_of("logs/identity/okta_group_management.json", "okta_system_log")
    assert event["user.name"].startswith("test_user@")
    assert (event["actor.user.name"], event["group.name"]) == ("john.doe@example.com", "TEST Group")


@pytest.mark.parametrize(
    ("name", "category", "action", "user"),
    [
        ("github_account_change", "iam", "user_created", "user5"),
        ("github_api_activity", "api", "git.push", "test_user"),
        ("github_authentication", "authentication", "sso_response", "test_user"),
    ],
)
def test_github(name: str, category: str, action: str, user: str) -> None:
    [event] = events_of(f"logs/identity/{name}.json", "github_audit")
    assert (event["event.category"], event["event.action"], event["user.name"]) == (category, action, user)
    assert event["time_basis"] == "exact"


def test_cloudtrail_calls_by_who_made_them() -> None:
    events = events_of(CLOUDTRAIL, "cloudtrail")
    assert len(events) == 103
    assert len([e for e in events if e.get("user.id", "").endswith(":user/pedro")]) == 87
    role = [e for e in events if "MordorNginxStack-BankingWAFRole" in e.get("user.id", "")]
    assert counts(role, "event.action") == {"ListObjects": 7, "GetObject": 2, "ListBuckets": 2}
    assert all("aws-cli" in e["user_agent.original"] and "Darwin" in e["user_agent.original"] for e in role)
    assert any(e.get("url.path", "").endswith("/ring.txt") for e in role)
    assert counts(events, "source.ip")["1.2.3.4"] == 98
    times = sorted(f"{e['@timestamp']:%d %H:%M}" for e in events)
    assert (times[0], times[-1]) == ("14 00:44", "14 01:13")


def test_a_step_of_a_sign_in_is_no_login() -> None:
    [event] = events_of("logs/cloud/cloudtrail_consolelogin.json", "cloudtrail")
    assert (event["event.code"], event["event.category"], event["event.outcome"]) == (
        "CredentialChallenge",
        "authentication",
        "unknown",
    )
    assert event["user.name"] == "test"


@pytest.fixture(scope="module", name="audit_events")
def read_audit() -> list[Event]:
    return events_of("logs/mail/msticpy_o365_exchange_audit.csv", "o365_audit_csv")


class TestExchangeAudit:
    def test_rows_by_operation(self, audit_events: list[Event]) -> None:
        assert len(audit_events) == 1334
        expected = {"Set-ConditionalAccessPolicy": 889, "Set-User": 211, "Set-Mailbox": 135}
        expected |= {"New-ConditionalAccessPolicy": 11, "Add-MailboxPermission": 5, "New-InboundConnector": 1}
        found = counts(audit_events, "event.code")
        assert {operation: found[operation] for operation in expected} == expected

    def test_who_is_mostly_not_said(self, audit_events: list[Event]) -> None:
        without = [e for e in audit_events if e.get("actor.user.name", e.get("user.name")) is None]
        assert 1080 <= len(without) <= 1090  # a permission and a new mailbox name somebody even where no actor is
        assert len([e for e in audit_events if "source.ip" not in e and "source.domain" not in e]) == 1270

    def test_a_connector_permissions_and_no_forwarding(self, audit_events: list[Event]) -> None:
        actions = counts(audit_events, "event.action")
        assert (actions["mail_connector_changed"], actions["mailbox_permission_granted"]) == (1, 5)
        assert not {"mail_forwarding_changed", "inbox_rule_changed"} & set(actions)
        [connector] = [e for e in audit_events if e["event.action"] == "mail_connector_changed"]
        assert f"{connector['@timestamp']:%d %b %H:%M:%S}" == "18 May 17:48:50"
        assert "Githubrelay" in connector["process.command_line"]
        assert "smtp:*;1" in connector["process.command_line"]

    def test_the_span(self, audit_events: list[Event]) -> None:
        times = sorted(e["@timestamp"] for e in audit_events)
        assert (f"{times[0]:%d %b}", f"{times[-1]:%d %b}") == ("24 Mar", "22 May")


STATUSES = {
    "Delivered": "success", "Expanded": "success", "Failed": "failure", "FilteredAsSpam": "failure",
    "GettingStatus": "unknown", "None": "unknown", "Pending": "unknown", "Quarantined": "failure",
    "Resolved": "success",
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_message_trace(status: str) -> None:
    [event] = events_of(f"logs/mail/o365_messagetrace_{status}.json", "message_trace_json")
    assert (event["email.status"], event["event.outcome"], event["email.count"]) == (status, STATUSES[status], 1)
    assert "@" in event["email.from"]
    assert "@" in event["email.to"]


def test_zeek_ssh() -> None:
    events = events_of("logs/network/zeek_ssh.ndjson", "zeek_json")
    assert len(events) == 40
    logins = [e for e in events if e["event.category"] == "authentication"]
    assert counts(logins, "event.outcome") == {"failure": 14, "success": 13}
    assert counts([e for e in events if e not in logins], "event.category") == {"network": 13}


@pytest.mark.parametrize(("log", "records"), [("kerberos", 13), ("ntlm", 15), ("smtp", 19)])
def test_zeek_reads_every_record(log: str, records: int) -> None:
    assert len(events_of(f"logs/network/zeek_{log}.ndjson", "zeek_json")) == records


@pytest.mark.parametrize("name", ["entra_signin_docs_sample.txt", "ocsf_authentication_cloudtrail.ocsf.txt"])
def test_what_is_no_valid_json_is_not_taken_for_a_log(name: str) -> None:
    found, events, _ = read_path(sample(f"malformed/{name}"))
    assert (found, events) == (None, [])
