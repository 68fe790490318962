"""A log system that answers as Elasticsearch, OpenSearch, Splunk, Graph and Loki do: the one seam."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from automation.fetch import keeping
from automation.models import LogSystem
from casebook.actor import Actor

PAYLOADS = Path(__file__).resolve().parents[2] / "data" / "fetch"


@dataclass
class Told:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


@dataclass
class LogServer:
    """``says`` are answers of the next requests, (status, body), before the recorded ones; ``slow_s`` lies between the
    lines of a stream; ``cut`` sends so many bytes less than it promised."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    says: list[tuple[int, bytes]] = field(default_factory=list)
    slow_s: float = 0.0
    cut: int = 0

    def answer(self, asked: Told) -> tuple[int, bytes]:
        if self.says:
            return self.says.pop(0)
        path = urlsplit(asked.path).path
        if path.endswith("/oauth2/v2.0/token"):
            return 200, b'{"access_token": "tok"}'
        for end, (header, file) in ANSWERS.items():
            if path.endswith(end):
                good = asked.headers.get("authorization") == header
                return (
                    (200, (PAYLOADS / file).read_bytes()) if good else (401, b'{"error": {"message": "who are you"}}')
                )
        return 404, b"no such place"


ANSWERS = {
    "/_query": ("ApiKey key==", "esql.json"),
    "/_search": ("Basic dTpw", "search.json"),  # u:p
    "/export": ("Bearer tok", "splunk_export.ndjson"),
    "/runHuntingQuery": ("Bearer tok", "hunting.json"),
    "/query_range": ("Bearer tok", "query_range.json"),
    "/_authenticate": ("ApiKey key==", "README.md"),
}
SECRETS = {"elasticsearch": "key==", "opensearch": "u:p", "graph_hunting": "s3cret"}
SETTINGS: dict[str, dict[str, str]] = {
    "elasticsearch": {"index": "logs-*"},
    "opensearch": {"index": "logs-*"},
    "splunk": {"index": "linux, main"},
    "graph_hunting": {"tenant": "t", "client_id": "c"},
    "loki": {},
}
KINDS = tuple(SETTINGS)


@pytest.fixture
def server() -> Iterator[LogServer]:
    found = LogServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.told.append(Told(self.command, self.path, headers, body))
            status, said = found.answer(found.told[-1])
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            try:
                for line in said[: len(said) - found.cut].splitlines(keepends=True) if found.slow_s else [said]:
                    self.wfile.write(line[: len(line) - found.cut] if not found.slow_s else line)
                    self.wfile.flush()
                    time.sleep(found.slow_s)
            except OSError:
                return

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield found
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def set_up(adam: Actor, server: LogServer) -> Callable[..., LogSystem]:
    """``set_up("splunk")``: such a system at the server; keyword arguments change what is set."""

    def make(of_kind: str, /, **values: Any) -> LogSystem:
        kind = of_kind
        login = {"login": server.url} if kind == "graph_hunting" else {}
        given = {
            "name": f"Our {kind}", "kind": kind, "url": server.url, "reach": "local",
            "secret": SECRETS.get(kind, "tok"), "settings": SETTINGS[kind] | login,
        }  # fmt: skip
        return keeping.create(actor=adam, team="blue", values=given | values)

    return make
