"""A child that hangs, grows, dies or fails is a sentence, and the next task is served."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from triage.events import children


@pytest.fixture
def lane() -> Any:
    lane = children.Lane()
    yield lane
    lane.stop()


LIMITS: dict[str, Any] = {"deadline_s": 20.0, "memory_mb": 2000, "progress": None}


def ask(lane: children.Lane, task: str, payload: Any, **limits: Any) -> Any:
    return lane.ask(task, payload, **{**LIMITS, **limits})


def parse_slowly(tmp_path: Path) -> dict[str, Any]:
    """A request big enough to be still running when something happens to its child."""
    path = tmp_path / "big.log"
    line = "Mar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.4 port 5 ssh2\n"
    path.write_text(line * 400_000)
    return {
        "path": str(path),
        "sha256": "a" * 64,
        "cache_dir": str(tmp_path / "cache"),
        "format": "sshd_syslog",
        "timezone": None,
        "year": 2026,
        "received_at": "2026-11-24T00:00:00+00:00",
        "parsers": {"sshd_syslog": "triage.events.parsers.sshd.PARSER"},
    }


READ = "triage.events.reading.read_file"


def test_one_child_serves_many_tasks_and_is_replaced_when_it_is_due(
    lane: children.Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lane.warm()
    assert lane.warm() == first
    monkeypatch.setattr(children, "TASKS_PER_CHILD", 0)
    assert lane.warm() != first


def test_past_its_deadline_a_task_is_stopped(lane: children.Lane, tmp_path: Path) -> None:
    pid = lane.warm()
    with pytest.raises(children.ChildFailed, match="took longer"):
        ask(lane, READ, parse_slowly(tmp_path), deadline_s=0.3)
    assert not Path(f"/proc/{pid}").exists()
    assert lane.warm() != pid


def test_past_its_memory_a_task_is_stopped(lane: children.Lane, tmp_path: Path) -> None:
    lane.warm()
    with pytest.raises(children.ChildFailed, match="memory"):
        ask(lane, READ, parse_slowly(tmp_path), memory_mb=10)


def test_a_killed_child_is_said_and_the_next_task_is_served(lane: children.Lane, tmp_path: Path) -> None:
    request = parse_slowly(tmp_path)
    Timer(0.3, os.kill, (lane.warm(), signal.SIGKILL)).start()
    with pytest.raises(children.ChildFailed, match="signal 9"):
        ask(lane, READ, request)
    (tmp_path / "big.log").write_text("Mar 30 16:01:36 h sshd[1]: Connection closed by 192.0.2.4 port 5\n")
    assert ask(lane, READ, request)["state"] == "ready"


def test_an_error_in_a_task_carries_its_text_and_leaves_nothing_behind(lane: children.Lane) -> None:
    with pytest.raises(children.ChildFailed, match="KeyError"):
        ask(lane, READ, {})
    assert lane.warm()


def test_progress_is_told(lane: children.Lane, tmp_path: Path) -> None:
    told: list[float] = []
    ask(lane, READ, parse_slowly(tmp_path), progress=told.append)
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)


def test_children_run_our_tasks_only() -> None:
    with pytest.raises(ValueError, match="triage"):
        children.ask("os.system", {})


def test_a_child_knows_no_secret_and_ends_with_its_parent(lane: children.Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    pid = lane.warm()
    assert b"DATABASE_URL" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert lane._child is not None
    stdin = lane._child._process.stdin
    assert stdin is not None
    stdin.close()
    until = time.monotonic() + 5
    while lane._child.usable and time.monotonic() < until:
        time.sleep(0.02)
    assert not lane._child.usable
