"""A real web server for a test, and the lines over which a source sends to it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ALERTS = "/api/v1/alerts/"
JSON, LINES = "application/json", "application/x-ndjson"
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Web:
    """One server: where it listens, its main process, what it says, and the token of a source that may send."""

    port: int
    token: str
    pid: int
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": JSON}

    def send(self, alerts: Any, **headers: str) -> Answer:
        """Status and body, over a line of its own. Raises what a sender meets when the server dies: a
        ConnectionError."""
        with Line(self) as line:
            return line.post(json.dumps(alerts).encode(), headers)

    def said(self) -> str:
        """What the server wrote to its log so far."""
        return self.log.read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)


class Line:
    """A connection that is kept and made again when it broke; its sender decides whether to send again."""

    def __init__(self, web: Web, *, timeout: float = 60) -> None:
        self.web = web
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=timeout)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, path: str = ALERTS) -> Answer:
        """Status and body. Raises ConnectionError when there is no answer."""
        try:
            self.connection.request("POST", path, body, {**self.web.headers, **(headers or {})})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (http.client.RemoteDisconnected, http.client.IncompleteRead) as gone:
            self.connection.close()
            raise ConnectionResetError("the server hung up without an answer") from gone
        except OSError:
            self.connection.close()
            raise

    def post_and_hang_up(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send all of it and go away before there is an answer."""
        self.connection.request("POST", ALERTS, body, {**self.web.headers, **(headers or {})})
        self.connection.close()
