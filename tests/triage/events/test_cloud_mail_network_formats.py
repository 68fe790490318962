"""CloudTrail, Microsoft 365 audit, message trace and Zeek."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.triage.events.reading_formats import ndjson, picked, read, recognised
from tests.triage.events.records import as_csv, cloudtrail, o365, trace, zeek
from triage.events.parsers.protocol import Event


def one(name: str, record: dict[str, Any]) -> Event:
    events, tally = read(name, json.dumps(record))
    assert tally.not_understood == 0, tally.samples
    [event] = events
    return event


ROLE = {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/web/i-1",
        "sessionContext": {"sessionIssuer": {"userName": "web"}}}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (cloudtrail(), {"event.category": "api", "event.action": "ListBuckets", "user.name": "ada",
                        "event.outcome": "success", "user.id": "arn:aws:iam::111122223333:user/ada"}),
        (cloudtrail("GetObject", userIdentity=ROLE, requestParameters={"bucketName": "b", "key": "k/x"}),
         {"user.name": "web", "url.path": "/b/k/x", "user.id": "arn:aws:sts::1:assumed-role/web/i-1"}),
        (cloudtrail("ConsoleLogin", "signin.amazonaws.com", responseElements={"ConsoleLogin": "Failure"}),
         {"event.category": "authentication", "event.action": "login", "event.outcome": "failure"}),
        (cloudtrail("ConsoleLogin", "signin.amazonaws.com", responseElements={"ConsoleLogin": "Success"}),
         {"event.outcome": "success"}),
        (cloudtrail("CreateUser", "iam.amazonaws.com", requestParameters={"userName": "eve"}),
         {"event.category": "iam", "event.action": "user_created", "user.name": "eve", "actor.user.name": "ada"}),
        (cloudtrail("AttachRolePolicy", "iam.amazonaws.com", requestParameters={
            "roleName": "web", "policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
         {"event.action": "privilege_granted", "user.name": "web", "actor.user.name": "ada",
          "group.name": "PowerUserAccess"}),
        (cloudtrail("ListUsers", "iam.amazonaws.com", requestParameters={"userName": "eve"}), {"user.name": "ada"}),
        (cloudtrail("GetObject", errorCode="AccessDenied", errorMessage="no"),
         {"event.outcome": "failure", "event.reason": "AccessDenied: no"}),
        (cloudtrail("AssumeRole", "sts.amazonaws.com", sourceIPAddress="ec2.amazonaws.com"),
         {"event.category": "session", "source.ip": None, "source.domain": "ec2.amazonaws.com"}),
        (cloudtrail("ConsoleLogin", "signin.amazonaws.com", userIdentity={"type": "Root"}), {"user.name": "root"}),
    ],
)  # fmt: skip
def test_cloudtrail(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one("cloudtrail", record), fields) == fields


@pytest.mark.parametrize("indent", [None, 1])
def test_cloudtrail_in_the_files_of_the_trail_points_into_its_records(indent: int | None) -> None:
    told = json.dumps({"Records": [cloudtrail("Ärger"), cloudtrail("B")]}, indent=indent, ensure_ascii=False)
    assert recognised(told) == "cloudtrail"
    events, tally = read("cloudtrail", told)
    assert [e["evidence.pointer"] for e in events] == ["/Records/0", "/Records/1"]
    assert tally.not_understood == 0
    for event in events:
        raw = told.encode()[event["evidence.offset"] :][: event["evidence.length"]]
        assert json.loads(raw)["eventName"] == event["event.code"]


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (o365(parameters={"Identity": "ada", "ForwardingSmtpAddress": "smtp:x@evil.example"}),
         {"event.action": "mail_forwarding_changed", "user.name": "root@corp.example", "source.ip": "192.0.2.7",
          "source.port": 50111,
          "process.command_line": "Set-Mailbox -Identity ada -ForwardingSmtpAddress smtp:x@evil.example"}),
        (o365(), {"event.action": "Set-Mailbox", "event.category": "configuration"}),
        (o365("New-InboxRule", {"Name": ".", "MoveToFolder": "RSS Feeds"}), {"event.action": "inbox_rule_changed"}),
        (o365("Add-MailboxPermission", {"Identity": "ada", "User": "eve", "AccessRights": "FullAccess"}),
         {"event.action": "mailbox_permission_granted", "user.name": "eve", "actor.user.name": "root@corp.example"}),
        (o365("New-Mailbox", {"Password": "hunter2", "Name": "x"}),
         {"process.command_line": "New-Mailbox -Password *** -Name x", "event.action": "user_created",
          "user.name": "x", "actor.user.name": "root@corp.example"}),
        (o365("Add-RoleGroupMember", {"Identity": "Organization Management", "Member": "eve"}),
         {"event.action": "group_member_added", "user.name": "eve", "group.name": "Organization Management"}),
        (o365("Add member to role.", {}, ObjectId="eve@corp.example", ModifiedProperties=[
            {"Name": "Role.DisplayName", "NewValue": '"Global Administrator"', "OldValue": ""}]),
         {"event.action": "privilege_granted", "user.name": "eve@corp.example", "group.name": "Global Administrator"}),
        (o365("UserLoginFailed", {}, Workload="AzureActiveDirectory", LogonError="InvalidUserNameOrPassword"),
         {"event.category": "authentication", "event.outcome": "failure",
          "event.reason": "InvalidUserNameOrPassword", "process.command_line": None}),
        (o365("FileDownloaded", {}, SourceFileName="plan.docx"), {"event.category": "file", "url.path": "plan.docx"}),
    ],
)  # fmt: skip
def test_o365_audit(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one("o365_audit_json", record), fields) == fields


def test_o365_audit_as_the_portals_csv_with_everything_in_one_cell() -> None:
    inside = o365(parameters={"Identity": "ada"}) | {"note": 'a "quoted"\nline'}
    row = {"CreationDate": "2026-11-17T08:00:05", "UserIds": "root@corp.example", "Operations": "Set-Mailbox"}
    told = as_csv([row | {"AuditData": json.dumps(inside, indent=1)}] * 2)
    assert recognised(told) == "o365_audit_csv"
    events, tally = read("o365_audit_csv", told)
    assert (len(events), tally.not_understood, tally.lines) == (2, 0, told.count("\n"))
    assert events[1]["source.ip"] == "192.0.2.7"
    raw = told.encode()[events[1]["evidence.offset"] :][: events[1]["evidence.length"]]
    assert raw.startswith(b"2026-11-17T08:00:05,root@corp.example")
    assert raw.count(b"\n") == json.dumps(inside, indent=1).count("\n")


@pytest.mark.parametrize(
    ("status", "outcome"), [("Delivered", "success"), ("Quarantined", "failure"), ("x", "unknown")]
)
def test_message_trace_as_json_and_as_csv(status: str, outcome: str) -> None:
    expected: dict[str, Any] = {
        "event.outcome": outcome,
        "email.from": "ada@corp.example",
        "email.to": "bob@other.example",
    }
    expected |= {"email.subject": "Minutes", "email.status": status, "email.count": 1, "time_basis": "exact"}
    assert picked(one("message_trace_json", trace(status)), expected) == expected
    told = as_csv([trace(status)], delimiter=";")
    assert recognised(told) == "message_trace_csv"
    assert picked(read("message_trace_csv", told)[0][0], expected) == expected


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (zeek(auth_success=False, auth_attempts=3), {"event.category": "authentication", "event.outcome": "failure",
                                                     "event.count": 3, "destination.ip": "198.51.100.9"}),
        (zeek(auth_success=True, auth_attempts=2), {"event.outcome": "success", "event.count": 1}),
        (zeek(auth_attempts=0, host_key_alg="x"), {"event.category": "network", "service.name": "ssh"}),
        (zeek(username="ada", domainname="CORP", hostname="WS-7", success=True),
         {"event.action": "ntlm_login", "user.name": "ada", "source.host": "WS-7", "event.outcome": "success"}),
        (zeek(request_type="AS", client="ada/CORP", success=False, error_msg="KDC_ERR_PREAUTH_REQUIRED"),
         {"event.category": "authentication", "event.outcome": "unknown", "user.name": "ada"}),
        (zeek(request_type="AS", client="x/CORP", success=False, error_msg="KDC_ERR_C_PRINCIPAL_UNKNOWN"),
         {"event.outcome": "failure", "user.exists": False}),
        (zeek(request_type="TGS", client="ada/CORP", service="cifs/h", success=True, cipher="rc4-hmac"),
         {"event.category": "session", "winlog.object": "cifs/h", "winlog.ticket_encryption": "0x17"}),
        (zeek(helo="h", mailfrom="a@x", rcptto=["b@y", "c@y"], last_reply="250 ok"),
         {"event.category": "email", "email.to": "b@y, c@y", "email.count": 2, "event.outcome": "success"}),
        (zeek(method="GET", uri="/a?b", status_code=404), {"event.category": "web", "url.path": "/a"}),
        (zeek(_path="dns", query="x"), {"event.category": "network", "service.name": "dns"}),
        ({"ts": "2026-11-17T08:00:05Z", "id": {"orig_h": "192.0.2.7", "resp_h": "198.51.100.9", "resp_p": 22}},
         {"source.ip": "192.0.2.7", "destination.port": 22}),
    ],
)  # fmt: skip
def test_zeek(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one("zeek_json", record), fields) == fields


def test_a_record_of_another_kind_is_listed_with_the_reason() -> None:
    events, tally = read("zeek_json", ndjson([zeek(), {"hello": 1}, zeek(ts="never")]))
    assert (len(events), tally.not_understood) == (1, 2)
    assert [one["reason"] for one in tally.samples] == ["not a record of the format zeek_json", "ts cannot be read"]
