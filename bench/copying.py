"""The floor of batches: what two processes COPY into the floor's tables, 100 alerts with five observables a time."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from multiprocessing.queues import SimpleQueue

import psycopg

BATCH = 100
_BODY = json.dumps({"process": "x" * 1100, "host": "ws-1", "user": "someone"})
_KINDS = ("ip", "domain", "hash", "url", "email")
_IDS = "select nextval(pg_get_serial_sequence('floor_alert', 'id')) from generate_series(1, %s)"
_ALERTS = "copy floor_alert (id, source, external_id, title, description, severity, tags, body) from stdin"
_OBSERVABLES = "copy floor_observable (alert_id, type, value) from stdin"


def rate(url: str, seconds: float, *, processes: int = 2) -> float:
    """Alerts per second over all processes; nothing but COPY, no request, no check."""
    context = multiprocessing.get_context("spawn")
    done: SimpleQueue[float] = context.SimpleQueue()
    workers = [context.Process(target=_copy, args=(url, seconds, done)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    total = sum(done.get() for _ in workers)
    for worker in workers:
        worker.join()
    return total


def _copy(url: str, seconds: float, done: SimpleQueue[float]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        stored, run, end = 0, os.urandom(4).hex(), time.perf_counter() + seconds
        while time.perf_counter() < end:
            with connection.transaction():
                _one_batch(connection, run)
            stored += BATCH
        done.put(stored / seconds)


def _one_batch(connection: psycopg.Connection[tuple[int, ...]], run: str) -> None:
    ids = [row[0] for row in connection.execute(_IDS, [BATCH])]
    with connection.cursor() as cursor:
        with cursor.copy(_ALERTS) as out:
            for number in ids:
                out.write_row((number, "floor", f"{run}-{number}", "An office program started an encoded command",
                               "d" * 140, 3, ["a", "b"], _BODY))  # fmt: skip
        with cursor.copy(_OBSERVABLES) as out:
            for number in ids:
                for kind in _KINDS:
                    out.write_row((number, kind, f"{kind}-{number}-{run}"))
