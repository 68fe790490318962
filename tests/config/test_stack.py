"""One command starts everything, and nothing of it is left. The whole product, as `make run` has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from config.services import places
from config.services.throwaway import RunningStack, outside_any_installation, throwaway_stack

MANAGE = [sys.executable, str(places.PROJECT / "manage.py")]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


def eventually(condition: Callable[[], bool], *, within: float = 30.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def children(of: int) -> dict[int, str]:
    """The living processes below one, with their command lines."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    below = {of}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return {pid: _command(pid) for pid in below - {of}}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def the_one(stack: RunningStack, words: str) -> int | None:
    """The stack's own child whose command line holds `words`."""
    own = [pid for pid, command in children(stack.process.pid).items() if words in command]
    return min(own, default=None)


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    with throwaway_stack() as running:
        yield running


def test_ready_means_ready(stack: RunningStack) -> None:
    with urlopen(f"{stack.url}/readyz", timeout=5) as answer:
        assert answer.status == 200
    running = " ".join(children(stack.process.pid).values())
    for name in ("gunicorn", "worker@", "evidence@", "beat", "postgres -D", "valkey-server"):
        assert name in running


def test_commands_find_it_by_themselves_as_the_app_role(stack: RunningStack) -> None:
    asks = (
        "from django.db import connection as c; k = c.cursor(); k.execute('select current_user'); print(*k.fetchone())"
    )
    assert stack.manage("shell", "-v0", "-c", asks).strip() == "casebook_app"


def test_a_second_start_is_refused_and_harms_nothing(stack: RunningStack) -> None:
    second = subprocess.run([*MANAGE, "runstack"], env=stack.env, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr.startswith(
        f"casebook: {stack.state_dir} is in use by `make run` (process {stack.process.pid})"
    )
    assert second.stderr.count("\n") == 1
    assert urlopen(f"{stack.url}/healthz", timeout=5).status == 200


def test_a_killed_worker_comes_back(stack: RunningStack) -> None:
    before = the_one(stack, "worker@")
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: the_one(stack, "worker@") not in (None, before))
    assert stack.process.poll() is None


def test_a_killed_web_worker_is_not_noticed(stack: RunningStack) -> None:
    web = [pid for pid, command in children(stack.process.pid).items() if "gunicorn" in command]
    os.kill(max(web), signal.SIGKILL)
    assert eventually(lambda: urlopen(f"{stack.url}/readyz", timeout=5).status == 200)


def test_nothing_is_left_when_it_is_told_to_stop(stack: RunningStack) -> None:
    """Last, because it ends the stack of this module; then a second start finds the data, and loses its database."""
    everything = children(stack.process.pid)
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(30) == 0
    assert stack.process.stdout is not None
    assert stack.process.stdout.read().splitlines()[-1].startswith("Casebook has stopped.")
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everything), within=5)

    with throwaway_stack(state=stack.state_dir) as again:
        database = the_one(again, "postgres -D")
        assert database is not None
        everything = children(again.process.pid)
        os.kill(database, signal.SIGKILL)
        assert again.process.wait(30) == 1
        assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everything), within=5)


def test_a_command_without_a_stack_brings_its_own_servers(state: Path) -> None:
    environment = {**outside_any_installation(), "CASEBOOK_STATE": str(state)}
    counts = "from casebook.models import Team; print(Team.objects.count())"
    done = subprocess.run(
        [*MANAGE, "shell", "-v0", "-c", counts], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().isdigit()  # the tables are there: a new folder is migrated first
    assert not (state / "postgres" / "postmaster.pid").exists()
