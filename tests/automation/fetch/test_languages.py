"""A value from an alert cannot become part of a query: each language's literals, read back as it reads them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.fetch.about import MOST_VALUES, About, fill, unknown_places
from automation.fetch.languages import DSL, ESQL, KQL, LANGUAGES, LOGQL, SPL
from automation.fetch.protocol import LogSystem
from casebook.plugins import load
from config.plugins import LOG_SYSTEMS

AT = datetime(2026, 3, 30, 15, 1, 36, tzinfo=UTC)
HOSTILE = [
    'x" OR 1==1 //', "o'brien", "CORP\\bob", "ends\\", '\\"', "a\nb", "a\r\n| delete", "{from}", "{{users}}", "{}",
    "*", "adm*n", "?", "`macro`", "$token$", "[search index=*]", "] | delete", ") OR (1=1", "-- ", "/* */", "%00", "ü",
    "a\u2028b", "\x00", "\u202eevil", "😀", "'; drop table", "|~ \"x\"", "\\u0022", "&lt;", "a,b",
]  # fmt: skip
SYSTEMS: list[LogSystem] = [load(path) for path in LOG_SYSTEMS.values()]
MANY = re.compile(r'""(?:(?:, | OR )"")+')
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)", re.DOTALL)
C_STRING = re.compile(r'"((?:[^"\\\n\r]|\\.)*)"')


def about(*users: str) -> About:
    return About(AT, AT + timedelta(hours=2), users=users, ips=("203.0.113.7",))


def read_c(text: str) -> list[str]:
    """The strings of a list as a language reads it that escapes as C does, and nothing between them but commas."""
    found = C_STRING.findall(text)
    assert C_STRING.sub("", text).replace(", ", "") == ""
    return [ESCAPE.sub(_meant, one) for one in found]


def _meant(found: re.Match[str]) -> str:
    said = found[1]
    return chr(int(said[1:], 16)) if len(said) > 1 else {"n": "\n", "r": "\r", "t": "\t"}.get(said, said)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("language", [ESQL, SPL, KQL], ids=lambda one: one.name)
def test_a_value_is_one_string_or_left_out(language, value: str) -> None:
    filled = fill("{users}", language, about(value, "plain"), rows=1)
    said = read_c(filled.text)
    if filled.left_out:
        assert [one.value for one in filled.left_out] == [value]
        assert filled.left_out[0].why
        assert said == ["plain"]
    else:
        assert said == [value, "plain"]


@given(st.text(max_size=30))
def test_whatever_a_value_holds_dsl_stays_json(value: str) -> None:
    filled = fill('{"query": {"terms": {"user.name": [{users}]}}, "f": "{from}"}', DSL, about(value, "plain"), rows=1)
    said = json.loads(filled.text)["query"]["terms"]["user.name"]
    assert said == ([value, "plain"] if value and not filled.left_out else ["plain"])


@pytest.mark.parametrize("value", ["*", "adm*n", "`m`", "a\nb", "\x07"])
def test_what_splunk_would_read_as_more_than_a_value_is_left_out_and_named(value: str) -> None:
    filled = fill("user IN ({users})", SPL, about(value), rows=1)
    assert value not in filled.text
    assert [one.value for one in filled.left_out] == [value]


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        ("Failed password for a.b from", True), ("Failed password for axb from", False),
        ("for CORP\\bob from", True), ("for a.bc from", False), ("from 203.0.113.70 port", False),
        ("from 203.0.113.7 port", True), ("FROM A.B", True),
    ],
)  # fmt: skip
def test_loki_looks_for_whole_words_and_for_nothing_a_pattern_could_mean(line: str, hit: bool) -> None:
    text = fill("|~ {any}", LOGQL, about("a.b", "CORP\\bob"), rows=1).text
    [pattern] = read_c(text.removeprefix("|~ "))
    assert bool(re.search(pattern, line)) is hit


@pytest.mark.parametrize("value", HOSTILE)
def test_a_pattern_matches_its_value_and_ends_where_it_should(value: str) -> None:
    filled = fill("{users}", LOGQL, about(value), rows=1)
    if not filled.left_out:
        [pattern] = read_c(filled.text)
        assert re.search(pattern, f" {value} ")
        assert not re.search(pattern, "nothing of it")


def test_esql_words_are_a_pattern_of_plain_characters() -> None:
    text = fill("message RLIKE {any}", ESQL, About(AT, AT, users=('a.b"c*',)), rows=1).text
    [pattern] = read_c(text.removeprefix("message RLIKE "))
    assert re.fullmatch(pattern, 'x a.b"c* y')
    assert not re.fullmatch(pattern, 'x aXb"c* y')


@pytest.mark.parametrize(("name", "window"), [
    ("esql", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"), ("dsl", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"),
    ("kql", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"), ("spl", "1774882896 1774890096"),
])  # fmt: skip
def test_the_window_as_each_language_reads_it(name: str, window: str) -> None:
    assert fill("{from} {to}", LANGUAGES[name], about(), rows=1).text == window


def test_a_list_the_case_knows_nothing_for_becomes_a_value_nothing_has() -> None:
    filled = fill("ip IN ({ips}) OR user IN ({users})", ESQL, About(AT, AT), rows=5)
    assert filled.text == 'ip IN ("100::") OR user IN ("no-user-known")'
    assert not filled.named
    assert fill("{from}", ESQL, About(AT, AT), rows=5).named  # it asks for nobody in particular


def test_more_values_than_a_query_should_hold_are_left_out() -> None:
    many = tuple(f"u{number}" for number in range(MOST_VALUES + 2))
    filled = fill("{users}", ESQL, About(AT, AT, users=many), rows=1)
    assert len(read_c(filled.text)) == MOST_VALUES
    assert [one.value for one in filled.left_out] == list(many[MOST_VALUES:])


def test_other_braces_of_a_language_stay() -> None:
    assert fill('{job="x"} |~ {nobody} {}', LOGQL, about(), rows=1).text == '{job="x"} |~ {nobody} {}'
    assert unknown_places("{users} {nobody} {x y}") == ("nobody",)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.name)
@pytest.mark.parametrize("value", HOSTILE)
def test_every_query_that_ships_holds_hostile_values_as_values(system: LogSystem, value: str) -> None:
    """What lies outside the strings of a query does not depend on what is asked for, but for how many."""
    for one in system.starters:
        plain, hostile = (
            fill(one.template, LANGUAGES[one.language], about(user), rows=9, index="logs-*").text
            for user in ("plain", value)
        )
        shapes = [MANY.sub('""', C_STRING.sub('""', text)) for text in (plain, hostile)]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.name)
def test_what_ships_passes_its_own_rules(system: LogSystem) -> None:
    from automation.fetch.policy import wrong_search

    assert len({one.name for one in system.starters}) == len(system.starters)
    for one in system.starters:
        assert not wrong_search(one._asdict(), system)
