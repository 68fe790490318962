"""Field maps: what is wrong with one, one tried on a pasted body, and one proposed for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.intake.adapters.field_map import MOST_FIELDS, Wrong, check
from casebook.intake.adapters.field_map_preview import preview, shown
from casebook.intake.adapters.field_map_propose import propose
from casebook.intake.adapters.protocol import Options
from tests.casebook.intake.adapters.cases import NOW, PAYLOADS, SAMPLES, cases


@pytest.mark.parametrize(
    ("field_map", "wrong"),
    [
        ({"title": "name"}, []),
        ({"title": "name", "observables.ip.source": "a", "facts.Risk score": "b", "messages": "/x"}, []),
        ({}, [Wrong("title", "is needed: without it nothing says what an alert is")]),
        ({"title": "name["}, [Wrong("title", "ends too early", 5)]),
        ({"title": "name", "severty": "a"}, [Wrong("severty", "no such field; did you mean severity?")]),
        ({"title": 7}, [Wrong("title", "an expression is a text")]),
        ({"title": "a", "severity_map": {"P1": "severe"}},
         [Wrong("severity_map", "'P1' becomes one of critical, high, info, low, medium")]),
        ({"title": "a", "severity_map": "P1"}, [Wrong("severity_map", 'is an object, such as {"P1": "critical"}')]),
        ({"title": "a", "observables.ip.victim": "a"},
         [Wrong("observables.ip.victim",
                "ends in a role: observables.ip.source, observables.ip.target, observables.ip.related")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_map(field_map: dict[str, Any], wrong: list[Wrong]) -> None:
    assert check(field_map) == wrong


def test_a_type_that_is_none_is_told_with_all_there_are() -> None:
    [wrong] = check({"title": "a", "observables.colour.source": "a"})
    assert wrong.what.startswith("no such type of observable: ip, cidr,")


def test_a_map_has_a_largest_size() -> None:
    too_many = {"title": "a"} | {f"facts.{number}": "a" for number in range(MOST_FIELDS)}
    assert [one.field for one in check(too_many)] == [""]


def tried(field_map: dict[str, Any], body: Any, **more: Any) -> Any:
    return preview(field_map, body, Options(zone="Europe/Paris"), now=NOW, **more)


def test_a_preview_shows_each_field_found_made_and_failed() -> None:
    body = {"all": [{"n": "A", "at": "2026-11-24 09:00:00", "who": {"x": 1}}, {"n": "B"}]}
    fields = {"messages": "all", "title": "n", "detected_at": "at", "observables.user.target": "who", "link": "no["}
    got = tried(fields, body)
    assert (got.messages, got.shown) == (2, 0)
    by_name = {one.field: one for one in got.fields}
    assert (by_name["title"].raw, by_name["title"].value, by_name["title"].error) == ("A", "A", "")
    assert by_name["detected_at"].raw == "2026-11-24 09:00:00"
    assert by_name["detected_at"].value.isoformat() == "2026-11-24T08:00:00+00:00"
    assert "Europe/Paris" in by_name["detected_at"].assumed
    assert (by_name["observables.user.target"].raw, by_name["observables.user.target"].value) == ({"x": 1}, None)
    assert "objects" in by_name["observables.user.target"].error
    assert by_name["link"].error == "ends too early"
    assert got.wrong == (Wrong("link", "ends too early", 3),)
    assert got.reading.alert.title == "A"
    assert got.reading.alert.external_id.startswith("derived:")
    assert tried(fields, body, number=1).reading.alert.title == "B"
    assert tried(fields, body, number=9).shown == 1


@pytest.mark.parametrize(
    ("field_map", "body", "why"),
    [
        ({"title": "n"}, {"m": 1}, "It has no title: n finds nothing in this message."),
        ({"title": "n"}, [], "The body holds no messages."),
        ({"title": "n"}, 7, "A message is a JSON object; this is none."),
        ({"title": "n", "messages": "a"}, {}, "messages: a finds nothing in this body."),
        ({"external_id": "n"}, {"n": 1}, "It has no title: the field map does not say where one is."),
    ],
)
def test_a_preview_says_why_no_alert_would_come_in(field_map: dict[str, Any], body: Any, why: str) -> None:
    got = tried(field_map, body)
    assert (got.reading, got.why_not) == (None, why)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abn", max_size=2), inner, max_size=3),
    max_leaves=15,
)
NAMES = st.sampled_from(
    ["title", "severity", "severity_map", "messages", "assets", "observables", "tlp", "detected_at"]
)


@settings(max_examples=200, deadline=None)
@given(
    fields=st.dictionaries(NAMES | st.text(max_size=4), st.text("ab.[]*@", max_size=6) | JSON, max_size=5), body=JSON
)
def test_a_preview_never_fails(fields: dict[str, Any], body: Any) -> None:
    got = tried(fields, body)
    assert (got.reading is None) is bool(got.why_not)


def test_what_is_found_is_shown_in_a_line() -> None:
    assert shown(None) == ""
    assert shown("text") == "text"
    assert shown({"a": [1, "é"]}) == '{"a": [1, "é"]}'
    assert len(shown("x" * 1_000)) == 300


def lines(body: Any) -> dict[str, str]:
    return {line.field: line.expression for line in propose(body)}


def test_a_proposal_for_a_body_of_many() -> None:
    body = json.loads((PAYLOADS / "generic" / "monitor_alerts.json").read_bytes())
    assert lines(body) == {
        "messages": "alerts",
        "external_id": "fingerprint",
        "title": "annotations.summary",
        "severity": "labels.severity",
        "rule.name": "labels.alertname",
        "detected_at": "startsAt",
        "link": "generatorURL",
        "techniques": "annotations.mitre",
    }
    [severity] = [line for line in propose(body) if line.field == "severity"]
    assert severity.sample == "P1"
    assert "severity_map" in severity.why


def test_a_proposal_tells_entities_by_look_and_by_name() -> None:
    body = {
        "AlertID": 9,
        "Title": "t",
        "SourceIPAddress": "203.0.113.7",
        "dest": {"ip": "10.0.0.5", "hostname": "web-1"},
        "user.name": "root",
        "peers": [{"address": "203.0.113.8"}, {"address": "203.0.113.9"}],
        "file": {"sha256": "a" * 64},
        "cmdLine": "whoami /all",
        "references": ["https://attack.mitre.org/techniques/T1110"],
        "reported": "never",
    }
    assert lines(body) == {
        "external_id": "AlertID",
        "title": "Title",
        "techniques": "references",
        "observables.ip.source": "SourceIPAddress",
        "observables.ip.target": "dest.ip",
        "observables.host.target": "dest.hostname",
        "observables.user.target": '"user.name"',
        "observables.ip.related": "peers[].address",
        "observables.hash.related": "file.sha256",
        "observables.process.related": "cmdLine",
    }


SEEN = [path for name in ("graph", "qradar", "ocsf", "securityhub", "thehive", "generic") for path in cases(name)]


@pytest.mark.parametrize("path", SEEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_proposal_is_itself_without_fault(path: Path) -> None:
    body = json.loads(path.read_bytes())
    fields = lines(body)
    if "title" in fields:
        assert check(fields) == []
    got = tried(fields, body)
    assert [one for one in got.fields if one.error] == []


def test_a_proposal_alone_takes_in_every_real_payload_that_has_a_title() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"no third-party samples at {SAMPLES}; set CASEBOOK_SAMPLES to try them")
    bodies = [json.loads(path.read_bytes()) for path in sorted((SAMPLES / "siem").glob("*/*.json"))]
    proposed = [(body, lines(body)) for body in bodies]
    read = [preview(fields, body, Options(), now=NOW).reading for body, fields in proposed if "title" in fields]
    assert None not in read
    assert len(read) >= 15


@settings(max_examples=200, deadline=None)
@given(body=JSON)
def test_a_proposal_never_fails(body: Any) -> None:
    fields = lines(body)
    assert [one for one in check(fields) if one.field != "title"] == []


def test_where_no_name_says_it_the_look_proposes_a_title_and_a_time() -> None:
    body = {"no": 7, "what": "Badge refused three times", "where": "north", "when": "2026-11-24T09:00:00+01:00"}
    lines = {one.field: one for one in propose(body)}
    assert (lines["title"].expression, lines["detected_at"].expression) == ("what", "when")
    assert lines["title"].why == "no name says so, but “what” looks like it"
    assert "title" not in {one.field for one in propose({"path": "/a b/c d", "xml": "<a b>", "word": "one"})}
    assert {one.field: one.expression for one in propose(body | {"name": "Named"})}["title"] == "name"
