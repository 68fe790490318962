"""D22: what the lists say of the values of a case, in words that never acquit; and over a real log with real lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from automation.enrichers.local_lists.client import ENRICHER
from automation.enrichers.protocol import Question
from automation.lookups.read import Shown
from tests.logs import sample
from triage import list_hits
from triage.detectors.protocol import Context, Finding, Scope
from triage.events.schema import empty

AT = "2026-08-25T10:00:00+00:00"
BAD = {"list": "level5", "kind": "blocklist", "level": 5, "date": "2026-08-22"}
CLOUD = {"list": "amazon-aws", "kind": "cloud", "level": None, "date": "2026-08-11"}


def answer(kind: str, value: str, result: str | None, summary: str = "") -> dict[str, Any]:
    return {"type": kind, "value": value, "result": result, "summary": summary, "date": None}


def told(*answers: dict[str, Any], at: str = AT, **hits: tuple[dict[str, Any], ...]) -> Context:
    return Context(list_answers=answers, list_hits=hits, at=at)


def hit(value: str, *hits: dict[str, Any], kind: str = "ip", at: str = AT) -> Context:
    return Context(list_answers=(answer(kind, value, "listed"),), list_hits={value: hits}, at=at)


@pytest.fixture
def ask(detect: Any) -> Any:
    def run(context: Context, events: pl.DataFrame | None = None, **settings: Any) -> Finding:
        return detect("D22", empty() if events is None else events, context=context, settings=settings)["case"]

    return run


# ---------------------------------------------------------------- the answers
def test_listed_says_where_and_of_which_day(ask: Any) -> None:
    found = ask(hit("203.0.113.7", BAD))
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.sentence == "203.0.113.7 is listed on level5 of 22 Aug 2026."
    assert found.entities == {"ip": ["203.0.113.7"]}
    assert (found.figures["listed"], found.figures["level"]) == (1, 5)


@pytest.mark.parametrize(("kind", "value", "entity"), [
    ("domain", "evil.example", "domain"), ("hash", "d" * 64, "hash"), ("url", "http://evil.example/x", "url"),
])  # fmt: skip
def test_domains_and_files_too(ask: Any, kind: str, value: str, entity: str) -> None:
    found = ask(hit(value, {**BAD, "list": "bad", "level": None}, kind=kind))
    assert (found.answer, found.entities) == ("yes", {entity: [value]})


def test_not_listed_is_never_clean(ask: Any) -> None:
    found = ask(told(answer("ip", "203.0.113.7", "not_listed", "not on 3 lists, newest of 22 Aug 2026")))
    assert (found.answer, found.confidence) == ("no", "medium")
    assert found.sentence == (
        "Not listed: 203.0.113.7 (not on 3 lists, newest of 22 Aug 2026), which does not make it harmless."
    )
    assert "clean" not in found.sentence


def test_known_infrastructure_neither_accuses_nor_acquits(ask: Any) -> None:
    context = Context(
        list_answers=(answer("ip", "203.0.113.7", "known_infrastructure"),), list_hits={"203.0.113.7": (CLOUD,)}, at=AT
    )
    found = ask(context)
    assert found.answer == "no"
    assert found.sentence == (
        "Known infrastructure, neither good nor bad: 203.0.113.7 (amazon-aws of 11 Aug 2026, 14 days from the case)."
    )


def test_a_scanner_that_is_listed_is_both(ask: Any) -> None:
    scanner = {"list": "shodan-scanning", "kind": "scanner", "level": None, "date": "2026-08-22"}
    found = ask(hit("203.0.113.7", BAD, scanner))
    assert found.answer == "yes"
    assert found.sentence == (
        "203.0.113.7 is listed on level5 of 22 Aug 2026; "
        "203.0.113.7 is known infrastructure as well (shodan-scanning of 22 Aug 2026)."
    )


@pytest.mark.parametrize("result", ["limited", "error", None])
def test_what_could_not_be_asked_is_no_not_listed(ask: Any, result: str | None) -> None:
    found = ask(
        told(answer("ip", "203.0.113.7", result, "no lists configured"), answer("ip", "203.0.113.8", "not_listed"))
    )
    assert (found.answer, found.missing) == ("cannot_tell", ("an answer of the lists for 203.0.113.7",))
    assert found.sentence == "No answer for 203.0.113.7 (no lists configured)."
    assert found.figures["unanswered"] == 1


def test_a_hit_stands_whatever_else_is_open(ask: Any) -> None:
    context = Context(
        list_answers=(answer("ip", "203.0.113.7", "listed"), answer("ip", "203.0.113.8", "error", "timed out")),
        list_hits={"203.0.113.7": (BAD,)}, at=AT,
    )  # fmt: skip
    found = ask(context)
    assert found.answer == "yes"
    assert found.sentence.endswith("; no answer for 203.0.113.8 (timed out).")


def test_what_nobody_has_asked_yet_is_waited_for(ask: Any) -> None:
    about = (("ip", "203.0.113.7", "source"), ("ip", "203.0.113.7", "target"), ("user", "ada", "target"))
    found = ask(Context(about=about, at=AT))
    assert (found.answer, found.sentence) == ("cannot_tell", "No answer for 203.0.113.7 (not asked yet).")


def test_nothing_that_a_list_could_name(ask: Any) -> None:
    found = ask(Context(at=AT))
    assert (found.answer, found.missing) == ("cannot_tell", ("an address, domain or hash to look up",))


# ---------------------------------------------------------------- levels and days
@pytest.mark.parametrize(
    ("level", "said", "confidence"),
    [(2, "partly", "low"), (3, "yes", "medium"), (4, "yes", "medium"), (5, "yes", "high"), (None, "yes", "medium")],
)
def test_the_level_that_counts(ask: Any, level: int | None, said: str, confidence: str) -> None:
    found = ask(hit("203.0.113.7", {**BAD, "level": level}))
    assert (found.answer, found.confidence) == (said, confidence)
    assert "is listed on" in found.sentence


def test_the_level_is_a_setting(ask: Any) -> None:
    assert ask(hit("203.0.113.7", {**BAD, "level": 2}), blocklist_level=2).answer == "yes"


@pytest.mark.parametrize(("at", "confidence"), [
    ("2026-09-21T10:00:00+00:00", "high"),
    ("2026-09-22T10:00:00+00:00", "medium"),
    ("2017-03-30T10:00:00+00:00", "medium"),
])  # fmt: skip
def test_a_list_of_another_time_says_less(ask: Any, at: str, confidence: str) -> None:
    found = ask(hit("203.0.113.7", BAD, at=at))
    assert found.confidence == confidence
    assert "days from the case" in found.sentence


# ---------------------------------------------------------------- events
def test_the_lines_of_a_listed_address_are_shown(ask: Any, log: Any) -> None:
    events = log(
        (1, "Failed password for root from 203.0.113.7 port 1 ssh2"),
        (2, "Failed password for root from 203.0.113.8 port 2 ssh2"),
    )
    found = ask(hit("203.0.113.7", BAD), events)
    assert [row.line for row in found.evidence] == [1]


def test_a_listed_address_elsewhere_in_the_log_is_told_apart(detect: Any, log: Any) -> None:
    events = log(
        (1, "Failed password for root from 203.0.113.7 port 1 ssh2"),
        (2, "Failed password for root from 203.0.113.8 port 2 ssh2"),
    )
    context = Context(
        list_answers=(answer("ip", "203.0.113.7", "not_listed"),), list_hits={"203.0.113.8": (BAD,)}, at=AT
    )
    found = detect("D22", events, context=context, scope=Scope(ips=("203.0.113.7",)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    assert found["elsewhere"].entities == {"ip": ["203.0.113.8"]}


# ---------------------------------------------------------------- look-ups as the detector reads them
def lookup(value: str, result: str | None, *hits: dict[str, Any], kind: str = "ip") -> Shown:
    return Shown(1, "local_lists", "Local lists", kind, value, "done", result, "said so", None, date(2026, 8, 22), "",
                 None, list(hits))  # fmt: skip


def test_lookups_become_hits_and_answers() -> None:
    one = {"list": "shodan-scanning", "says": "known_infrastructure", "level": None, "date": "2026-08-22", "note": ""}
    hits, answers = list_hits.told(
        [lookup("203.0.113.7", "known_infrastructure", one), lookup("d" * 32, None, kind="hash")]
    )
    assert hits == {
        "203.0.113.7": ({"list": "shodan-scanning", "kind": "scanner", "level": None, "date": "2026-08-22"},)
    }
    assert [(one["type"], one["result"], one["date"]) for one in answers] == [
        ("ip", "known_infrastructure", "2026-08-22"), ("hash", None, "2026-08-22"),
    ]  # fmt: skip


# ---------------------------------------------------------------- ground truth
@pytest.fixture
def intel(settings: Any) -> Path:
    folder = sample("intel")
    settings.INTEL_DIR = folder
    return folder


def of_the_lists(*values: str) -> Context:
    shown = []
    for value in values:
        said = ENRICHER.ask(Question(1, 1, "ip", value), deadline_s=10)
        shown.append(lookup(value, said.result, *said.hits))
    hits, answers = list_hits.told(shown)
    return Context(list_hits=hits, list_answers=answers, at="2017-03-30T16:00:00+00:00")


def test_the_samples_scanner_is_listed_and_their_cloud_is_not(
    intel: Path, detect: Any, sample_events: pl.DataFrame
) -> None:
    context = of_the_lists("89.248.167.131", "34.204.227.175")
    found = detect("D22", sample_events, context=context)["case"]
    assert found.answer == "yes"
    assert found.confidence == "medium"  # the log is of 2017, the lists of 2026
    rows = {row["value"]: row for row in found.figures["values"]}
    scanner = {hit["kind"]: hit for hit in rows["89.248.167.131"]["lists"]}
    assert scanner["blocklist"]["level"] == 5
    assert scanner["scanner"]["list"] == "shodan-scanning"
    assert {hit["kind"] for hit in rows["34.204.227.175"]["lists"]} == {"cloud"}
    assert found.entities == {"ip": ["89.248.167.131"]}
    assert len(found.evidence) == 3


@pytest.mark.parametrize("address", ["71.6.135.131", "80.82.77.139", "66.240.236.119"])
def test_the_samples_silent_scanners_are_listed_and_their_lines_found(
    intel: Path, detect: Any, sample_events: pl.DataFrame, address: str
) -> None:
    found = detect("D22", sample_events, context=of_the_lists(address))["case"]
    assert found.answer == "yes"
    assert found.evidence, "a connection that was only closed is an event too"
