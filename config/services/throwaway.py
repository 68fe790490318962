"""Whole instances that are gone when they were used: for the demo, measurements, browser tests and pictures.

Each lives in a folder of its own in the temporary folder, on private servers that need not survive a crash, and
never touches the checkout's `.local/` or a database that the environment gives. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.services import places, processes, secrets
from config.services.errors import ServiceError
from config.services.greeting import READY

STOP_PATIENCE_S = 40.0
READY_PREFIX = READY.format(url="")
# What ties a process to one installation; the NAME_FILE forms too.
INSTALLATION = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "CASEBOOK_FIELD_KEYS",
    "CASEBOOK_STATE", "CASEBOOK_TARGET_SOCKET", "CASEBOOK_URL", "CASEBOOK_DB_ROLE", "PORT", "MAKELEVEL",
    "DJANGO_SETTINGS_MODULE",  # a test run names its own
)  # fmt: skip


@dataclass(frozen=True)
class RunningStack:
    """A whole instance: where it answers, where it keeps its state, and the environment that reaches it."""

    url: str
    state_dir: Path
    env: Mapping[str, str] = field(repr=False)
    process: subprocess.Popen[str] = field(repr=False)

    def manage(self, *arguments: str) -> str:
        """Run a `manage.py` command against it; what it prints, or a ServiceError with what it said last."""
        command = [sys.executable, str(places.PROJECT / "manage.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=dict(self.env), check=False)
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-15:]
            raise ServiceError("\n".join([f"`manage.py {' '.join(arguments)}` failed:", *words]))
        return done.stdout


@contextmanager
def throwaway_stack(
    settings: Mapping[str, str] | None = None, *, durable: bool = False, state: Path | None = None
) -> Iterator[RunningStack]:
    """A whole instance on a free port while the block runs; `settings` are added to its environment.

    `durable`: with servers that survive a crash, as `make run` has them, for measurements. A `state` folder that is
    given is used as it is and stays.
    """
    with nullcontext(state) if state else throwaway_state() as state:
        environment = {**outside_any_installation(), "CASEBOOK_STATE": str(state), **(settings or {})}
        manage = [sys.executable, str(places.PROJECT / "manage.py")]
        process = subprocess.Popen(
            [*manage, "runstack", "--bind", "127.0.0.1:0", *([] if durable else ["--throwaway"])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
            preexec_fn=processes.die_with_parent(signal.SIGTERM),
        )
        try:
            yield RunningStack(_wait_until_ready(process), state, environment, process)
        finally:
            _stop(process)


@contextmanager
def throwaway_state() -> Iterator[Path]:
    """A state folder that is removed afterwards, with what the servers keep elsewhere for it."""
    state = Path(tempfile.mkdtemp(prefix="casebook-")).resolve()
    try:
        yield state
    finally:
        with suppress(ServiceError):
            if known := secrets.load(state):
                for folder in places.places(state, known.instance).all:
                    shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)


def outside_any_installation() -> dict[str, str]:
    """Our environment without what would lead a child to another instance."""
    tied = {name + ending for name in INSTALLATION for ending in ("", "_FILE")}
    return {name: value for name, value in os.environ.items() if name not in tied}


def _wait_until_ready(process: subprocess.Popen[str]) -> str:
    """The URL of the ready line. The stack has a deadline of its own; when it gives up its output ends."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if line.startswith(READY_PREFIX):
            return line.removeprefix(READY_PREFIX).strip()
        said.append(line.rstrip())
    raise ServiceError("\n".join(["the throw-away instance did not start:", *said[-20:]]))


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=STOP_PATIENCE_S)
        return
    # Its children go with it: the kernel tells them.
    process.kill()
    process.communicate()
