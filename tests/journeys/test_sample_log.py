"""The main job on a real log: what a stranger's server wrote for four weeks, through the public API of a whole stack.

Ground truth: the samples' README. The one compromise is line 3180; the enumerator has no ``Failed`` line at all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.casework import (
    Json,
    answer,
    attach,
    evidence_read,
    findings,
    found_once,
    open_case,
    question,
    raw_line,
    run_computed,
    with_log,
)
from triage.demo.script import Script

LINES = 7121
FAILED = 1042
ATTACKER, VICTIM, COMPROMISE = "24.151.103.17", "elastic_user_0", 3180
ENUMERATOR, OPERATOR = "91.197.232.109", "85.245.107.41"
DETECTORS = {"D01", "D02", "D03", "D05", "D07", "D24"}
AS_IT_WAS: dict[str, Any] = {"timezone": "UTC", "year": 2017}
LIMIT_S = 10.0
"""For a machine that does other things too; what `make bench` holds against the target is a quiet one's figure."""


@pytest.fixture(scope="module")
def log(samples: Path) -> bytes:
    path = samples / "logs/linux_auth/elastic_examples_auth.log"
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def attack(script: Script, log: bytes) -> Json:
    """The case about the attacker with its log read: ``ref evidence run took_s``."""
    ref = open_case(script, ("ip", ATTACKER, "source"), ("user", VICTIM, "target"))
    run_computed(script, ref)
    began = time.monotonic()
    evidence, run = with_log(script, ref, log, **AS_IT_WAS)
    return {"ref": ref, "evidence": evidence, "run": run, "took_s": time.monotonic() - began}


def test_all_answers_soon(attack: Json, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{LINES} lines, upload to all answers: {attack['took_s']:.2f} s")
    assert attack["took_s"] < LIMIT_S


def test_the_log_is_kept_and_counted(attack: Json, script: Script, log: bytes) -> None:
    evidence = attack["evidence"]
    assert evidence["understood"] + evidence["not_understood"] == evidence["lines"] == LINES
    assert (evidence["bytes"], evidence["sha256"]) == (len(log), hashlib.sha256(log).hexdigest())
    assert script.call("lina", "GET", f"evidence/{evidence['id']}/original/").body == log.decode()
    assert "authentication" in evidence["kinds"]
    assert evidence["window"] == ["2017-03-27T13:08:09Z", "2017-04-20T14:14:29Z"]


def test_every_failed_attempt_counts(attack: Json, script: Script, log: bytes) -> None:
    """Repeats unfolded: for this case and for the rest of the log together, and on a case about the whole log."""
    case, rest = findings(attack["run"])["D01"], findings(attack["run"], "elsewhere")["D01"]
    assert case["figures"]["total_attempts"] == 157
    assert case["figures"]["total_attempts"] + rest["figures"]["total_attempts"] == FAILED
    _, run = with_log(script, open_case(script), log, **AS_IT_WAS)
    assert findings(run)["D01"]["figures"]["total_attempts"] == FAILED


def test_every_detector_answers_for_this_case(attack: Json) -> None:
    found = findings(attack["run"])
    assert set(found) >= DETECTORS
    told = {name: finding["answer"] for name, finding in found.items()}
    assert (told["D01"], told["D02"], told["D03"], told["D05"]) == ("yes", "yes", "partly", "yes")
    assert told["D07"] != "cannot_tell"
    for finding in found.values():
        assert finding["sentence"]
        assert finding["threshold"]
        assert finding["confidence"] in ("low", "medium", "high")


@pytest.mark.parametrize("detector", sorted(DETECTORS - {"D24"}))
def test_its_rows_open_the_raw_line(attack: Json, script: Script, log: bytes, detector: str) -> None:
    lines = log.decode().splitlines()
    rows = findings(attack["run"])[detector]["evidence"]
    assert rows
    for row in (rows[0], rows[-1]):
        opened = raw_line(script, row["evidence"], row["line"])
        assert opened == row["text"] == lines[row["line"] - 1]
        assert ATTACKER in opened or VICTIM in opened


def test_the_compromise_is_found(attack: Json, script: Script) -> None:
    found = findings(attack["run"])["D05"]
    assert COMPROMISE in [row["line"] for row in found["evidence"]]
    assert f"Accepted password for {VICTIM} from {ATTACKER}" in raw_line(script, attack["evidence"]["id"], COMPROMISE)
    assert (found["figures"]["failures"], found["figures"]["success_line"]) == (147, COMPROMISE)
    assert found["figures"]["earlier_logins"] == 46  # a known source, which does not clear it
    assert attack["run"]["recommendation"]["decision"] == "escalate"
    assert any("(D05)" in line for line in attack["run"]["recommendation"]["because"])


def test_elsewhere_names_who_never_failed(attack: Json, log: bytes) -> None:
    found = findings(attack["run"], "elsewhere")["D03"]
    assert found["sentence"].startswith(f"{ENUMERATOR} tried 24 names")
    assert found["figures"]["distinct"] == 24
    own = [line for line in log.decode().splitlines() if ENUMERATOR in line]
    assert own
    assert not [line for line in own if "Failed" in line]


def test_the_same_log_does_not_escalate_the_operator(script: Script, log: bytes) -> None:
    _, run = with_log(script, open_case(script, ("ip", OPERATOR, "source")), log, **AS_IT_WAS)
    assert run["recommendation"]["decision"] == "more_needed"
    told = {name: finding["answer"] for name, finding in findings(run).items()}
    assert (told["D01"], told["D02"], told["D05"]) == ("no", "no", "no")
    assert findings(run)["D01"]["figures"]["total_attempts"] == 15
    assert findings(run, "elsewhere")["D05"]["answer"] == "yes"
    assert "met" not in {criterion["state"] for criterion in run["criteria"]}


def test_zone_and_year_are_shown_and_corrected(script: Script, log: bytes) -> None:
    ref = open_case(script, ("ip", ATTACKER, "source"), ("user", VICTIM, "target"))
    evidence, before = with_log(script, ref, log)
    assert evidence["assumptions"]["year"] != 2017
    assert "The lines name no year" in evidence["assumptions"]["said"][0]
    corrected = script.call("lina", "PATCH", f"evidence/{evidence['id']}/", {"timezone": "Europe/Lisbon", "year": 2017})
    assert (corrected.status, corrected.body["state"]) == (200, "queued")
    again = evidence_read(script, evidence["id"])
    assert (again["assumptions"]["timezone"], again["assumptions"]["year"]) == ("Europe/Lisbon", 2017)
    assert again["window"] == ["2017-03-27T12:08:09Z", "2017-04-20T13:14:29Z"]  # summer there: an hour before UTC
    assert again["sha256"] == evidence["sha256"]
    assert findings(before)["D05"]["figures"]["success_at"].startswith(str(evidence["assumptions"]["year"]))
    found_once(script, ref, "D05", lambda one: one["figures"]["success_at"] == "2017-03-30T15:01:36Z")
    wrong = script.call("lina", "PATCH", f"evidence/{evidence['id']}/", {"timezone": "Mars/Olympus"})
    assert (wrong.status, list(wrong.body["errors"])) == (422, ["timezone"])


@pytest.fixture
def no_ranges(script: Script) -> Iterator[None]:
    """The organisation has told us nothing about its ranges; put back afterwards."""
    known = script.get("lea", "context/ranges/")["results"]
    for one in known:
        script.same("removed", script.call("lea", "DELETE", f"context/ranges/{one['id']}/").status, 204)
    yield
    for one in script.get("lea", "context/ranges/")["results"]:
        script.call("lea", "DELETE", f"context/ranges/{one['id']}/")
    for one in known:
        script.post("lea", "context/ranges/", {"cidr": one["cidr"], "label": one["label"]}, expect=201)


def test_our_ranges_decide_who_is_outside(script: Script, log: bytes, no_ranges: None) -> None:
    """Asked without ranges it cannot tell; as soon as they are told, open cases are computed again."""
    ref = open_case(script, ("ip", OPERATOR, "source"))
    _, run = with_log(script, ref, log, **AS_IT_WAS)
    unknown = findings(run)["D07"]
    assert unknown["answer"] == "cannot_tell"
    assert "ranges" in " ".join([unknown["sentence"], *unknown["missing"]])
    refused = script.call("lina", "POST", "context/ranges/", {"cidr": "85.245.107.0/24", "label": "office"})
    assert refused.status == 403
    elsewhere = script.post("lea", "context/ranges/", {"cidr": "198.51.100.0/24", "label": "office"}, expect=201)
    assert found_once(script, ref, "D07", lambda one: one["answer"] == "yes")["figures"]["ranges"]
    script.call("lea", "DELETE", f"context/ranges/{elsewhere['id']}/")
    script.post("lea", "context/ranges/", {"cidr": "85.245.107.0/24", "label": "office"}, expect=201)
    found_once(script, ref, "D07", lambda one: one["answer"] == "no")


def test_without_a_log_it_names_the_log_it_misses(script: Script) -> None:
    run = run_computed(script, open_case(script, ("ip", ATTACKER, "source"), ("user", VICTIM, "target")))
    first = question(run, 1)
    assert (first["proposal"]["answer"], first["proposal"]["missing"]) == ("cannot_tell", ["authentication events"])
    assert "attach the log" in first["proposal"]["sentence"]
    assert findings(run)["D05"]["missing"] == ["authentication events"]
    assert run["recommendation"]["decision"] == "more_needed"


def test_what_changed_since_it_was_answered_is_asked_again(script: Script, log: bytes) -> None:
    """All is answered and the case may close; then somebody attaches the log."""
    ref = open_case(script, ("ip", OPERATOR, "source"))
    run = run_computed(script, ref)
    for step in run["steps"]:
        if step["required"]:
            answer(script, ref, step, "cannot_tell", "no log is collected there", unknowable=True)
    assert script.get("lina", f"cases/{ref}/run/")["recommendation"]["decision"] == "close"

    _, run = with_log(script, ref, log, **AS_IT_WAS)
    first = question(run, 1)
    assert first["answer"]["stale"]
    assert (first["answer"]["value"], first["proposal"]["answer"]) == ("cannot_tell", "partly")
    assert run["recommendation"]["decision"] == "more_needed"
    assert run["recommendation"]["next_step"] == first["id"]
    assert any("changed since" in line for line in run["recommendation"]["because"])
    refused = script.call("lina", "POST", f"cases/{ref}/close/", {"verdict": "false_positive"})
    assert refused.status == 422
    assert "changed since it was answered" in {step["why"] for step in refused.body["open_steps"]}

    answer(script, ref, first, "no", "our administrators' own address")
    fresh = question(script.get("lina", f"cases/{ref}/run/"), 1)["answer"]
    assert (fresh["value"], fresh["stale"], fresh["proposal"]) == ("no", False, "changed")


def test_what_is_no_log_is_refused_or_kept(script: Script) -> None:
    ref = open_case(script, ("ip", ATTACKER, "source"))
    binary = evidence_read(script, attach(script, ref, b"\x7fELF\x00\x01\x02" * 400))
    assert binary["state"] == "refused"
    assert "text" in binary["error"]
    prose = evidence_read(script, attach(script, ref, b"Dear all,\nplease find nothing attached.\n" * 20))
    assert (prose["state"], prose["not_understood"]) == ("not_understood", 40)
    assert raw_line(script, prose["id"], 1) == "Dear all,"
