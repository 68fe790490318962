"""A real worker: woken by a ring, and by the sweep alone where Redis forgot everything."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import call_command

from casebook.models import Case, Work
from casebook.work.enqueue import enqueue
from config.services.programs import CELERY
from tests.processes import environment, running, wait_until

QUEUE = "default"


@pytest.fixture(scope="module")
def worker(committed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    log: Path = tmp_path_factory.mktemp("worker") / "worker.log"
    options = ["worker", "-P", "threads", "-c", "1", "-Q", QUEUE, "-l", "INFO", "--without-gossip", "--without-mingle"]
    with running([*CELERY[1:], *options], environment(committed), log):
        wait_until(lambda: re.search(r"\bready\b", log.read_text()), seconds=20, what=f"worker ready; see {log}")
        yield


@pytest.fixture
def recount(worker: None, open_case: Callable[..., Case]) -> Callable[[], int]:
    """Ask for real work of the default queue; the row's id."""

    def ask() -> int:
        case = open_case(title=f"number {Case.objects.count()}", rule={})
        enqueue("case.recount", f"case:{case.pk}", team_id=case.team_id)
        return Work.objects.get(kind="case.recount", subject=f"case:{case.pk}").pk

    return ask


def done(row: int) -> bool:
    return Work.objects.filter(pk=row, state="done").exists()


def test_a_ring_wakes_it(recount: Callable[[], int]) -> None:
    row = recount()
    wait_until(lambda: done(row), seconds=5, what="the work is done after a ring")


def test_what_is_due_in_a_moment_is_done_then_and_not_when_the_sweep_comes_by(worker: None, open_case: Any) -> None:
    case = open_case(title="later", rule={})
    asked = time.monotonic()
    enqueue("case.recount", f"case:{case.pk}", team_id=case.team_id, delay_s=1.0)
    row = Work.objects.get(kind="case.recount", subject=f"case:{case.pk}").pk
    wait_until(lambda: done(row), seconds=5, what="the work is done without a sweep")
    assert time.monotonic() - asked >= 1.0


def test_without_a_ring_the_sweep_finds_it(recount: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as deaf:
        deaf.setattr("casebook.work.enqueue.ring", lambda queue, after_s: False)
        row = recount()
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    assert not done(row)
    call_command("sweep")
    wait_until(lambda: done(row), seconds=5, what="the work is done after a sweep")
