"""A kind of work of the tests' own, on a queue of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casebook.work import ring as bell
from casebook.work.enqueue import enqueue
from config.plugins import WORK
from tests.casebook.work import handlers

KIND, QUEUE = "tests.work", "tests"


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WORK, KIND, {"queue": QUEUE, "handler": "tests.casebook.work.handlers.work", "lease_s": 30})
    handlers.DONE.clear()


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """Queues that would be rung, and after how many seconds, instead of ringing them."""
    asked: list[tuple[str, float]] = []

    def note(queue: str, after_s: float = 0.0) -> None:
        asked.append((queue, after_s))

    for place in ("casebook.work.enqueue.ring", "casebook.work.sweep.ring", "casebook.work.lease.ring"):
        monkeypatch.setattr(place, note)
    assert bell.ring is not note
    return asked


@pytest.fixture
def ask() -> Callable[..., None]:
    """``ask("case:1", lane=2)``: a row of the tests' kind."""

    def enqueue_one(subject: str, **how: object) -> None:
        enqueue(KIND, subject, team_id=None, **how)  # type: ignore[arg-type]

    return enqueue_one
