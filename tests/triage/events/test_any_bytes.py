"""Whatever the bytes, no parser raises; every line is counted; every event lies where it says and fits the frame."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.events import records
from tests.triage.events.reading_formats import ndjson, parsers, read, split
from triage.events.registry import PARSERS
from triage.events.schema import SCHEMA, frame

SSHD_LATER = "Mar 30 16:01:39 h sshd[1]: Accepted password for root from 192.0.2.1 port 22 ssh2"
ORDINARY: dict[str, str] = {
    "sshd_syslog": "Mar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2\n",
    "web_combined": records.combined("/a?b=c") + "\n",
    "windows_json": ndjson([records.nxlog(), records.beats(4776), records.xml(4769)]),
    "windows_csv": records.as_csv([records.security_event(), records.security_event(4776)]),
    "windows_text": records.splunk(4625, records.FAILED_LOGON),
    "okta_system_log": ndjson([records.okta(), records.okta("group.user_membership.add", target=[{"type": "User"}])]),
    "entra_signin": ndjson([records.graph(), records.diagnostic(0)]),
    "cloudtrail": json.dumps({"Records": [records.cloudtrail(), records.cloudtrail("CreateUser")]}, indent=1),
    "o365_audit_json": json.dumps([records.o365(), records.o365("UserLoginFailed")]),
    "o365_audit_csv": records.as_csv([records.o365(Parameters='[{"Name": "Identity",\n "Value": "a"}]')]),
    "message_trace_json": ndjson([records.trace()]),
    "message_trace_csv": records.as_csv([records.trace()]),
    "zeek_json": ndjson([records.zeek(auth_success=False, auth_attempts=3), records.zeek(helo="x", rcptto=["a"])]),
    "github_audit": ndjson([records.github()]),
    "ecs_json": ndjson([records.ecs_hit(), records.ecs_hit(event={"category": ["iam"], "action": "added"})]),
    "defender_hunting": ndjson([records.hunted(), records.hunted(ActionType="LogonSuccess", RemoteIP="192.0.2.9")]),
    "carried_lines": ndjson([records.exported(), records.exported(SSHD_LATER)]),
}


JSON_FORMATS = [name for name, text in ORDINARY.items() if text.startswith(("{", "["))]
ONE_A_LINE = [name for name in JSON_FORMATS if "\n" in ORDINARY[name] and ORDINARY[name].startswith('{"')]


def check(name: str, raw: bytes) -> None:
    events, tally = read(name, raw)
    told = split(raw)
    more = raw.count(b"{") if name in JSON_FORMATS else 0  # where one line holds several records, each is counted
    assert len(told) <= tally.lines <= len(told) + more
    for event in events:
        assert set(event) <= SCHEMA.keys()
        number, start = event["evidence.line"], event["evidence.offset"]
        line_start = told[number - 1][1]
        assert line_start <= start <= line_start + len(told[number - 1][2])
        assert start + event["evidence.length"] <= len(raw)
        assert event["event.count"] >= 0
    assert frame(events).height == len(events)


def test_every_format_that_ships_is_here() -> None:
    assert set(ORDINARY) == set(PARSERS)


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_log_gives_events(name: str) -> None:
    events, tally = read(name, ORDINARY[name])
    assert events
    assert tally.not_understood == 0
    check(name, ORDINARY[name].encode())


@pytest.mark.parametrize("name", ORDINARY)
def test_a_format_is_recognised_by_its_content_and_by_no_other(name: str) -> None:
    lines = [line for line in ORDINARY[name].encode().split(b"\n") if line.strip()]
    scores = {parser.format: parser.recognises(lines) for parser in parsers()}
    assert scores.pop(name) >= 0.5
    assert max(scores.values()) < 0.5, scores


STRANGE = [b"\xff", b"\x00", b'"', b"{", b"}", b"[", b"]", b"\\", b",", b"\r\n", b"\n", b"\xc3\xa9", b":", b"null"]
STRANGE += [b"1e999", b'"\\ud800"', b"-" * 40, b"9" * 400, b"0x", b"\xef\xbb\xbf"]


def spoiled(name: str) -> st.SearchStrategy[bytes]:
    """An ordinary log with pieces cut out, doubled, or strange bytes put in."""
    whole = ORDINARY[name].encode()
    strange = st.sampled_from(STRANGE)
    cut = st.integers(0, len(whole))
    edit = st.tuples(cut, cut, strange | st.binary(max_size=6) | st.just(whole))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        raw = whole
        for start, end, put in edits:
            raw = raw[: min(start, end)] + put + raw[max(start, end) if abs(end - start) < 40 else min(start, end) :]
        return raw

    return st.lists(edit, min_size=1, max_size=5).map(apply)


@pytest.mark.parametrize("name", ORDINARY)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_spoiled_log_is_read_as_far_as_it_goes(name: str, data: st.DataObject) -> None:
    check(name, data.draw(spoiled(name) | st.binary(max_size=200)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path] + [found for key, inner in value.items() for found in leaves(inner, (*path, key))]
    return [path]


@pytest.mark.parametrize("name", ONE_A_LINE)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_value_of_any_kind_in_any_place_is_no_exception(name: str, data: st.DataObject) -> None:
    record = json.loads(ORDINARY[name].split("\n")[0])
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([place for place in leaves(record) if place]))
        inside = record
        for key in path:
            inside = inside[key] if isinstance(inside, dict) and key in inside else {}
        if isinstance(inside, dict):
            inside[last] = data.draw(VALUES)
    check(name, json.dumps(record).encode())
