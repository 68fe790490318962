"""gunicorn as the product starts it, on a database of the module's own; and a way to say what a test came to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from accounts.tokens import issue
from casebook.models import Source
from config.services import programs
from tests.faults.web import Web
from tests.processes import environment, running, wait_until

GUNICORN = ["-m", "gunicorn", "config.wsgi", "--preload", "--no-control-socket", "--bind", "127.0.0.1:0"]
_LISTENS = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


@pytest.fixture(scope="module")
def serve(committed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Web]]:
    """``serve(workers=2, CASEBOOK_CRASH_AT="…")``: a server with these settings, gone with the module."""
    token = issue(source=Source.objects.get(slug="siem"), scopes=["alerts"], days=1)
    folder: Path = tmp_path_factory.mktemp("web")
    with ExitStack() as stack:

        def start(*, workers: int = 1, threads: int = 8, kind: str = programs.WORKER_CLASS, **settings: str) -> Web:
            log = folder / f"{len(list(folder.iterdir()))}.log"
            options = ["-k", kind, "-w", str(workers), "--threads", str(threads)]
            process = stack.enter_context(running([*GUNICORN, *options], environment(committed, settings), log))
            wait_until(lambda: _LISTENS.search(log.read_text()), seconds=60, what=f"gunicorn listens; see {log}")
            found = _LISTENS.search(log.read_text())
            assert found is not None
            return Web(int(found.group(1)), token, process.pid, log)

        yield start


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[object], None]:
    """Print a line that is seen also when the test passes: its ledger, its figures."""

    def line(what: object) -> None:
        with capsys.disabled():
            print(f"\n  {what}", flush=True)

    return line


def deadlocks() -> int:
    """How many PostgreSQL has broken in this database so far."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
        cursor.execute("select deadlocks from pg_stat_database where datname = current_database()")
        return int(cursor.fetchone()[0])
