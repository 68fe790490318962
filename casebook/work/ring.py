"""The doorbell. It names a queue, marks nothing, and may fail: rows wait and the sweeper rings again.

Ringing is done by a thread of its own, so that no request ever waits for Redis; bells asked for while one is being
rung are rung together. A process that dies in between has lost a bell, not work.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from typing import Any

from celery import current_app

log = logging.getLogger(__name__)

QUIET_S = 5.0
"""After a failure no bell is tried for this long."""
TOGETHER_S = 0.05
"""Bells for a queue within this time are one."""
LONGEST_S = 0.2


class Bell:
    """One producer connection of its own, without retries; at most one ring per queue every 50 ms."""

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._connection: Any = None
        self._quiet_until = 0.0

    def ring(self, queue: str) -> None:
        """Have a queue rung soon. Never raises, never waits."""
        with self._changed:
            self._wanted.add(queue)
            if self._pid != os.getpid() or self._thread is None or not self._thread.is_alive():
                self._start()
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait, a moment at most, until what was asked for has been rung: before a process ends."""
        end = time.monotonic() + LONGEST_S * 2
        with self._changed:
            while self._wanted and self._pid == os.getpid() and time.monotonic() < end:
                self._changed.wait(0.02)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._connection = None  # a connection is never shared with the process that forked us
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._wanted:
                    self._changed.wait()
                queues = sorted(self._wanted)
            if time.monotonic() >= self._quiet_until:
                self._send(queues)
            with self._changed:
                self._wanted.difference_update(queues)
                self._changed.notify_all()
            time.sleep(TOGETHER_S)

    def _send(self, queues: list[str]) -> None:
        try:
            for queue in queues:
                current_app.send_task(
                    "casebook.tasks.drain",
                    args=[queue],
                    queue=queue,
                    connection=self._connected(),
                    retry=False,
                    ignore_result=True,
                    expires=60,
                )
        except Exception as error:  # kombu raises whatever its transport likes; a bell is never worth an error
            self._quiet_until = time.monotonic() + QUIET_S
            self._connection = None
            log.warning("doorbell for %s did not ring: %s", ", ".join(queues), error)

    def _connected(self) -> Any:
        if self._connection is None:
            options = {
                **current_app.conf.broker_transport_options,
                "socket_timeout": LONGEST_S,
                "socket_connect_timeout": LONGEST_S,
                "retry_on_timeout": False,
                "max_retries": 0,
            }
            self._connection = current_app.connection_for_write(connect_timeout=LONGEST_S, transport_options=options)
        return self._connection


_BELL = Bell()
atexit.register(_BELL.flush)


def ring(queue: str) -> None:
    """Wake a worker of this queue, if the bell works."""
    _BELL.ring(queue)
