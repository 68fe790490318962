"""Programs of the product as processes of a test: the same command lines, against the test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from config import env
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "of-the-tests-only-" + "0123456789" * 4


def environment(database: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's, serving ``database`` as the app role."""
    roles = env.database_roles()
    own = {
        "DATABASE_URL": databases.address(database, roles.app),
        "DATABASE_OWNER_URL": databases.address(database, roles.owner),
        "CASEBOOK_DB_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "SECRET_KEY": SECRET_KEY,
    }
    return {**os.environ, **own, **(more or {})}


@contextmanager
def running(command: list[str], surroundings: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, whatever it starts gone with it at the end."""
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=dict(surroundings),
            cwd=ROOT,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """-9, the whole group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(true: Callable[[], object], *, seconds: float, what: str) -> None:
    """Poll; a failure says what did not come about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
