"""A real web server for a test: gunicorn as the product starts it, on a database of the module's own."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from accounts.tokens import issue
from casebook.models import Source
from tests.processes import environment, running, wait_until

GUNICORN = [
    "-m",
    "gunicorn",
    "config.wsgi",
    "-k",
    "gthread",
    "--preload",
    "--no-control-socket",
    "--bind",
    "127.0.0.1:0",
]
Answer = tuple[int, dict[str, Any]]


class Web:
    """One server, and how a source sends to it."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, alerts: Any) -> Answer:
        """Status and body. Raises what a sender meets when the server dies: a ConnectionError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/api/v1/alerts/", json.dumps(alerts), self.headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except http.client.RemoteDisconnected as gone:
            raise ConnectionResetError("the server hung up without an answer") from gone
        finally:
            connection.close()


@pytest.fixture(scope="module")
def serve(committed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Web]]:
    """``serve(workers=2, CASEBOOK_CRASH_AT="…")``: a server with these settings, gone with the module."""
    token = issue(source=Source.objects.get(slug="siem"), scopes=["alerts"], days=1)
    folder: Path = tmp_path_factory.mktemp("web")
    with ExitStack() as stack:

        def start(*, workers: int = 1, threads: int = 8, kind: str = "gthread", **settings: str) -> Web:
            log = folder / f"{len(list(folder.iterdir()))}.log"
            options = ["-k", kind, "-w", str(workers), "--threads", str(threads)]
            stack.enter_context(running([*GUNICORN, *options], environment(committed, settings), log))
            listens = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
            wait_until(lambda: listens.search(log.read_text()), seconds=20, what=f"gunicorn listens; see {log}")
            found = listens.search(log.read_text())
            assert found is not None
            return Web(int(found.group(1)), token)

        yield start
