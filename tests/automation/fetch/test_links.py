"""Deep links: the same question, in the system's own pages, whatever the query holds."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from automation.fetch import elasticsearch, graph_hunting, loki, opensearch, splunk
from automation.fetch.protocol import LogSystem, Order, Place
from automation.fetch.rison import written

START, END = datetime(2026, 3, 30, 15, 1, 36, tzinfo=UTC), datetime(2026, 3, 30, 17, 1, 36, tzinfo=UTC)
HOSTILE = 'user == "a\'b!c&d=#e?f" // {x}\n| y'


def linked(system: LogSystem, query: str, language: str, **settings: str) -> str:
    return system.link(Order(query, language, START, END, 10), Place("https://api.example", settings))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "it's!", "b.c": [1, True, None]}, "(a:'it!'s!!','b.c':!(1,!t,!n))"),
        ([], "!()"), ({}, "()"), ("", "''"), (1.5, "1.5"), ("x)y", "'x)y'"),
    ],
)  # fmt: skip
def test_rison(value: object, text: str) -> None:
    assert written(value) == text


def test_kibana_esql() -> None:
    link = linked(elasticsearch.SYSTEM, HOSTILE, "esql", console="https://kibana.example/")
    assert link.startswith("https://kibana.example/app/discover#/?_g=(time:(from:'2026-03-30T15:01:36Z',to:")
    fragment = link.partition("#")[2]
    assert "#" not in fragment
    assert fragment.count("&") == 1  # what the query holds of them is escaped
    told = unquote(fragment)
    quoted = HOSTILE.replace("!", "!!").replace("'", "!'")
    assert told.endswith(f"&_a=(dataSource:(type:'esql'),query:(esql:'{quoted}'))")


def test_dashboards_take_a_filter() -> None:
    body = json.dumps({"query": {"terms": {"user.name": ["o'b"]}}})
    link = linked(opensearch.SYSTEM, body, "dsl", console="https://dash.example")
    assert "query:(terms:('user.name':!('o!'b')))" in unquote(link)


def test_splunk() -> None:
    link = linked(splunk.SYSTEM, f"index=x {HOSTILE}", "spl", console="https://splunk.example:8000")
    told = parse_qs(urlsplit(link).query)
    assert told == {"q": [f"search index=x {HOSTILE}"], "earliest": ["1774882896"], "latest": ["1774890096"]}


def test_defender_reads_gzip_over_utf_16() -> None:
    link = linked(graph_hunting.SYSTEM, HOSTILE, "kql", tenant="t-1")
    told = parse_qs(urlsplit(link).query)
    assert link.startswith("https://security.microsoft.com/v2/advanced-hunting?")
    packed = told["query"][0]
    assert gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode("utf-16-le") == HOSTILE
    assert told["tid"] == ["t-1"]


def test_grafana() -> None:
    link = linked(loki.SYSTEM, HOSTILE, "logql", console="https://grafana.example", datasource="uid-1")
    [panes] = parse_qs(urlsplit(link).query)["panes"]
    [pane] = json.loads(panes).values()
    assert pane["queries"][0]["expr"] == HOSTILE
    assert pane["range"] == {"from": "1774882896000", "to": "1774890096000"}


@pytest.mark.parametrize("system", [elasticsearch.SYSTEM, opensearch.SYSTEM, splunk.SYSTEM, loki.SYSTEM])
def test_without_a_console_there_is_no_link(system: LogSystem) -> None:
    assert linked(system, "x", system.languages[0]) == ""
