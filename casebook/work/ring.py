"""The doorbell. It names a queue, marks nothing, and may fail: rows wait and the sweeper rings again.

Ringing is done by a thread of its own, so that no request ever waits for Redis; bells asked for at one time are rung
together. A row that is due in a moment has its bell rung then, by the same thread: nobody looks again and again, and
no worker is held. A process that dies in between has lost a bell, not work.
"""

from __future__ import annotations

import atexit
import logging
import math
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
NEAR_S = 15.0
"""What is due later than this is the sweep's to ring."""
LATER_TOGETHER_S = 0.25
"""Bells that are rung later are one within this time, so that a storm keeps no more than 60 of a queue."""
LONGEST_S = 0.2
NOW = 0.0


class Bell:
    """One producer connection of its own, without retries; at most one ring per queue every 50 ms."""

    def __init__(self) -> None:
        self._wanted: set[tuple[float, str]] = set()
        """When, by the process's own clock, and which queue. NOW is before all."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._ringing = False
        self._connection: Any = None
        self._quiet_until = 0.0

    def ring(self, queue: str, after_s: float = 0.0) -> None:
        """Have a queue rung soon, or once ``after_s`` are over. Never raises, never waits."""
        if after_s > NEAR_S:
            return
        due = NOW if after_s <= 0 else _together(time.monotonic() + after_s)
        with self._changed:
            if self._pid != os.getpid() or self._thread is None or not self._thread.is_alive():
                self._start()
            if (due, queue) not in self._wanted:
                self._wanted.add((due, queue))
                self._changed.notify_all()

    def flush(self) -> None:
        """Wait, a moment at most, until what was asked for has been rung: before a process ends. What was to be rung
        later is the sweep's."""
        end = time.monotonic() + LONGEST_S * 2
        with self._changed:
            while (self._ringing or self._due(NOW)) and self._pid == os.getpid() and time.monotonic() < end:
                self._changed.wait(0.02)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._connection = None  # a connection is never shared with the process that forked us
        self._ringing = False
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            queues = self._next()
            if time.monotonic() >= self._quiet_until:
                self._send(queues)
            with self._changed:
                self._ringing = False
                self._changed.notify_all()
            time.sleep(TOGETHER_S)

    def _next(self) -> list[str]:
        """Wait for bells that are due and take them: one asked for from here on, while these are rung, is another."""
        with self._changed:
            while not (due := self._due(time.monotonic())):
                first = min(self._wanted, default=None)
                self._changed.wait(None if first is None else max(first[0] - time.monotonic(), 0.001))
            self._wanted -= due
            self._ringing = True
            return sorted({queue for _, queue in due})

    def _due(self, now: float) -> set[tuple[float, str]]:
        return {one for one in self._wanted if one[0] <= now}

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


def _together(due: float) -> float:
    """The end of the moment in which bells are one: never before the row is due."""
    return math.ceil(due / LATER_TOGETHER_S) * LATER_TOGETHER_S


_BELL = Bell()
atexit.register(_BELL.flush)


def ring(queue: str, after_s: float = 0.0) -> None:
    """Wake a worker of this queue, if the bell works: soon, or once ``after_s`` are over."""
    _BELL.ring(queue, after_s)
