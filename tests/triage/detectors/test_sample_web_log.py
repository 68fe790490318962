"""Ground truth of D11 to D13 over a real web log whose minutes were rewritten (README beside the sample)."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.logs import sample
from tests.triage.detectors.conftest import located_frame
from tests.triage.events.sample_events import events_of
from triage.detectors.protocol import Context, Scope

LOG = "logs/web/elastic_examples_apache_access.log"
GOOGLEBOT = "66.249.73.135"
LISTED: dict[str, Any] = {GOOGLEBOT: ({"list": "googlebot", "kind": "crawler", "level": None, "date": "2026-08-22"},)}
ERRING, BROKEN_LINK = "144.76.95.39", "208.91.156.11"


@cache
def _web_log() -> pl.DataFrame:
    return located_frame(events_of(LOG, "web_combined"), "access.log")


@pytest.fixture
def web_log() -> pl.DataFrame:
    sample(LOG)
    return _web_log()


def test_d11_scattered_probing_and_nothing_succeeded(detect: Any, web_log: pl.DataFrame) -> None:
    found = detect("D11", web_log)["case"]
    figures = {"total_requests": 46, "clients": 35, "not_found": 46, "given": 0, "answered": 0, "requests": 3}
    assert {name: found.figures[name] for name in figures} == figures
    assert set(found.entities["ip"]) == {"195.250.34.144", "95.78.54.93", "198.245.61.43", "188.165.243.45"}
    assert found.sentence.endswith("In all 46 such requests from 35 clients, all answered 404.")
    assert "all answered 404, nothing succeeded" in found.sentence
    assert (found.answer, found.confidence, len(found.evidence)) == ("yes", "medium", 12)


def test_d12_bulk_readers_by_different_pages(detect: Any, web_log: pl.DataFrame) -> None:
    found = detect("D12", web_log)["case"]
    readers = {row["client"]: row["pages"] for row in found.figures["by_client"][:6]}
    assert readers == {
        GOOGLEBOT: 346,
        "130.237.218.86": 208,
        "75.97.9.59": 95,
        "68.180.224.225": 94,
        "208.115.111.72": 74,
        "208.115.113.88": 66,
    }
    assert found.answer == "yes"
    assert "66.249.73.135 read 346 different pages" in found.sentence


def test_d12_the_verified_crawler_apart(detect: Any, web_log: pl.DataFrame) -> None:
    found = detect("D12", web_log, context=Context(list_hits=LISTED))["case"]
    assert found.entities["ip"][0] == "130.237.218.86"
    assert GOOGLEBOT not in found.entities["ip"]
    assert "Verified crawler, not counted: 66.249.73.135 (346 pages, googlebot)." in found.sentence
    case = detect("D12", web_log, context=Context(list_hits=LISTED), scope=Scope(ips=(GOOGLEBOT,)))["case"]
    assert case.answer == "no"


def test_d12_calling_itself_a_crawler_clears_nobody(detect: Any, web_log: pl.DataFrame) -> None:
    """The same visits without the list: a crawler by its own word alone."""
    found = detect("D12", web_log, scope=Scope(ips=(GOOGLEBOT,)))["case"]
    assert (found.answer, found.figures["agent_kind"]) == ("yes", "crawler")
    assert "which no list confirms" in found.sentence


def test_d13_one_client_errs_and_one_follows_a_broken_link(detect: Any, web_log: pl.DataFrame) -> None:
    found = detect("D13", web_log)["case"]
    assert (found.answer, found.entities) == ("partly", {"ip": [ERRING]})
    [client] = found.figures["by_client"]
    assert (client["client"], client["failures"], client["missed_pages"]) == (ERRING, 14, 10)
    link = detect("D13", web_log, scope=Scope(ips=(BROKEN_LINK,)))
    assert (link["case"].answer, link["elsewhere"].entities) == ("no", {"ip": [ERRING]})
    assert "60 times for 1 missing page: a broken link" in link["case"].sentence


def test_rewritten_minutes_are_said_and_no_rate_is_stated(detect: Any, web_log: pl.DataFrame) -> None:
    reading, scan = detect("D12", web_log)["case"], detect("D13", web_log)["case"]
    assert "a_minute" not in reading.figures
    assert not {"refusals", "failures"} & set(scan.figures)
    assert scan.missing == ("trustworthy minutes in the time stamps",)
    for found in (reading, scan):
        assert "Every time has the same minute" in found.sentence
