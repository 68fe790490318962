"""Keep programs running: restart those that may be restarted, end all when one that carries the rest dies.

Standard library only.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.services import processes

LONGEST_PAUSE_S = 30.0
# A program that lived this long died of something new: its pauses start over.
SETTLED_AFTER_S = 60.0
GIVE_UP_STARTING_AFTER = 3
STOP_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Program:
    """What to run. `vital`: nothing works without it. `announces`: it makes `CASEBOOK_READY_FILE` once it works."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False, default_factory=dict)
    vital: bool = False
    announces: bool = False
    keep: tuple[int, ...] = ()


class Child:
    """One program's processes, one after the other."""

    def __init__(self, program: Program, *, cwd: Path, log_folder: Path) -> None:
        self.program, self.cwd = program, cwd
        self.log = log_folder / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ready_file = log_folder / f"{program.name}.ready"
        self.deaths = 0
        self._log_start = 0
        self._started_at = 0.0
        self._restart_at = 0.0

    def start(self) -> None:
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self._started_at = time.monotonic()
        self.ready_file.unlink(missing_ok=True)
        program, env = self.program, {**self.program.env, "CASEBOOK_READY_FILE": str(self.ready_file)}
        self.process = processes.spawn(program.command, log=self.log, env=env, cwd=self.cwd, keep=program.keep)

    def is_ready(self) -> bool:
        """Whether it runs, and has said that it works if it is one that says so."""
        if self.process is None or self.process.poll() is not None:
            return False
        return not self.program.announces or self.ready_file.exists()

    def bury(self) -> str | None:
        """If it has died: end what it left behind, set the time of its restart, and say how it ended."""
        if self.process is None or self.process.poll() is None:
            return None
        code, now = self.process.returncode, time.monotonic()
        processes.kill_group(self.process)
        self.process = None
        self.deaths = 1 if now - self._started_at > SETTLED_AFTER_S else self.deaths + 1
        self._restart_at = now + self.pause_s
        return processes.how_it_ended(code)

    @property
    def pause_s(self) -> float:
        """1, 2, 4 … 30 seconds."""
        return float(min(2 ** (self.deaths - 1), LONGEST_PAUSE_S))

    def restart_if_due(self) -> None:
        if self.process is None and time.monotonic() >= self._restart_at:
            self.start()

    def last_words(self) -> list[str]:
        return processes.last_lines(self.log, since=self._log_start)


class Supervisor:
    """The children of one stack. `say` tells the person at the terminal."""

    def __init__(self, *, cwd: Path, log_folder: Path, say: Callable[[str], None]) -> None:
        self.cwd, self.log_folder, self.say = cwd, log_folder, say
        self.children: list[Child] = []

    def start(self, program: Program) -> None:
        child = Child(program, cwd=self.cwd, log_folder=self.log_folder)
        self.children.append(child)
        child.start()

    def not_ready(self) -> list[str]:
        """The names of those that have not said that they work."""
        return [child.program.name for child in self.children if not child.is_ready()]

    def tend(self, *, starting: bool = False) -> str | None:
        """Look after every child once; the reason why the stack cannot go on, or None.

        While `starting`, a program that keeps dying is such a reason too: it will never be ready.
        """
        for child in self.children:
            ended = child.bury()
            if ended:
                name, lines = child.program.name, child.last_words()
                if child.program.vital or (starting and child.deaths >= GIVE_UP_STARTING_AFTER):
                    return "\n".join([f"{name} died ({ended}); its last words, from {child.log}:", *lines])
                self.say(f"{name} died ({ended}); starting it again in {child.pause_s:.0f} s, see {child.log}")
            child.restart_if_due()
        return None

    def stop(self, *, hurried: Callable[[], bool]) -> None:
        """Ask all to end, give them time to finish what they do, then kill. `hurried` cuts the time short."""
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE_S
        while any(process.poll() is None for process in alive):
            if hurried() or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        for process in alive:
            processes.kill_group(process)
        self.children.clear()
