"""Who uses a state folder: one stack alone, or any number of commands together.

`lock` in the state folder is held exclusively by `make run` for its whole life and shared by commands that bring the
servers up for themselves. The kernel lets go when a process ends, however it ends; what the holder wrote into the
file stays, and tells the next start whether the last one ended in order.

Standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.services.errors import ServiceError

STACK = "make run"


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Only one process at a time runs the block; `path` is the lock, closed to others so that they cannot hold it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@dataclass(frozen=True)
class Holder:
    """Who had the folder alone last. Commands that share it leave no name."""

    what: str = ""
    pid: int = 0

    def __str__(self) -> str:
        return f"`{self.what}` (process {self.pid})" if self._lives() else "a `manage.py` command"

    def _lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return bool(self.pid)


class StateLock:
    """The lock of one state folder. Not inherited by children."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._file = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_share(self) -> bool:
        """Use the folder beside other commands; False where a stack has it."""
        return self._lock(fcntl.LOCK_SH)

    def take(self, what: str, *, patience: float) -> bool:
        """Have the folder alone, within `patience` seconds or a ServiceError. True if the last stack was cut off."""
        deadline = time.monotonic() + patience
        left_behind = self.holder().what == STACK
        while not self._lock(fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"{self.state} is in use by {self.holder()}: stop that first, "
                    "or choose another folder with CASEBOOK_STATE"
                )
            left_behind = False
            time.sleep(0.05)
        content = json.dumps({"what": what, "pid": os.getpid()}).encode()
        os.pwrite(self._file, content, 0)
        os.ftruncate(self._file, len(content))
        return left_behind

    def is_held(self) -> bool:
        """Whether anybody else has it, alone or shared."""
        if not self._lock(fcntl.LOCK_EX):
            return True
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return False

    def holder(self) -> Holder:
        """Who holds the lock, or held it and was cut off."""
        with suppress(ValueError, TypeError):
            return Holder(**json.loads(os.pread(self._file, 4096, 0)))
        return Holder()

    def release(self) -> None:
        """Let go, and close. Only a holder alone wipes its name."""
        if self._lock(fcntl.LOCK_EX):
            os.ftruncate(self._file, 0)
        os.close(self._file)

    def _lock(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
