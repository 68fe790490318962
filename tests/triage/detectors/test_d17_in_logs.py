"""D17 on the logs and alerts of directories, identity providers and clouds: each says it in words of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from casebook.intake.adapters.protocol import Options
from casebook.intake.adapters.reading import take
from casebook.intake.adapters.sentinel import ADAPTER
from tests.logs import sample
from tests.triage.detectors.conftest import Detect, located_frame
from tests.triage.events.reading_formats import ndjson, read, read_path
from tests.triage.events.records import cloudtrail, github, nxlog, o365, okta
from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.registry import DETECTORS
from triage.detectors.run import EvidenceInput, compute
from triage.events.parsers import inline
from triage.events.parsers.protocol import Tally
from triage.events.schema import frame
from triage.events.store import located

RECEIVED = datetime(2026, 11, 17, 9, tzinfo=UTC)
EVE = {"id": "00u2", "type": "User", "alternateId": "eve@corp.example"}


@pytest.mark.parametrize(
    ("format", "record", "sentence"),
    [
        ("windows_json", nxlog(4720, TargetUserName="eve", SubjectUserName="ada"), "eve was created by ada"),
        ("windows_json", nxlog(4724, TargetUserName="eve", SubjectUserName="ada", Status="0x0"), "eve was given a new"),
        ("windows_json", nxlog(4728, TargetUserName="Domain Admins", MemberName="CN=Eve,DC=x", SubjectUserName="ada"),
         "Eve was added to Domain Admins by ada"),
        ("okta_system_log", okta("user.account.privilege.grant", "SUCCESS", target=[EVE],
                                 debugContext={"debugData": {"privilegeGranted": "Super administrator"}}),
         "eve@corp.example was given Super administrator by ada@corp.example"),
        ("okta_system_log", okta("user.mfa.factor.deactivate", "SUCCESS", target=[EVE]), "second factors by ada@corp"),
        ("cloudtrail", cloudtrail("CreateAccessKey", "iam.amazonaws.com", requestParameters={"userName": "eve"}),
         "eve was given a key by ada"),
        ("cloudtrail", cloudtrail("AttachUserPolicy", "iam.amazonaws.com", requestParameters={
            "userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
         "eve was given AdministratorAccess by ada"),
        ("cloudtrail", cloudtrail("PutRolePolicy", "iam.amazonaws.com", requestParameters={
            "roleName": "web", "policyName": "wide"}), "web was given wide by ada"),
        ("o365_audit_json", o365("Add member to role.", {}, ObjectId="eve@corp.example",
            ModifiedProperties=[{"Name": "Role.DisplayName", "NewValue": '"Global Administrator"'}]),
         "eve@corp.example was given Global Administrator by root@corp.example"),
        ("github_audit", github("team.add_member", user="eve", team="corp/ops"), "eve was added to corp/ops by ada"),
    ],
)  # fmt: skip
def test_every_log_of_accounts_says_it_in_its_own_words(
    detect: Detect, format: str, record: dict[str, Any], sentence: str
) -> None:
    told, tally = read(format, ndjson([record]))
    assert tally.not_understood == 0, tally.samples
    found = detect("D17", located_frame(told))["case"]
    assert found.answer == "yes"
    assert sentence in found.sentence


@pytest.mark.parametrize(
    "record",
    [
        {"event.action": "added-user-account", "user.name": "ada", "user.target.name": "eve"},
        {"event.action": "CreateUser", "user": {"name": "ada", "target": {"name": "eve"}}},
        {"event.action": "Add user", "user.name": "eve", "actor.user.name": "ada"},
    ],
)
def test_an_alert_that_quotes_the_change_in_its_vendors_words(detect: Detect, record: dict[str, Any]) -> None:
    told = inline.parse([{"@timestamp": "2026-11-17T09:00:00Z", "event.category": "iam"} | record], Tally())
    found = detect("D17", located(frame(list(told)), evidence_id=1, name="events of alert 1"))["case"]
    assert found.sentence == "eve was created by ada at 17 Nov 09:00 UTC."


def judged_sample(detect: Detect, name: str) -> Finding:
    _, told, _ = read_path(sample(name))
    return detect("D17", located_frame(told, name))["case"]


def test_ground_truth_of_a_suspicious_account_creation() -> None:
    """The alert names accounts and quotes one process start: from that command, and nothing else, it is computed."""
    body = sample("siem/sentinel/securityalert_suspicious_account_creation.json").read_bytes()
    [part] = take(ADAPTER, body, Options(), now=RECEIVED).items
    quoted = EvidenceInput("events of alert 1", "0" * 64, id=1, inline=tuple(part.reading.alert.events))
    scope = Scope(users=("adm1nistrator",), hosts=("MSTICALERTSWIN1",))
    one = {"D17": DETECTORS["D17"]}
    [found] = compute(inputs=[quoted], context=Context(), scope=scope, detectors=one)
    assert (found.answer, found.confidence) == ("yes", "medium")  # a command, not the record of what came of it
    assert found.sentence.startswith(
        "adm1nistrator, which looks like administrator, was created by MSTICAdmin on MSTIC"
    )
    assert "bob_testing" not in found.sentence
    assert (found.figures["created"], found.figures["look_alike"]) == (1, 1)
    assert '"net  user adm1nistrator' in found.evidence[0].text  # the alert's own record


def test_ground_truth_of_a_group_membership(detect: Detect) -> None:
    found = judged_sample(detect, "logs/identity/okta_group_management.json")
    assert (found.answer, found.figures["group"]) == ("yes", 1)
    assert found.sentence == (
        "test_user@example[.]com was added to TEST Group by john.doe@example.com at 13 Aug 15:58 UTC."
    )


def test_a_lock_out_gives_nobody_anything(detect: Detect) -> None:
    assert judged_sample(detect, "logs/identity/okta_account_change.json").answer == "no"


def test_reads_of_a_directory_do_not_tell_that_nobody_changed_it(detect: Detect) -> None:
    found = judged_sample(detect, "logs/windows/otrf_empire_net_local_users.security_sysmon1.ndjson")
    assert found.answer == "cannot_tell"
