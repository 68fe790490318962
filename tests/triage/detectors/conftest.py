from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.logs import demo, parsed, parsed_file, sample
from triage.detectors.judging import _detector
from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.registry import DETECTORS
from triage.events.parsers.protocol import Event
from triage.events.schema import frame
from triage.events.store import located

Detect = Callable[..., dict[str, Finding]]
"""detect("D01", events, scope=…, context=…, **settings) → findings by scope."""


def located_frame(events: list[Event], name: str = "auth.log") -> pl.DataFrame:
    return located(frame(events), evidence_id=1, name=name).sort("evidence.line", maintain_order=True)


@cache
def _demo() -> pl.DataFrame:
    return located_frame(parsed(demo().text)[0])


@cache
def _sample() -> pl.DataFrame:
    return located_frame(parsed_file(sample("logs/linux_auth/elastic_examples_auth.log"), year=2017)[0])


@pytest.fixture
def demo_events() -> pl.DataFrame:
    return _demo()


@pytest.fixture
def sample_events() -> pl.DataFrame:
    return _sample()


@pytest.fixture
def detect() -> Detect:
    def run(
        name: str,
        events: pl.DataFrame,
        *,
        scope: Scope | None = None,
        context: Context | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Finding]:
        found = _detector(DETECTORS[name]).detect(events, context or Context(), settings or {}, scope or Scope())
        return {finding.scope: finding for finding in found}

    return run


@pytest.fixture
def log() -> Callable[..., pl.DataFrame]:
    """Events of lines given as (seconds after 10:00, message of sshd)."""

    def make(*said: tuple[int, str]) -> pl.DataFrame:
        lines = [
            f"Mar 30 {10 + at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d} web-1 sshd[{1000 + number}]: {message}"
            for number, (at, message) in enumerate(said)
        ]
        return located_frame(parsed("\n".join(lines))[0])

    return make
