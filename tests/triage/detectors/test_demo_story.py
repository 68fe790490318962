"""What every detector says of our own log, for the three cases it was written for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tests.logs import START, demo
from triage.demo.log import ATTACKER, ENUMERATOR, OPERATOR, VICTIM, demo_log
from triage.detectors.protocol import Context, Scope

ATTACK = Scope(ips=(ATTACKER,), users=(VICTIM,))
BENIGN = Scope(ips=(OPERATOR,))
HOME = Context(ranges=(("192.0.2.0/24", "headquarters"),))


def test_the_log_is_the_same_for_the_same_seed() -> None:
    again = demo_log(start=START)
    assert again == demo()
    assert demo_log(seed=2, start=START).text != again.text


def test_the_attack_is_found_in_its_case(detect: Any, demo_events: pl.DataFrame) -> None:
    breach = demo().truth["compromise"]
    found = detect("D05", demo_events, scope=ATTACK)["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.figures["failures"] == breach["failures"]
    assert found.figures["success_line"] == breach["line"]
    assert found.figures["success_at"] == breach["at"]
    assert found.figures["commands"] == breach["commands"]
    assert found.figures["earlier_logins"] == 1
    assert breach["line"] in [row.line for row in found.evidence]
    for name in ("D01", "D02"):
        assert detect(name, demo_events, scope=ATTACK)["case"].answer == "yes"


def test_sentence_table_and_window_of_the_attack_agree(detect: Any, demo_events: pl.DataFrame) -> None:
    breach = demo().truth["compromise"]
    at = datetime.fromisoformat(breach["at"])
    asked = Scope(ips=(ATTACKER,), users=(VICTIM,), window=((at - timedelta(minutes=20)).isoformat(), at.isoformat()))
    found = detect("D05", demo_events, scope=asked)["case"]
    failed = [row.event for row in found.evidence if row.event["event.outcome"] == "failure"]
    assert sum(event["event.count"] for event in failed) == breach["failures"]
    assert found.figures["failure_lines"] == len(failed) < breach["failures"]
    assert found.sentence.startswith(
        f"{breach['failures']} failures in {len(failed)} lines for {VICTIM} from {ATTACKER}"
    )
    first, last = found.window
    times = [row.event["@timestamp"] for row in found.evidence]
    assert first <= min(times)
    assert last >= max(times) > breach["at"]
    [ran] = [row.event for row in found.evidence if row.event["event.category"] == "process"]
    assert (ran["user.name"], ran["user.effective.name"]) == (VICTIM, "root")


def test_the_enumerator_is_reported_elsewhere_without_a_failed_line(detect: Any, demo_events: pl.DataFrame) -> None:
    found = detect("D03", demo_events, scope=ATTACK)["elsewhere"]
    assert found.answer == "yes"
    assert found.entities["ip"] == [ENUMERATOR]
    assert found.figures["names"] == demo().truth["enumerator"]["names"]
    assert f"{ENUMERATOR} tried 20 names" in found.sentence
    assert "none of which logged in" in found.sentence
    assert ["admin", "admin1", "admin2"] in found.figures["variations"]


def test_the_operator_is_not_accused_of_what_others_did(detect: Any, demo_events: pl.DataFrame) -> None:
    answers = {name: detect(name, demo_events, scope=BENIGN, context=HOME)["case"].answer for name in ANSWERS}
    assert answers == ANSWERS
    names = detect("D03", demo_events, scope=BENIGN)["case"]
    assert names.figures["unknown_share"] == 0
    assert names.figures["logins"] == demo().truth["operator"]["accepted"]


ANSWERS = {"D01": "no", "D02": "no", "D03": "partly", "D05": "no", "D07": "no"}


def test_the_whole_log_adds_up(detect: Any, demo_events: pl.DataFrame) -> None:
    truth = demo().truth
    users = detect("D01", demo_events)["case"]
    assert users.figures["total_attempts"] == truth["failed_attempts"]
    assert {row["user"]: row["attempts"] for row in users.figures["users"]} == truth["failed_by_user"]
    bursts = detect("D02", demo_events)["case"]
    assert sorted(bursts.entities["ip"]) == truth["burst_sources"]
    assert list(detect("D05", demo_events)) == ["case"]
