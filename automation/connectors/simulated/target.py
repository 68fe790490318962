"""The simulated target: a firewall and a directory in one, with a memory of its own.

A separate program, standard library only. It appends every act to a JSON-lines file and syncs it before it answers, so
that tests and the demo judge by what reached it and not by what our tables say. Three modes:

    key        a repeated Idempotency-Key is done once; acts can be found by key and read back
    read-back  keys mean nothing; what is in effect can be read
    neither    it takes orders and tells nothing

Routes: POST /<kind> {"target", "parameters"} · POST /<kind>/undo {"target", "before"} · GET /<kind>?target= (state) ·
GET /<kind>/behind?target= (who else) · GET /acts/<key> · PUT /faults {"faults": ["hang_after*2", "delay:1.5"]} · GET /.
"""

from __future__ import annotations

import json
import os
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MODES = ("key", "read-back", "neither")
KINDS = ("block_address", "reset_password")
STATES = ("block_address",)
"""Kinds whose undo means something: a block stays until it is taken off. A reset is only ever counted."""
FAULTS = {
    "delay": "waits (``delay:<seconds>``) before it acts and answers",
    "hang_after": "acts and never answers",
    "error_after": "acts and answers 500",
    "drop_after": "acts and closes the connection",
    "drop": "closes the connection without acting",
    "busy": "answers 429 with Retry-After: 1 without acting",
    "refuse": "answers 400 without acting",
}
HANG_S = 120.0


class Memory:
    """The file and what it says. Every line: ``{"n", "at", "act": apply|undo, "kind", "target", "key", "body"}``."""

    def __init__(self, path: Path, mode: str) -> None:
        self.mode = mode
        self._lock = threading.Lock()
        self._acts: list[dict[str, Any]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._acts = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        self._file = path.open("a", encoding="utf-8")

    def act(self, act: str, kind: str, target: str, key: str, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Do it, durably; returns the line and whether it had been done before under the same key."""
        with self._lock:
            if self.mode == "key" and key and (known := self._by_key(key)):
                return known, True
            line = {"n": len(self._acts) + 1, "at": time.time(), "act": act, "kind": kind, "target": target}
            line |= {"key": key, "body": body}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._acts.append(line)
            return line, False

    def find(self, key: str) -> dict[str, Any] | None:
        with self._lock:
            return self._by_key(key)

    def state(self, kind: str, target: str) -> dict[str, Any]:
        """``in_effect`` (for kinds that last) and how often it was ever done."""
        with self._lock:
            acts = [line for line in self._acts if line["kind"] == kind and line["target"] == target]
        done = sum(line["act"] == "apply" for line in acts)
        in_effect = bool(acts) and acts[-1]["act"] == "apply" and kind in STATES
        return {"in_effect": in_effect, "count": done}

    def _by_key(self, key: str) -> dict[str, Any] | None:
        return next((line for line in self._acts if line["key"] == key), None)


class Faults:
    """What goes wrong next: each fault is used up by one writing call."""

    def __init__(self, texts: list[str]) -> None:
        self._lock = threading.Lock()
        self._queue: deque[tuple[str, float]] = deque()
        self.set(texts)

    def set(self, texts: list[str]) -> None:
        """``name``, ``name:<seconds>`` and ``name*<times>``. Raises ValueError for an unknown name."""
        queue: deque[tuple[str, float]] = deque()
        for text in texts:
            spec, _, times = text.partition("*")
            name, _, seconds = spec.partition(":")
            if name not in FAULTS:
                raise ValueError(f"{name} is none of {', '.join(FAULTS)}")
            queue.extend([(name, float(seconds or 0))] * int(times or 1))
        with self._lock:
            self._queue = queue

    def next(self) -> tuple[str, float]:
        with self._lock:
            return self._queue.popleft() if self._queue else ("", 0.0)


class _Handler(BaseHTTPRequestHandler):
    memory: Memory
    faults: Faults
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        route = [unquote(part) for part in parts.path.strip("/").split("/")]
        target = parse_qs(parts.query).get("target", [""])[0]
        mode = self.memory.mode
        if route == [""]:
            self._answer(200, {"mode": mode, "kinds": KINDS})
        elif len(route) == 2 and route[1] == "behind" and route[0] in KINDS:
            self._answer(200, {"others": 0, "lines": [_behind(route[0])]})
        elif route[0] == "acts" and len(route) == 2 and mode == "key":
            found = self.memory.find(route[1])
            self._answer(200 if found else 404, found or {"error": "no act with this key"})
        elif len(route) == 1 and route[0] in KINDS and mode != "neither":
            self._answer(200, self.memory.state(route[0], target))
        else:
            self._answer(404, {"error": "nothing to read here"})

    def do_PUT(self) -> None:
        try:
            self.faults.set([str(text) for text in self._body()["faults"]])
        except (ValueError, KeyError, TypeError) as error:
            self._answer(400, {"error": str(error)})
        else:
            self._answer(200, {})

    def do_POST(self) -> None:
        route = self.path.strip("/").split("/")
        act = "undo" if route[1:] == ["undo"] else "apply"
        try:
            body = self._body()
            target = str(body["target"])
        except (ValueError, KeyError, TypeError) as error:
            self._answer(400, {"error": f"not understood: {error}"})
            return
        if route[0] not in KINDS or len(route) > 2 or (act == "undo" and route[0] not in STATES):
            self._answer(404, {"error": "this target does not do that"})
            return
        self._act(act, route[0], target, body)

    def _act(self, act: str, kind: str, target: str, body: dict[str, Any]) -> None:
        fault, seconds = self.faults.next()
        if fault == "busy":
            self._answer(429, {"error": "busy"}, {"Retry-After": "1"})
        elif fault == "refuse":
            self._answer(400, {"error": "refused"})
        elif fault == "drop":
            self.close_connection = True
        else:
            if fault == "delay":
                time.sleep(seconds)
            line, repeated = self.memory.act(act, kind, target, self.headers.get("Idempotency-Key", ""), body)
            self._after(fault, line, repeated)

    def _after(self, fault: str, line: dict[str, Any], repeated: bool) -> None:
        if fault == "hang_after":
            time.sleep(HANG_S)
        if fault in ("hang_after", "drop_after"):
            self.close_connection = True
        elif fault == "error_after":
            self._answer(500, {"error": "something broke"})
        else:
            self._answer(200, {"act": line["n"], "repeated": repeated})

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= 1024 * 1024:
            raise ValueError("a body of at most 1 MiB is needed")
        body = json.loads(self.rfile.read(length))
        if not isinstance(body, dict):
            raise TypeError("the body is an object")
        return body

    def _answer(self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(document).encode()
        fields = {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
        with suppress(ConnectionError):  # whoever asked may be gone; what was done stays done
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def address_string(self) -> str:
        return "local"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: its file is its log."""


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    server_name, server_port = "localhost", 0


def _behind(kind: str) -> str:
    return "1 address, nobody else seen behind it" if kind == "block_address" else "1 account"


def serve(
    *,
    file: Path,
    mode: str,
    port: int | None = None,
    socket: Path | None = None,
    faults: list[str] | None = None,
    ready: Callable[[str], None] = lambda where: None,
) -> None:
    """Serve until interrupted, on 127.0.0.1:``port`` (0: any free one) or on a unix socket only we may enter.

    ``ready`` is told where. Raises ValueError for a mode or fault that does not exist.
    """
    if mode not in MODES:
        raise ValueError(f"{mode} is none of {', '.join(MODES)}")
    handler = type("Handler", (_Handler,), {"memory": Memory(file, mode), "faults": Faults(faults or [])})
    server: socketserver.BaseServer
    if socket is not None:
        socket.unlink(missing_ok=True)
        old = os.umask(0o177)
        try:
            server = _UnixServer(str(socket), handler)
        finally:
            os.umask(old)
        where = str(socket)
    else:
        server = ThreadingHTTPServer(("127.0.0.1", port or 0), handler)
        where = f"http://127.0.0.1:{server.server_address[1]}"
    with server:
        ready(where)
        server.serve_forever(poll_interval=0.2)
