"""Two warm child processes, one for small files and one for large: the only place where logs are parsed.

A child is a fresh program (`triage.events.child`), never a fork: a fork of a process that used Polars hangs. It gets
no secrets (a bare environment), a deadline by the wall clock and a cap on resident memory, both held by the parent,
and is replaced after a number of tasks. A child that dies, hangs or grows is a `ChildFailed` with a sentence for
people; the next task gets a new one.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
TASKS_PER_CHILD = 200
RECYCLE_MB = 400
START_DEADLINE_S = 30.0
WATCH_EVERY_S = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")

LARGE_BYTES = 8 << 20
"""Files from this size wait in the lane of their own, so that a small one is ready within a second."""

Progress = Callable[[float], None]


class ChildFailed(Exception):
    """A child could not finish its task; the text says why, for people."""


class Child:
    """One child process and the conversation with it. Not thread-safe: its lane holds a lock."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "triage.events.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=_environment(),
        )
        self.tasks = 0
        self._buffer = bytearray()
        self._errors: deque[bytes] = deque(maxlen=20)
        self._drain = threading.Thread(target=self._keep_errors, args=(self._process.stderr,), daemon=True)
        self._drain.start()
        try:
            self._converse(START_DEADLINE_S, None, None, until="ready")
        except ChildFailed:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def usable(self) -> bool:
        alive = self._process.poll() is None
        return alive and self.tasks < TASKS_PER_CHILD and _resident_mb(self.pid) < RECYCLE_MB

    def ask(
        self, task: str, payload: Mapping[str, Any], *, deadline_s: float, memory_mb: int, progress: Progress | None
    ) -> Any:
        """The task's result. Raises ChildFailed; the caller must then stop this child."""
        self.tasks += 1
        request = json.dumps({"task": task, "payload": payload}) + "\n"
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(request.encode())
            self._process.stdin.flush()
        except OSError:
            raise ChildFailed(self._obituary()) from None
        return self._converse(deadline_s, memory_mb, progress, until="result")

    def stop(self) -> None:
        """Kill it and reap it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # a request that was never flushed
                    pipe.close()
        self._drain.join(timeout=1)

    def _converse(self, deadline_s: float, memory_mb: int | None, progress: Progress | None, *, until: str) -> Any:
        end = time.monotonic() + deadline_s
        with selectors.DefaultSelector() as selector:
            assert self._process.stdout is not None
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while True:
                for message in self._messages():
                    if until in message:
                        return message[until]
                    if "error" in message:
                        raise ChildFailed(f"The reader failed: {message['error']}")
                    if progress is not None and "progress" in message:
                        progress(message["progress"])
                if time.monotonic() > end:
                    raise ChildFailed(f"Reading took longer than {deadline_s:.0f} s and was stopped.")
                if memory_mb is not None and _resident_mb(self.pid) > memory_mb:
                    raise ChildFailed(f"Reading needed more than {memory_mb} MB of memory and was stopped.")
                if selector.select(WATCH_EVERY_S):
                    piece = os.read(self._process.stdout.fileno(), 1 << 16)
                    if not piece:
                        raise ChildFailed(self._obituary())
                    self._buffer += piece

    def _messages(self) -> list[dict[str, Any]]:
        whole, _, rest = self._buffer.rpartition(b"\n")
        self._buffer = bytearray(rest)
        return [json.loads(line) for line in whole.split(b"\n") if line]

    def _obituary(self) -> str:
        code = self._process.wait(timeout=5)
        self._drain.join(timeout=1)
        last = self._errors[-1].decode("utf-8", "replace").strip()[:300] if self._errors else "nothing on stderr"
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        return f"The reading process {how} ({last})."

    def _keep_errors(self, pipe: IO[bytes] | None) -> None:
        if pipe is not None:
            with pipe:
                while line := pipe.readline(4096):
                    self._errors.append(line)


class Lane:
    """One warm child for one kind of task at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._owner = os.getpid()

    def warm(self) -> int:
        """Start the child if need be; its process id."""
        with self._lock:
            return self._ready().pid

    @property
    def pid(self) -> int | None:
        """The process id of the child that answered last; None where there is none."""
        return self._child.pid if self._child is not None else None

    def ask(self, task: str, payload: Mapping[str, Any], **limits: Any) -> Any:
        with self._lock:
            child = self._ready()
            try:
                return child.ask(task, payload, **limits)
            except BaseException:
                self._child = None
                child.stop()
                raise

    def stop(self) -> None:
        with self._lock:
            if self._child is not None and self._owner == os.getpid():
                self._child.stop()
            self._child = None

    def _ready(self) -> Child:
        if self._owner != os.getpid():  # a fork inherited our pipes: they are the other process's conversation
            self._child, self._owner = None, os.getpid()
        if self._child is not None and not self._child.usable:
            self._child.stop()
            self._child = None
        if self._child is None:
            self._child = Child()
        return self._child


LANES = {"small": Lane(), "large": Lane()}


def warm() -> None:
    """Start both children; an evidence worker calls this when it starts."""
    for lane in LANES.values():
        lane.warm()


def ask(
    task: str,
    payload: Mapping[str, Any],
    *,
    lane: str = "small",
    deadline_s: float = 60.0,
    memory_mb: int = 1024,
    progress: Progress | None = None,
) -> Any:
    """Run a task (a dotted path of ours taking payload and progress) in the lane's child. Raises ChildFailed."""
    if not task.startswith("triage."):
        raise ValueError(f"children run tasks of triage only, not {task}")
    return LANES[lane].ask(task, payload, deadline_s=deadline_s, memory_mb=memory_mb, progress=progress)


def size(path: str) -> int:
    """Bytes of a file; 0 where there is none, which the task itself will report."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


@atexit.register
def stop() -> None:
    """Stop both children."""
    for lane in LANES.values():
        lane.stop()


def _environment() -> dict[str, str]:
    """What a child may know: where Python and the code are, and no secret of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZDIR", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "POLARS_MAX_THREADS": "2"}


def _resident_mb(pid: int) -> float:
    """Resident memory; 0 where the system does not tell (not Linux) or the process has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / (1 << 20)
    except (OSError, IndexError, ValueError):
        return 0.0
