"""Rows of a CSV: values over several lines, delimiters, headers that lie, quotes that never close."""

from __future__ import annotations

import pytest

from tests.triage.events.reading_formats import split
from triage.events.parsers.csv_records import MOST_LINES, rows
from triage.events.parsers.protocol import Tally
from triage.events.parsers.record import Record


def found(text: str) -> tuple[list[Record], Tally]:
    tally = Tally()
    got = list(rows(split(text.encode()), tally))
    for record in got:
        for _ in range(record.lines):
            tally.read()
    return got, tally


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_by_the_names_of_the_header(delimiter: str) -> None:
    got, tally = found("a,b,c\n1,2,3\n\n4,,6\n".replace(",", delimiter))
    assert [record.value for record in got] == [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "", "c": "6"}]
    assert [record.number for record in got] == [2, 4]
    assert (tally.lines, tally.not_understood) == (4, 0)


def test_a_quoted_value_may_hold_lines_quotes_and_delimiters() -> None:
    text = 'a,b\r\n1,"x, ""y""\r\nz"\r\n2,w\r\n'
    got, tally = found(text)
    assert [record.value["b"] for record in got] == ['x, "y"\nz', "w"]
    assert (got[0].number, got[0].lines, tally.lines) == (2, 2, 4)
    assert text.encode()[got[0].offset :][: got[0].length] == b'1,"x, ""y""\r\nz"'


def test_a_row_that_does_not_fit_its_header_is_listed_and_not_guessed_at() -> None:
    got, tally = found('a,b\n1,2,3\n4\n5,6\n7,"8"9\n')
    assert [record.value for record in got] == [{"a": "5", "b": "6"}]
    assert [one["reason"] for one in tally.samples] == [
        "3 values where the header names 2",
        "1 values where the header names 2",
        "no CSV where the header names 2",
    ]


@pytest.mark.parametrize("behind", [3, MOST_LINES + 5])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(behind: int) -> None:
    got, tally = found('a,b\n1,"2\n' + "3,4\n" * behind)
    assert len(got) == behind
    assert [(one["line"], one["reason"]) for one in tally.samples] == [(2, "a quote that is never closed")]
    assert tally.lines == behind + 2
