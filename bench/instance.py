"""A whole instance to measure: private servers with fsync on, as `make run` has them, in a folder that goes away."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.services.throwaway import RunningStack, throwaway_stack, throwaway_state


@dataclass(frozen=True)
class Measured:
    """A running instance and how long it took to be ready, in seconds."""

    stack: RunningStack
    first_s: float
    warm_s: float


@contextmanager
def instance() -> Iterator[Measured]:
    """Start on an empty folder, stop, start again, and hand over the second."""
    with throwaway_state() as state:
        began = time.perf_counter()
        with throwaway_stack(durable=True, state=state):
            first_s = time.perf_counter() - began
        began = time.perf_counter()
        with throwaway_stack(durable=True, state=state) as again:
            yield Measured(again, first_s, time.perf_counter() - began)


def owner_url(stack: RunningStack) -> str:
    """How the owner role enters the instance's database."""
    code = "from config import env; print(env.database_urls()[1])"
    done = subprocess.run([sys.executable, "-c", code], env=dict(stack.env), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def programs(root: int) -> list[tuple[int, str]]:
    """(pid, program) of a process and everything below it."""
    found = []
    for pid in _below(root):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        found.append((pid, _program(words)))
    return found


def pss_mib(root: int) -> dict[str, float]:
    """Proportional memory of a process and everything below it, by program, in MiB."""
    found: dict[str, float] = {}
    for pid, name in programs(root):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        kib = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        found[name] = found.get(name, 0.0) + kib / 1024
    return found


def _below(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def _program(words: str) -> str:
    for name, sign in (
        ("web", "gunicorn"), ("evidence worker", "-Q evidence"), ("evidence children", "triage.events.child"),
        ("worker", "celery"), ("PostgreSQL", "postgres"), ("Valkey", "valkey"),
        ("simulated target", "simulated_target"),
    ):  # fmt: skip
        if sign in words:
            return "beat" if name == "worker" and " beat" in words else name
    return "launcher"
