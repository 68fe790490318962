"""Gunicorn's threads, held by nobody who sends a byte a second.

A thread of gthread belongs to a request from its first byte and waits for the rest without end: sixteen slow senders
would be the whole service. Here a request may keep its thread waiting for `GRACE_S`, and for as long as what has
arrived would have taken at `LEAST_PER_S`; the more requests wait for a thread, the shorter, down to `LEAST_S`. Only
waiting counts, not our own work. Then the answer is 408 and the connection is closed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

GRACE_S, LEAST_S = 10.0, 0.5
LEAST_PER_S = 10_240
"""Bytes a second that anybody's line manages."""
LOOK_EVERY_S = 0.25
SLOW = "The request did not arrive in time; send it again."


class HeadTooSlow(Exception):
    """A request line and headers that did not arrive in time."""


class BodyTooSlow(TimeoutError):
    """A body that did not arrive in time. An OSError, which Django takes for the broken line it is."""


class Arriving:
    """A connection that counts how long it kept its reader waiting; everything but `recv` is the socket's own."""

    def __init__(self, sock: socket.socket, in_line: Callable[[], int]) -> None:
        self._sock, self._in_line = sock, in_line
        self.given_up = False
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def begin(self) -> None:
        """The next request."""
        self.waited_s, self.received, self.in_body = 0.0, 0, False

    def recv(self, size: int) -> bytes:
        """What has arrived. Raises HeadTooSlow or BodyTooSlow, and from then on there is nothing more to read."""
        if self.given_up:
            return b""
        if self._sock.gettimeout() is not None:  # whoever reads has a deadline of its own
            return self._sock.recv(size)
        self._sock.settimeout(LOOK_EVERY_S)
        try:
            return self._patiently(size)
        finally:
            self._sock.settimeout(None)

    def _patiently(self, size: int) -> bytes:
        while True:
            began = time.monotonic()
            data = None
            with suppress(TimeoutError):
                data = self._sock.recv(size)
            self.waited_s += time.monotonic() - began
            self.received += len(data or b"")
            if self.waited_s > self._allowed_s():
                self.given_up = True
                raise BodyTooSlow(SLOW) if self.in_body else HeadTooSlow(SLOW)
            if data is not None:
                return data

    def _allowed_s(self) -> float:
        return max(LEAST_S, GRACE_S / (1 + self._in_line())) + self.received / LEAST_PER_S


class Threads(ThreadPoolExecutor):
    def in_line(self) -> int:
        """How many requests wait for a thread."""
        return self._work_queue.qsize()


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, with patience that ends."""

    def get_thread_pool(self) -> Threads:
        return Threads(max_workers=self.cfg.threads)

    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, Arriving) and not self.cfg.is_ssl:
            conn.sock = Arriving(conn.sock, self.tpool.in_line)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        if isinstance(conn.sock, Arriving):
            conn.sock.begin()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        if isinstance(conn.sock, Arriving):
            conn.sock.in_body = True
            return bool(super().handle_request(req, conn)) and not conn.sock.given_up
        return bool(super().handle_request(req, conn))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, HeadTooSlow):
            super().handle_error(req, client, addr, exc)
            return
        self.log.info("A request of %s did not arrive in time.", (addr or ("a socket",))[0])
        try:
            util.write_error(client, 408, "Request Timeout", SLOW)
        except OSError:
            self.log.debug("Nobody waited for the answer.")
