"""What other formats do to findings: a login counts whoever wrote it down; what is none answers nothing about one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.logs import sample
from tests.triage.events.reading_formats import ndjson, read, read_path
from tests.triage.events.records import beats, cloudtrail, combined, graph, nxlog, o365, okta, trace, zeek
from triage.detectors.judging import _detector
from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.registry import DETECTORS
from triage.events.parsers.protocol import Event
from triage.events.schema import frame
from triage.events.store import located

LOGINS = ("D01", "D02", "D03", "D05")


def judged(name: str, events: list[Event]) -> Finding:
    told = located(frame(events), evidence_id=1, name="log").sort("evidence.line", maintain_order=True)
    return _detector(DETECTORS[name]).detect(told, Context(ranges=(("10.0.0.0/8", "hq"),)), {}, Scope())[0]


def stamps(record: Any, number: int, key: str) -> list[Any]:
    """So many records, five seconds apart."""
    return [
        {**record, key: f"2026-11-17T08:{second // 60:02d}:{second % 60:02d}Z"} for second in range(0, 5 * number, 5)
    ]


@pytest.mark.parametrize(
    ("name", "failure", "success", "key"),
    [
        ("windows_json", nxlog(SubStatus="0xc000006a"), nxlog(4624), "@timestamp"),
        ("windows_json", beats(SubStatus="0xc000006a"), beats(4624), "@timestamp"),
        ("okta_system_log", okta(), okta(result="SUCCESS"), "published"),
        ("entra_signin", graph(), graph(0), "createdDateTime"),
        ("o365_audit_json", o365("UserLoginFailed", {}), o365("UserLoggedIn", {}), "CreationTime"),
    ],
)
def test_twelve_failures_and_a_success_are_guessing_that_worked(
    name: str, failure: Any, success: Any, key: str
) -> None:
    told = [*stamps(failure, 12, key), {**success, key: "2026-11-17T08:02:00Z"}]
    events, _ = read(name, ndjson(told))
    assert (judged("D01", events).answer, judged("D01", events).figures["attempts"]) == ("yes", 12)
    assert judged("D02", events).answer == "yes"
    assert (judged("D05", events).answer, judged("D05", events).figures["failures"]) == ("yes", 12)
    assert judged("D07", events).answer == "yes"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web_combined", (combined("/login", 401) + "\n") * 40),
        ("windows_json", ndjson([nxlog(4769, Status="0x1b"), nxlog(5145, EventType="AUDIT_FAILURE")] * 20)),
        ("cloudtrail", ndjson([cloudtrail("GetObject", errorCode="AccessDenied")] * 40)),
        ("message_trace_json", ndjson([trace("Failed")] * 40)),
        ("zeek_json", ndjson([zeek(_path="conn")] * 40)),
        ("okta_system_log", ndjson([okta("policy.rule.update")] * 40)),
    ],
)
@pytest.mark.parametrize("detector", LOGINS)
def test_what_is_no_login_does_not_answer_for_logins(name: str, text: str, detector: str) -> None:
    events, _ = read(name, text)
    assert len(events) == 40
    finding = judged(detector, events)
    assert finding.answer == "cannot_tell"
    assert "authentication" in " ".join(finding.missing)


def test_a_real_spray_is_seven_failures_over_seven_names() -> None:
    _, events, _ = read_path(sample("logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson"))
    found = judged("D01", events)
    assert (found.answer, found.figures["total_attempts"], found.figures["attempts"]) == ("no", 7, 1)
