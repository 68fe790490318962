"""Any JSON by a field map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casebook.intake.adapters.generic import ADAPTER
from casebook.intake.adapters.protocol import Options
from casebook.intake.adapters.reading import take
from tests.casebook.intake.adapters.cases import EXPECTED, NOW, cases, check, understood


@pytest.mark.parametrize("payload", cases("generic"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    options = json.loads(payload.with_name(payload.stem + EXPECTED).read_text())["options"]
    check(ADAPTER, payload, options=Options(**options))


def options(**field_map: Any) -> Options:
    return Options(field_map={"title": "name"} | field_map)


def test_messages_that_lie_in_the_body_keep_their_exact_bytes() -> None:
    body = b'{"all": [{"name" : "a",  "on": true}, {"name": "b"}, {"name":"\\u0063", "on": true}]}'
    taken = take(ADAPTER, body, options(messages="all[?on]"), now=NOW)
    assert [part.body for part in taken.items] == [
        b'{"name" : "a",  "on": true}',
        b'{"name":"\\u0063", "on": true}',
    ]


@pytest.mark.parametrize("said", ["a.all", "/a/all", "a.all[?name]", "*.all[]"])
def test_however_messages_are_found_their_bytes_are_the_body_s(said: str) -> None:
    body = b'{"a": {"all": [{"name" : "a"}, {"name" : "b"}]}}'
    taken = take(ADAPTER, body, options(messages=said), now=NOW)
    assert [part.body for part in taken.items] == [b'{"name" : "a"}', b'{"name" : "b"}']


@pytest.mark.parametrize("said", ["all", "/all", "all[?on]", "*.all[]", "all[].{name: name}"])
def test_a_stored_message_is_found_again_without_what_lay_around_it(said: str) -> None:
    [reading] = understood(ADAPTER, b'{"name": "a", "id": 7}', options(messages=said, external_id="id"))
    assert (reading.alert.title, reading.alert.external_id) == ("a", "7")


@pytest.mark.parametrize("body", [b'{"heartbeat": 1}', b'{"name": "a"}', b'{"id": 7}', b'{"all": []}', b"[]", b"7"])
@pytest.mark.parametrize("title", ["name", "'always'"])
def test_what_is_no_message_does_not_become_one(body: bytes, title: str) -> None:
    taken = take(ADAPTER, body, options(messages="all", external_id="id", title=title), now=NOW)
    assert not taken.items or (title, body) == ("'always'", b'{"id": 7}')


def test_messages_that_the_expression_makes_are_written_out_the_same_each_time() -> None:
    body = b'{"things": [{"n": "a"}, {"n": "b"}]}'
    made = options(messages="things[].{name: n, external: 'x'}")
    bodies = [[part.body for part in take(ADAPTER, body, made, now=NOW).items] for _ in range(2)]
    assert bodies[0] == bodies[1] == [b'{"name":"a","external":"x"}', b'{"name":"b","external":"x"}']


@pytest.mark.parametrize("said", ["/alert", "alert", "alert || other", "{name: alert.name}"])
def test_one_message_under_a_name_is_a_message(said: str) -> None:
    [reading] = understood(ADAPTER, b'{"alert": {"name": "a"}}', options(messages=said))
    assert reading.alert.title == "a"


@pytest.mark.parametrize(
    ("said", "severity", "assumed"),
    [
        ("p1", "critical", False),
        ("HIGH", "high", False),
        ("Warning", "info", False),
        (3, "low", False),
        ("P7", "medium", True),
        (None, "medium", True),
    ],
)
def test_their_severity_becomes_ours(said: Any, severity: str, assumed: bool) -> None:
    own = options(severity="grade", external_id="name", severity_map={"P1": "critical", "warning": "info", "3": "low"})
    [reading] = understood(ADAPTER, json.dumps({"name": "a", "grade": said}).encode(), own)
    assert (reading.alert.severity, bool(reading.assumed)) == (severity, assumed)


def test_a_thousand_messages_are_taken_and_one_more_is_refused_in_words() -> None:
    for many, understood_ones in ((1_000, 1_000), (1_001, 0)):
        body = json.dumps({"all": [{"name": "a"}] * many}).encode()
        taken = take(ADAPTER, body, options(messages="all"), now=NOW)
        assert len(taken.items) == understood_ones
    assert [one.reason for one in taken.not_understood] == ["messages: all finds 1,001 items; 1,000 at most are taken."]
