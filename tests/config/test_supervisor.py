"""Programs are restarted, given up or mourned as they deserve, and never outlive whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.services import places
from config.services.errands import Errands
from config.services.errors import ServiceError
from config.services.supervisor import Child, Program, Supervisor


def shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script)


def eventually(condition: Callable[[], bool], *, within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    running = Supervisor(cwd=tmp_path, log_folder=tmp_path, say=said.append)
    yield running
    running.stop(hurried=lambda: True)


def only_child(supervisor: Supervisor) -> Child:
    return supervisor.children[0]


def test_a_program_that_dies_is_started_again(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(Program("worker", shell("exec sleep 60")))
    child = only_child(supervisor)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: bool(supervisor.tend() is None and said))
    assert said == [f"worker died (SIGKILL); starting it again in 1 s, see {child.log}"]
    assert eventually(lambda: supervisor.tend() is None and child.process is not None)
    assert child.process.pid != first


def test_pauses_grow_and_are_capped(tmp_path: Path) -> None:
    child = Child(Program("worker", ("true",)), cwd=tmp_path, log_folder=tmp_path)
    pauses = []
    for child.deaths in range(1, 8):
        pauses.append(child.pause_s)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_settled_program_starts_its_pauses_over(supervisor: Supervisor, monkeypatch) -> None:
    supervisor.start(Program("worker", ("true",)))
    child = only_child(supervisor)
    child.deaths = 5
    monkeypatch.setattr("config.services.supervisor.SETTLED_AFTER_S", 0.0)
    assert eventually(lambda: child.bury() is not None)
    assert child.pause_s == 1


def test_a_vital_program_takes_the_rest_with_it(supervisor: Supervisor) -> None:
    supervisor.start(Program("web", shell("echo the reason; exit 3"), vital=True))
    reasons: list[str] = []
    assert eventually(lambda: bool(reasons.append(r) if (r := supervisor.tend()) else reasons))
    assert reasons[0].startswith("web died (exit code 3); its last words, from ")
    assert reasons[0].endswith("\nthe reason")


def test_while_starting_a_program_that_keeps_dying_is_given_up(supervisor: Supervisor, monkeypatch) -> None:
    monkeypatch.setattr(Child, "pause_s", 0.0)
    supervisor.start(Program("worker", ("false",)))
    assert eventually(lambda: supervisor.tend(starting=True) is not None)
    assert only_child(supervisor).deaths == 3


def test_ready_is_what_a_program_says_of_itself(supervisor: Supervisor) -> None:
    supervisor.start(Program("web", shell("exec sleep 60")))
    supervisor.start(Program("worker", shell('sleep 0.2; touch "$CASEBOOK_READY_FILE"; exec sleep 60'), announces=True))
    assert supervisor.not_ready() == ["worker"]
    assert eventually(lambda: supervisor.not_ready() == [])


def test_an_old_word_does_not_count_for_a_new_process(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "worker.ready").touch()
    supervisor.start(Program("worker", shell("exec sleep 60"), announces=True))
    assert supervisor.not_ready() == ["worker"]


def test_stop_ends_what_a_program_started(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(Program("web", shell("sleep 60 & echo $!; wait")))
    log = tmp_path / "web.log"
    assert eventually(lambda: log.exists() and log.read_text().strip().isdigit())
    grandchild = int(log.read_text())
    supervisor.stop(hurried=lambda: False)
    assert eventually(lambda: not lives(grandchild))


def test_a_death_ends_what_the_dead_one_left_behind(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(Program("evidence", shell("sleep 60 & echo $!; exit 1")))
    log = tmp_path / "evidence.log"
    assert eventually(lambda: log.exists() and log.read_text().strip().isdigit())
    assert eventually(lambda: supervisor.tend() is None and not lives(int(log.read_text().split()[0])))


def test_one_that_will_not_stop_is_killed(supervisor: Supervisor, monkeypatch) -> None:
    monkeypatch.setattr("config.services.supervisor.STOP_PATIENCE_S", 0.2)
    supervisor.start(Program("worker", shell("trap '' TERM; while :; do sleep 0.05; done")))
    process = only_child(supervisor).process
    assert process is not None
    time.sleep(0.1)
    supervisor.stop(hurried=lambda: False)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_children_go_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from config.services.processes import spawn;"
        "child = spawn(['sleep', '60'], log=Path(sys.argv[1]), env=os.environ); print(child.pid, flush=True);"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "log")], stdout=subprocess.PIPE, cwd=places.PROJECT
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.kill()
    parent.communicate()
    assert eventually(lambda: not lives(child))


class TestErrands:
    def test_run_in_order_and_say_when_all_are_done(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        commands = [shell("sleep 0.1; echo one"), shell("echo two")]
        with Errands(commands, cwd=tmp_path, env={}, log=log) as errands:
            assert errands.step() is False
            assert eventually(errands.step)
        assert log.read_text() == "one\ntwo\n"

    def test_a_failure_says_what_the_command_said(self, tmp_path: Path) -> None:
        errands = Errands([shell("echo why >&2; exit 4")], cwd=tmp_path, env={}, log=tmp_path / "log")
        with pytest.raises(ServiceError, match=r"failed \(exit code 4\)") as failed:
            eventually(errands.step)
        assert str(failed.value).endswith("\nwhy")

    def test_what_still_runs_ends_with_the_block(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        with Errands([shell("echo $$; exec sleep 60")], cwd=tmp_path, env={}, log=log) as errands:
            assert eventually(lambda: not errands.step() and log.read_text().strip().isdigit())
        assert not lives(int(log.read_text()))
