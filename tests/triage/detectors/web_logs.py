"""Web logs for tests, written as a server writes them and read as the product reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl

from tests.triage.detectors.conftest import located_frame
from tests.triage.events.reading_formats import read
from tests.triage.events.records import combined

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
STRANGER, VISITOR = "203.0.113.7", "192.0.2.7"


class Ask(NamedTuple):
    """One request, so many seconds after the start."""

    path: str
    status: int = 200
    at: int = 0
    client: str = STRANGER
    agent: str = "Mozilla/5.0"
    size: int = 512


def web_log(*asked: Ask) -> pl.DataFrame:
    """The events of a log that holds these requests, in the order given."""
    events, tally = read("web_combined", "\n".join(_line(one) for one in asked))
    assert tally.not_understood == 0, tally.samples
    return located_frame(events, "access.log")


def visitors(number: int, pages: int = 3, *, days: int = 1) -> list[Ask]:
    """So many ordinary clients a day, each reading a few pages."""
    return [
        Ask(f"/page/{page}", at=day * 86_400 + client * 60 + page, client=f"198.51.100.{client}")
        for day in range(days)
        for client in range(1, number + 1)
        for page in range(pages)
    ]


def _line(one: Ask) -> str:
    stamp = f"{START + timedelta(seconds=one.at):%d/%b/%Y:%H:%M:%S} +0000"
    line = combined(one.path, one.status, one.agent, client=one.client, stamp=stamp)
    return line.replace(" 512 ", f" {one.size} ", 1)
