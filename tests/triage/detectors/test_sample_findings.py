"""Ground truth of the detectors over a real log (README beside the sample; detectors' table of expectations)."""

from __future__ import annotations

from typing import Any

import polars as pl

from triage.detectors.protocol import Context, Scope

ATTACK = Scope(ips=("24.151.103.17",), users=("elastic_user_0",))
BENIGN = Scope(ips=("85.245.107.41",))
ENUMERATOR = "91.197.232.109"


def test_d01_over_the_whole_log(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D01", sample_events)["case"]
    counts = [(row["user"], row["attempts"]) for row in found.figures["users"][:3]]
    assert counts == [("root", 532), ("elastic_user_0", 148), ("admin", 141)]
    assert (found.figures["total_attempts"], found.figures["dropped"]) == (1042, 1)  # one from loopback
    assert found.figures["users"][0]["sources"] == 64


def test_d02_finds_eleven_sources(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D02", sample_events)["case"]
    assert found.figures["sources_over"] == 11
    assert (found.figures["source"], found.figures["peak"]) == ("24.151.103.17", 42)


def test_d03_finds_the_enumerator_and_tells_administrators_apart(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D03", sample_events)["case"]
    assert (found.figures["source"], found.figures["distinct"], found.figures["logins"]) == (ENUMERATOR, 24, 0)
    sources = {row["source"]: row for row in found.figures["sources"]}
    assert sources[ENUMERATOR]["unknown_peak"] == 29
    assert (sources["24.151.103.17"]["answer"], sources["24.151.103.17"]["in_a_day"]) == ("partly", 7)
    assert (sources["85.245.107.41"]["answer"], sources["85.245.107.41"]["in_a_day"]) == ("partly", 6)
    assert sources["181.26.186.35"]["in_a_day"] == 4


def test_d05_finds_exactly_one(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D05", sample_events)["case"]
    assert (found.answer, found.figures["successes"]) == ("yes", 1)
    assert (found.figures["source"], found.figures["user"]) == ("24.151.103.17", "elastic_user_0")
    assert (found.figures["failures"], found.figures["success_line"]) == (147, 3180)
    assert found.figures["success_at"] == "2017-03-30T16:01:36Z"
    assert found.figures["earlier_logins"] == 46
    assert 3180 in [row.line for row in found.evidence]


def test_the_case_about_the_attack(detect: Any, sample_events: pl.DataFrame) -> None:
    for name in ("D01", "D02", "D05"):
        assert detect(name, sample_events, scope=ATTACK)["case"].answer == "yes"
    said = detect("D01", sample_events, scope=ATTACK)["case"].sentence
    assert said == "147 failed logins for elastic_user_0 from 24.151.103.17 between 15:54 and 16:01 UTC on 30 Mar."
    elsewhere = detect("D03", sample_events, scope=ATTACK)["elsewhere"]
    assert elsewhere.entities["ip"][0] == ENUMERATOR
    assert list(detect("D05", sample_events, scope=ATTACK)) == ["case"]


def test_the_case_about_the_operator(detect: Any, sample_events: pl.DataFrame) -> None:
    answers = {name: detect(name, sample_events, scope=BENIGN)["case"].answer for name in ("D01", "D02", "D03", "D05")}
    assert answers == {"D01": "no", "D02": "no", "D03": "partly", "D05": "no"}
    assert detect("D01", sample_events, scope=BENIGN)["case"].figures["total_attempts"] == 15
    assert detect("D05", sample_events, scope=BENIGN)["elsewhere"].answer == "yes"


def test_d07_keeps_a_scanner_and_a_cloud_apart(detect: Any, sample_events: pl.DataFrame) -> None:
    hits: dict[str, Any] = {
        "89.248.167.131": ({"list": "scanners", "kind": "scanner", "date": "2026-08-22"},),
        "34.204.227.175": ({"list": "cloud", "kind": "cloud", "date": "2026-08-22"},),
    }
    context = Context(ranges=(("85.245.107.0/24", "office"),), list_hits=hits)
    classes = detect("D07", sample_events, context=context)["case"].figures["classes"]
    assert (classes["corporate"], classes["private"], classes["scanner"], classes["cloud"]) == (1, 1, 1, 1)
