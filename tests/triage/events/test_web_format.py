"""Web access logs: what servers write, what scanners send them, and lines whose quotes do not close."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.events.reading_formats import picked, read, recognised
from tests.triage.events.records import combined
from triage.events.parsers.protocol import Event


def one(line: str) -> Event:
    events, tally = read("web_combined", line)
    assert tally.not_understood == 0, tally.samples
    [event] = events
    return event


def test_a_line_says_who_asked_what_and_what_came_of_it() -> None:
    event = one(combined("/login?next=%2F", 403))
    expected: dict[str, Any] = {
        "event.category": "web", "event.outcome": "failure", "source.ip": "192.0.2.7", "http.request.method": "GET",
        "url.path": "/login", "url.query": "next=%2F", "http.response.status_code": 403, "http.response.bytes": 512,
        "user_agent.original": "Mozilla/5.0", "time_basis": "exact", "user.name": None,
    }  # fmt: skip
    assert picked(event, expected) == expected
    assert event["@timestamp"].isoformat() == "2026-11-17T08:00:05+00:00"


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('192.0.2.7 - - [17/Nov/2026:10:00:05 +0200] "GET / HTTP/1.0" 200 -', {"user_agent.original": None}),
        ('shop.example:443 2001:db8::7 - - [17/Nov/2026:08:00:05 +0000] "GET / HTTP/2.0" 200 1 "-" "a"',
         {"host.name": "shop.example", "source.ip": "2001:db8::7"}),
        ('h.example - ada lovelace [17/Nov/2026:08:00:05 +0000] "PUT /x HTTP/1.1" 401 1 "-" "a"',
         {"source.domain": "h.example", "user.name": "ada lovelace"}),
        (r'192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET /a\"b HTTP/1.1" 200 1 "-" "x \"y\" z"',
         {"url.path": r"/a\"b", "user_agent.original": r"x \"y\" z"}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET /a"b HTTP/1.1" 200 1 "-" "x"', {"url.path": '/a"b'}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET / HTTP/1.1" 200 1 "-" "cut off',
         {"user_agent.original": "cut off"}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET / HTTP/1.1" 200 1 "-" "a" "203.0.113.9" rt=0.01',
         {"user_agent.original": "a"}),
        (r'192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "\x16\x03\x01" 400 1 "-" "-"',
         {"event.reason": "not an HTTP request", "url.path": None, "user_agent.original": None}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "-" 408 0 "-" "-"', {"http.response.status_code": 408}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET http://other.example/p?q HTTP/1.1" 200 1',
         {"url.path": "/p", "url.query": "q"}),
        ('192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET /a b c HTTP/1.1" 200 1', {"url.path": "/a b c"}),
    ],
)  # fmt: skip
def test_the_forms_of_a_line(line: str, fields: dict[str, Any]) -> None:
    assert picked(one(line), fields) == fields


def test_a_zone_left_out_is_assumed_and_said() -> None:
    events, _ = read("web_combined", combined(stamp="17/Nov/2026:10:00:05"), zone="Europe/Helsinki")
    assert (events[0]["time_basis"], events[0]["@timestamp"].hour) == ("assumed_zone", 8)


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        '192.0.2.7 - - [31/Feb/2026:08:00:05 +0000] "GET / HTTP/1.1" 200 1 "-" "a"',
        '192.0.2.7 - - [17/Nov/2026:08:00:05 +0000] "GET / HTTP/1.1"',
        '192.0.2.7 - - [yesterday] "GET / HTTP/1.1" 200 1',
    ],
)
def test_what_is_no_such_line_is_listed(line: str) -> None:
    events, tally = read("web_combined", f"{combined()}\n{line}\n")
    assert (len(events), tally.understood, tally.not_understood) == (1, 1, 1)
    assert tally.samples[0]["line"] == 2


def test_line_ends_of_windows_and_a_byte_order_mark() -> None:
    raw = b"\xef\xbb\xbf" + f"{combined('/a')}\r\n{combined('/b')}\r\n".encode()
    assert recognised(raw) == "web_combined"
    events, tally = read("web_combined", raw)
    assert tally.not_understood == 0
    where = [raw[e["evidence.offset"] :][: e["evidence.length"]] for e in events]
    assert where == [combined("/a").encode(), combined("/b").encode()]
