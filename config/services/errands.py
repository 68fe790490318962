"""Commands that run to their end, one after the other, while their caller looks after other things.

Standard library only.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from config.services import processes
from config.services.errors import ServiceError


class Errands:
    """A list of commands. Call `step` until it says that all are done; what still runs when the block is left ends."""

    def __init__(self, commands: Sequence[Sequence[str]], *, cwd: Path, env: Mapping[str, str], log: Path) -> None:
        self._waiting = list(commands)
        self._cwd, self._env, self._log = cwd, env, log
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None

    def step(self) -> bool:
        """Start the next when the last is done; True when none is left. A failure is a ServiceError."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return False
            command, self._process = self._waiting.pop(0), None
            if code:
                raise ServiceError(self._failure(command, code))
        if not self._waiting:
            return True
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        self._process = processes.spawn(self._waiting[0], log=self._log, env=self._env, cwd=self._cwd)
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process is not None:
            processes.kill_group(self._process)

    def _failure(self, command: Sequence[str], code: int) -> str:
        words = " ".join(command[1:])
        lines = processes.last_lines(self._log, since=self._log_start)
        how = processes.how_it_ended(code)
        return "\n".join([f"`{words}` failed ({how}); its last words, from {self._log}:", *lines])
