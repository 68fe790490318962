"""Where the records of a JSON log are found, however it is laid out, and how reading goes on behind a broken one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.triage.events.reading_formats import split
from triage.events.parsers import json_walk
from triage.events.parsers.json_records import records
from triage.events.parsers.protocol import Tally
from triage.events.parsers.record import Record, unread

A, B = {"id": 1, "who": "Zoë"}, {"id": 2, "deep": {"list": [{"x": "}]"}, 1]}}


def found(text: str | bytes) -> tuple[list[Record], Tally]:
    raw = text.encode() if isinstance(text, str) else text
    tally = Tally()
    got = []
    for record in records(split(raw), tally, _mine):
        assert record.offset + record.length <= len(raw)
        got.append(record)
        for _ in range(record.lines):
            tally.read()
    return got, tally


def _mine(value: Mapping[str, Any]) -> bool:
    return "id" in value


def spaced(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        (f"{json.dumps(A)}\n{json.dumps(B)}\n", [None, None]),
        (f"{json.dumps(A)}{json.dumps(B)}", [None, None]),
        (f"{json.dumps(A)},\n{json.dumps(B)},", [None, None]),
        (f"{spaced(A)}\n{spaced(B)}", [None, None]),
        (json.dumps([A, B], ensure_ascii=False), ["/0", "/1"]),
        (spaced([A, B]), ["/0", "/1"]),
        (f"[\n{json.dumps(A)},\n{json.dumps(B)}\n]", ["/0", "/1"]),
        (f"[{spaced(A)}, {spaced(B)}]", ["/0", "/1"]),
        (json.dumps({"Records": [A, B]}), ["/Records/0", "/Records/1"]),
        (spaced({"Records": [A, B]}), ["/Records/0", "/Records/1"]),
        (spaced({"@odata.context": "x", "other": {"id": 9}, "value": [A, B], "next": None}), ["/value/0", "/value/1"]),
        ("\n\n" + json.dumps([A, B]) + "\r\n\r\n", ["/0", "/1"]),
    ],
)
def test_every_layout_gives_the_same_records_and_says_where_they_lie(text: str, pointers: list[str | None]) -> None:
    got, tally = found(text)
    assert [record.value for record in got] == [A, B]
    assert [record.pointer for record in got] == pointers
    assert tally.not_understood == 0
    for record in got:
        assert json.loads(text.encode()[record.offset :][: record.length]) == record.value
        assert text.encode()[: record.offset].count(b"\n") == record.number - 1


@pytest.mark.parametrize("value", [[], "x", {"id": 4}])
def test_a_member_that_only_looks_like_a_wrapper_is_the_records_own(value: Any) -> None:
    own = {"id": 1, "results": value}
    for text in (json.dumps(own), spaced(own), spaced([own])):
        assert [record.value for record in found(text)[0]] == [own]


def test_each_line_is_counted_once_and_each_record_where_several_share_one() -> None:
    assert found(spaced({"Records": [A, B]}))[1].lines == spaced({"Records": [A, B]}).count("\n") + 1
    assert found(json.dumps([A, B, A]))[1].lines == 3


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"id": 3, "cut": "of', "a record that is never closed"),
        ('{"id": 3, "deep": [', "a record that is never closed"),
        ('{"id": 3,}', "not valid JSON"),
        ("{'id': 3}", "not valid JSON"),
        ('{"id": 007}', "not valid JSON"),
        ("hello", "not a JSON record"),
        ("}", "not a JSON record"),
        ('"id"', "not a JSON record"),
    ],
)
def test_a_broken_line_is_said_and_the_next_one_read(broken: str, reason: str) -> None:
    got, tally = found(f"{json.dumps(A)}\n{broken}\n{json.dumps(B)}\n")
    assert [record.value["id"] for record in got] == [1, 2]
    assert [(one["line"], reason in one["reason"]) for one in tally.samples] == [(2, True)]
    assert tally.lines == 3


def test_a_broken_record_inside_an_array_does_not_take_the_others_with_it() -> None:
    got, tally = found(f"[\n{json.dumps(A)},\n{{\n'id': 3\n}},\n{json.dumps(B)}\n]")
    assert [record.pointer for record in got] == ["/0", "/2"]
    assert (tally.lines, tally.not_understood) == (7, 3)


def test_a_file_cut_off_in_its_last_record_keeps_the_others() -> None:
    whole = spaced([A, B, A])
    got, tally = found(whole[:-20])
    assert [record.value["id"] for record in got] == [1, 2]
    assert tally.samples[0]["reason"] == "a record that is never closed"
    assert tally.lines == whole[:-20].count("\n") + 1


def test_bytes_that_are_no_utf8_spoil_one_value_only() -> None:
    [record], _ = found(b'{"id": 1, "who": "Zo\xeb"}\n')
    assert record.value["id"] == 1


def test_nesting_without_end_is_refused_in_words() -> None:
    got, tally = found('{"id": ' + "[" * 100_000 + "]" * 100_000 + "}\n" + json.dumps(A))
    assert [record.value["id"] for record in got] == [1]
    assert tally.samples[0]["reason"].endswith("nested too deeply")


def test_a_record_that_never_ends_is_given_up_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_walk, "MOST_BYTES", 1000)
    got, tally = found('{\n"id": [\n' + "12345,\n" * 1000 + json.dumps(A))
    assert [record.value["id"] for record in got] == [1]
    assert tally.samples[0]["reason"] == "a record of more than 0 MB"
    assert tally.lines == 1003


def test_a_reason_over_several_lines_is_one_sample() -> None:
    tally = Tally()
    unread(tally, 7, b"x", "why", 5)
    assert (tally.not_understood, len(tally.samples)) == (5, 1)
