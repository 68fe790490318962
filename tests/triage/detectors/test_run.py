"""Findings through a warm child: the same inputs give the same JSON, rows carry their raw text."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.logs import RECEIVED, demo
from triage.demo.log import ATTACKER, VICTIM
from triage.detectors import registry
from triage.detectors.judging import _detector
from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.run import EvidenceInput, compute
from triage.events.read import read_evidence

SCOPE = Scope(ips=(ATTACKER,), users=(VICTIM,))
CONTEXT = Context(ranges=(("192.0.2.0/24", "hq"),), related=())


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceInput:
    path = tmp_path / "auth.log"
    path.write_text(demo().text)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    read = read_evidence(
        path, evidence_id=3, name="auth.log", sha256=sha256, cache_dir=tmp_path / "cache", received_at=RECEIVED
    )
    return EvidenceInput(
        id=3, name="auth.log", sha256=sha256, path=read.events_path, cache_key=read.cache_key, original=str(path)
    )


def as_text(findings: list[Finding]) -> str:
    return json.dumps([finding.to_json() for finding in findings], sort_keys=True)


def test_the_same_inputs_give_the_same_findings(evidence: EvidenceInput) -> None:
    first = compute(inputs=[evidence], context=CONTEXT, scope=SCOPE)
    assert as_text(first) == as_text(compute(inputs=[evidence], context=CONTEXT, scope=SCOPE))
    assert [f.detector for f in first if f.scope == "case"] == sorted(registry.DETECTORS)
    assert [Finding.from_json(json.loads(json.dumps(f.to_json()))) for f in first] == first


@pytest.mark.parametrize(
    "changed",
    [
        {"context": replace(CONTEXT, techniques=("T1110",))},
        {"scope": replace(SCOPE, margin_s=0)},
        {"settings": {"D01": {"attempts": 11}}},
    ],
)
def test_the_digest_changes_with_what_a_finding_rests_on(evidence: EvidenceInput, changed: dict[str, Any]) -> None:
    how: dict[str, Any] = {"inputs": [evidence], "context": CONTEXT, "scope": SCOPE}
    one, other = compute(**how)[0], compute(**{**how, **changed})[0]
    assert one.input_digest != other.input_digest
    assert len(one.input_digest) == 64


def test_rows_carry_the_raw_line_they_point_to(evidence: EvidenceInput) -> None:
    lines = demo().text.splitlines()
    for finding in compute(inputs=[evidence], context=CONTEXT, scope=SCOPE):
        assert len(finding.evidence) <= 50
        for row in finding.evidence:
            assert row.line is not None
            assert (row.evidence, row.source, row.text) == (3, "auth.log", lines[row.line - 1])


def test_rows_of_a_log_in_utf_16_carry_their_text(tmp_path: Path) -> None:
    path = tmp_path / "auth.log"
    said = "Mar 30 16:01:{:02d} h sshd[1]: Failed password for Zoë from 192.0.2.4 port 5 ssh2"
    path.write_bytes("\r\n".join(said.format(second) for second in range(12)).encode("utf-16"))
    read = read_evidence(path, evidence_id=3, name="auth.log", sha256="e" * 64, cache_dir=tmp_path / "cache")
    inputs = [EvidenceInput("auth.log", "e" * 64, 3, read.events_path, read.cache_key, str(path))]
    found = compute(inputs=inputs, context=CONTEXT, scope=Scope(), detectors={"D01": registry.DETECTORS["D01"]})
    assert [row.text for row in found[0].evidence] == [said.format(second) for second in range(12)]


def test_an_alerts_own_events_are_evidence_too() -> None:
    event = {"event.category": "authentication", "event.outcome": "failure", "user.name": "root"}
    record = {**event, "source.ip": ATTACKER, "@timestamp": "2026-11-24T08:00:00Z", "event.count": 12}
    inputs = [EvidenceInput(name="alert a-1", sha256="c" * 64, inline=(record,))]
    found = compute(
        inputs=inputs, context=CONTEXT, scope=Scope(ips=(ATTACKER,)), detectors={"D01": registry.DETECTORS["D01"]}
    )
    assert (found[0].answer, found[0].figures["attempts"]) == ("yes", 12)
    row = found[0].evidence[0]
    assert (row.evidence, row.source, row.event["evidence.pointer"]) == (None, "alert a-1", "/events/0")
    assert json.loads(row.text) == record


def test_one_content_attached_twice_counts_once(evidence: EvidenceInput) -> None:
    twice = compute(inputs=[evidence, replace(evidence, id=4)], context=CONTEXT, scope=SCOPE)
    once = compute(inputs=[evidence], context=CONTEXT, scope=SCOPE)
    assert [f.figures for f in twice] == [f.figures for f in once]


def test_without_evidence_everything_but_the_case_store_cannot_tell() -> None:
    found = compute(inputs=[], context=CONTEXT, scope=SCOPE)
    assert {f.detector: f.answer for f in found} == dict.fromkeys(registry.DETECTORS, "cannot_tell") | {"D24": "no"}


def test_the_callers_side_imports_no_polars() -> None:
    code = "import sys, triage.detectors.run, triage.events.read, triage.demo.log; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_registry_describes_every_detector_as_it_is() -> None:
    for name, path in registry.DETECTORS.items():
        detector, said = _detector(path), registry.CAPABILITIES[name]
        assert (detector.id, detector.title, list(detector.needs)) == (name, said["title"], said["needs"])
