"""Expressions: what they find, how their mistakes are told, and that no expression costs more than a little."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.intake.adapters.field_map_expressions import (
    LONGEST,
    MOST_ITEMS,
    BadExpression,
    NoValue,
    compiled,
    constant,
)

BODY = {
    "a": {"b": [1, {"c": "x"}], "d/e": 2, "m~n": 3},
    "user.name": "root",
    "tags": ["one", "two"],
    "0": "zero",
}


@pytest.mark.parametrize(
    ("text", "found", "place"),
    [
        ("a.b[1].c", "x", "/a/b/1/c"),
        ("/a/b/1/c", "x", "/a/b/1/c"),
        ("/a/d~1e", 2, "/a/d~1e"),
        ("/a/m~0n", 3, "/a/m~0n"),
        ('a."d/e"', 2, "/a/d~1e"),
        ('"user.name"', "root", "/user.name"),
        ("/user.name", "root", "/user.name"),
        ("/0", "zero", "/0"),
        ("/tags/1", "two", "/tags/1"),
        ("/tags/2", None, "/tags/2"),
        ("/tags/-1", None, "/tags/-1"),
        ("/tags/one", None, "/tags/one"),
        ("/a/b/1/c/d", None, "/a/b/1/c/d"),
        ("tags[-1]", "two", ""),
        ("join('+', tags)", "one+two", ""),
        ("nowhere.at.all", None, "/nowhere/at/all"),
        ("nowhere || tags[0]", "one", ""),
        ("'always'", "always", ""),
        ("@", BODY, ""),
    ],
)
def test_what_an_expression_finds_and_where(text: str, found: Any, place: str) -> None:
    expression = compiled(text)
    assert expression.value(BODY) == found
    assert expression.place == place


@pytest.mark.parametrize("text", ["it's", "back\\slash", "end\\", "\\'`", "", "'", "`x`", '"'])
def test_a_constant_is_that_text_whatever_is_in_it(text: str) -> None:
    assert compiled(constant(text)).value({}) == text


@pytest.mark.parametrize(
    ("text", "what", "at"),
    [
        ("", "is empty", None),
        ("a.b[", "ends too early", 4),
        ("a..b", "cannot be read from '.' on", 2),
        ("a b", "cannot be read from 'b' on", 2),
        ("'open", "Unclosed ' delimiter", 0),
        ("nope(@)", "there is no function nope(); there are abs, avg,", None),
        ("length()", "length() takes 1 arguments, not 0", None),
        ("merge()", "merge() takes at least 1 arguments, not 0", None),
        ("&a", "& stands before an argument of a function only", None),
        ("x" * (LONGEST + 1), "501 characters; 500 at most", 500),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, what: str, at: int | None) -> None:
    with pytest.raises(BadExpression) as caught:
        compiled(text)
    assert caught.value.what.startswith(what)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("abs(tags)", "abs() takes number, not array"),
        ("sort_by(@.list, &@)", "sort_by() takes string or number, not object"),
        ("ceil(to_number('1e999'))", "cannot convert float infinity to integer"),
    ],
)
def test_a_good_expression_may_not_fit_a_message(text: str, why: str) -> None:
    with pytest.raises(NoValue, match=f"^{why.replace('(', '[(]').replace(')', '[)]')}"):
        compiled(text).value(BODY | {"list": [{}]})


HUGE: dict[str, Any] = {"numbers": list(range(300_000)), "text": "x" * 1_000_000, "lists": [["a"] * 1_000] * 1_000}
BOMBS = [
    "numbers[?@ > `5`]",
    "numbers[*].a",
    "sort_by(numbers, &@)",
    "map(&[@], numbers)",
    "lists[]",
    "numbers",
    "[@, @] | [@, @] | [@, @] | [@, @] | [@, @]",
    " | ".join(["[@, @][]"] * 50),
    " | ".join(["merge({a: @}, {b: @})"] * 20),
    "join('', [text, text])",
    "join(text, lists[0])",
    "to_string(@)",
    " | ".join(["to_string([@])"] * 25),
    "(" * 490,
    "[" * 490,
    "!" * 490 + "a",
    "a" + ".a" * 240,
    "contains(lists, lists) == contains(lists, lists)",
]


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:30])
def test_no_expression_takes_long_nor_makes_much(text: str) -> None:
    began = time.process_time()
    try:
        found = compiled(text).value(HUGE)
    except (BadExpression, NoValue):
        found = None
    assert time.process_time() - began < 1.0
    assert not isinstance(found, list) or len(found) <= MOST_ITEMS
    assert not isinstance(found, str) or len(found) <= 1_000_000


@settings(max_examples=400, deadline=None)
@given(text=st.text(alphabet="ab.[]*?&@|!(){}:,'`\"<>=0123456789 /~-\\", max_size=40))
def test_any_text_is_an_expression_or_says_why_not(text: str) -> None:
    try:
        compiled(text).value({"a": [{"b": 1}], "b": "a"})
    except (BadExpression, NoValue) as error:
        assert str(error)  # noqa: PT017 - any of the two, or none


def test_the_same_text_is_compiled_once() -> None:
    assert compiled("a.b.c") is compiled("a.b.c")
