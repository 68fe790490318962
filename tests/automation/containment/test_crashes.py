"""A worker killed at each commit point of one action, in each mode, judged by what reached the target.

Exactly once where the target knows keys or can be read back; where it can be asked neither, exactly once or unknown,
and never sent again. Nothing is left under way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.actors import PersonActor
from automation.containment import undo
from automation.containment.approve import approve
from automation.containment.request import request
from automation.crashpoints import KILLED, POINTS
from automation.models import Action
from casebook.models import Case, Journal, Work
from config import env
from tests import databases

pytestmark = pytest.mark.usefixtures("committed")
MODES = ("key", "read-back", "neither")
# Before the lease comes last: what was not leased is the next worker's, who would die over it instead of its own.
APPLYING = (*(point for point in POINTS if point != "after_undoing"), "before_lease")
UNDOING = (*(point for point in POINTS if point not in ("before_applying", "after_applying")), "before_lease")
LOST = ("after_applying", "after_undoing", "after_send", "after_answer", "before_journal")
"""Where a worker dies between saying that it will send and writing down what came of it."""
SETTLED_WITHIN_S = 60.0


@pytest.fixture
def worker(committed: str) -> Iterator[Callable[[str], int]]:
    """``worker(point)``: one process works until nothing is due, and dies where it is told to."""
    roles = env.database_roles()
    surroundings = os.environ | {
        "DATABASE_URL": databases.address(committed, roles.app),
        "DATABASE_OWNER_URL": databases.address(committed, roles.owner),
        "CASEBOOK_DB_ROLE": "app",
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
    }
    program = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("worker.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    stdin, stdout = program.stdin, program.stdout

    def turn(point: str = "") -> int:
        stdin.write(point + "\n")
        stdin.flush()
        return int(stdout.readline())

    yield turn
    program.kill()
    program.wait()


@pytest.fixture
def targets(simulated: Callable[[str], Any], connect: Callable[..., Any]) -> dict[str, Any]:
    from automation.models import Connector

    found = {mode: simulated(mode) for mode in MODES}
    for mode, target in found.items():
        if not Connector.objects.filter(slug=mode).exists():
            connect(target, slug=mode)
    return found


@pytest.fixture
def block(open_case: Callable[..., Case], tomas: PersonActor, tessa: PersonActor) -> Callable[[str, str], Action]:
    """An agreed block of an address at the target of a mode."""
    case = open_case(rule={"id": os.urandom(4).hex()})

    def agreed(mode: str, address: str) -> Action:
        action = request(
            actor=tomas, ref=case.ref, kind="block_address", target=address, connector=mode, reason="it guesses"
        )
        return approve(actor=tessa, action_id=action.pk)

    return agreed


def the_lease_runs_out() -> None:
    """What waiting for it would do."""
    with connection.cursor() as cursor:
        cursor.execute("update casebook_work set lease_until = now() where state = 'running'")


def recover(worker: Callable[[str], int], actions: list[Action], under_way: tuple[str, ...]) -> None:
    """Workers that are not killed go on until nothing is under way; what was killed must settle in time."""
    ends = time.monotonic() + SETTLED_WITHIN_S
    ids = [action.pk for action in actions]
    while Action.objects.filter(pk__in=ids, state__in=under_way).exists() or unfinished(ids):
        assert time.monotonic() < ends, list(Action.objects.filter(pk__in=ids).values("pk", "state", "outcome"))
        the_lease_runs_out()
        assert worker("") == 0
        time.sleep(0.2)


def unfinished(ids: list[int]) -> bool:
    subjects = [f"action:{pk}" for pk in ids]
    return Work.objects.filter(subject__in=subjects, state__in=("waiting", "running")).exists()


def address_of(number: int) -> str:
    return f"25.{os.getpid() % 250}.{time.time_ns() // 1_000_000_000 % 250}.{number}"


def test_applied_exactly_once_or_unknown(
    worker: Callable[[str], int], targets: dict[str, Any], block: Callable[[str, str], Action]
) -> None:
    killed: dict[tuple[str, str], Action] = {}
    for point in APPLYING:
        for mode in MODES:
            killed[mode, point] = block(mode, address_of(len(killed) + 1))
            assert worker(point) == KILLED, (mode, point)

    recover(worker, list(killed.values()), ("approved", "applying"))

    for (mode, point), action in killed.items():
        action.refresh_from_db()
        reached = targets[mode].count(action.target)
        if mode != "neither":
            assert (action.state, reached) == ("verified", 1), (mode, point, action.outcome)
        elif point in LOST:
            assert (action.state, reached) == ("unknown", 0 if point == "after_applying" else 1), (mode, point)
        else:
            assert (action.state, reached) == ("applied", 1), (mode, point, action.outcome)
        told = Journal.objects.filter(subject=f"action:{action.pk}").values_list("verb", flat=True)
        assert len(told) == len(set(told)), (mode, point, list(told))


def test_killed_again_while_finding_out(
    worker: Callable[[str], int], targets: dict[str, Any], block: Callable[[str, str], Action]
) -> None:
    """The second worker dies where the first did, and a third must still not do it twice."""
    killed: dict[tuple[str, str], Action] = {}
    for point in ("after_applying", "after_send", "before_journal"):
        for mode in ("key", "read-back"):
            killed[mode, point] = action = block(mode, address_of(100 + len(killed)))
            assert worker("after_applying") == KILLED
            Action.objects.filter(pk=action.pk).update(called_at="2026-01-01T00:00:00Z")
            the_lease_runs_out()
            expected = 0 if point == "after_applying" else KILLED  # a worker that takes over does not pass it
            assert worker(point) == expected, (mode, point)

    recover(worker, list(killed.values()), ("approved", "applying"))
    for (mode, point), action in killed.items():
        action.refresh_from_db()
        assert (action.state, targets[mode].count(action.target)) == ("verified", 1), (mode, point, action.outcome)


def test_undone_exactly_once_or_unknown(
    worker: Callable[[str], int], targets: dict[str, Any], block: Callable[[str, str], Action], tomas: PersonActor
) -> None:
    killed: dict[tuple[str, str], Action] = {}
    for point in UNDOING:
        for mode in MODES:
            killed[mode, point] = block(mode, address_of(150 + len(killed)))
    assert worker("") == 0
    for (mode, point), action in killed.items():
        undo.undo(actor=tomas, action_id=action.pk)
        assert worker(point) == KILLED, (mode, point)

    recover(worker, list(killed.values()), ("undoing",))

    for (mode, point), action in killed.items():
        action.refresh_from_db()
        taken_off = targets[mode].count(action.target, "undo")
        if mode == "neither" and point in LOST:
            assert (action.state, taken_off) == ("unknown", 0 if point == "after_undoing" else 1), (mode, point)
        else:
            assert (action.state, taken_off) == ("undone", 1), (mode, point, action.outcome)
        assert targets[mode].count(action.target) == 1
