"""Alerts over the full path, beside what PostgreSQL alone does with as much: one a request, and lists of a hundred.

Floor and ours are measured in turns; the ratio is taken within each round and its median told. Twice: while the workers
work off what the alerts ask for, on the same cores, and while they stand still.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import statistics
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench import copying
from bench.client import load
from bench.instance import owner_url
from bench.standstill import standing_still
from config.services.binaries import find_postgres
from config.services.throwaway import RunningStack

FLOOR = Path(__file__).parent / "floor"
HOSTS = 200
CLIENTS = 4
BATCH = copying.BATCH
SHAPES = {"200 rotating keys": HOSTS, "a new case each": 0, "one open case": 1}
_TPS = re.compile(r"tps = ([\d.]+)")
Make = Callable[[], bytes]


class Bench:
    """One instance, its floor's database beside it, and a source that sends."""

    def __init__(self, stack: RunningStack, *, seconds: float) -> None:
        self.stack = stack
        self.seconds = seconds
        self.floor = _floor_database(owner_url(stack))
        self.url = f"{stack.url}/api/v1/alerts/"
        token = stack.manage("issue_token", "--source", "bench", "--team", "blue").strip()
        self.headers = {"Authorization": f"Bearer {token}"}

    def one_by_one(self, hosts: int, rounds: int) -> dict[str, Any]:
        """One alert a request."""
        return self._rounds(alerts(hosts), lambda: _pgbench(self.floor, self.seconds), rounds, each=1)

    def in_batches(self, hosts: int, rounds: int) -> dict[str, Any]:
        """A hundred alerts a request."""
        return self._rounds(lists(hosts), lambda: copying.rate(self.floor, self.seconds), rounds, each=BATCH)

    def fill(self, alerts_stored: int) -> None:
        """Send lists until so many alerts are stored."""
        have = _stored(owner_url(self.stack))
        while have < alerts_stored:
            self._load(lists(2_000), seconds=min(20.0, 1 + (alerts_stored - have) / 6_000))
            have = _stored(owner_url(self.stack))

    def _rounds(self, make: Make, floor: Callable[[], float], rounds: int, *, each: int) -> dict[str, Any]:
        ratios, rates, floors, late = [], [], [], []
        for _ in range(rounds):
            below = floor()
            ours = self._load(make, seconds=self.seconds)
            ratios.append(ours.rate * each / below)
            rates.append(ours.rate * each)
            floors.append(below)
            late.append(ours.p95_ms)
        return {
            "share_of_floor": round(statistics.median(ratios), 4),
            "alerts_per_s": round(statistics.median(rates), 1),
            "floor_per_s": round(statistics.median(floors), 1),
            "p95_ms": round(statistics.median(late), 1),
        }

    def _load(self, make: Make, *, seconds: float) -> Any:
        ours = load(self.url, make=make, headers=self.headers, clients=CLIENTS, seconds=seconds, expect={200, 201})
        if ours.wrong:
            raise RuntimeError(f"intake answered {ours.wrong}")
        return ours


def measure(stack: RunningStack, *, rounds: int = 3, seconds: float = 5.0) -> dict[str, Any]:
    """Figures by what was sent, and by whether the workers were at work meanwhile."""
    bench = Bench(stack, seconds=seconds)
    found: dict[str, Any] = {}
    for workers, meanwhile in (("at work", nullcontext()), ("standing still", standing_still(stack))):
        with meanwhile:
            for name, hosts in SHAPES.items():
                found[f"{name}, workers {workers}"] = bench.one_by_one(hosts, rounds)
            found[f"lists of {BATCH}, workers {workers}"] = bench.in_batches(HOSTS, rounds)
            found[f"lists of {BATCH}, a new case each, workers {workers}"] = bench.in_batches(0, rounds)
    return found


def growth(stack: RunningStack, sizes: list[int], *, rounds: int = 3, seconds: float = 5.0) -> dict[str, Any]:
    """The same with so many alerts stored already, smallest first, workers standing still."""
    bench = Bench(stack, seconds=seconds)
    found: dict[str, Any] = {}
    with standing_still(stack):
        for size in sizes:
            bench.fill(size)
            found[f"{size:,} stored, one a request"] = bench.one_by_one(HOSTS, rounds)
            found[f"{size:,} stored, lists of {BATCH}"] = bench.in_batches(HOSTS, rounds)
    return found


def alerts(hosts: int) -> Make:
    """Draws bodies of about 2 kB with five observables and a raw event; ``hosts`` keys in turn, 0: a new key each."""
    draw = _drawing(hosts)
    return lambda: json.dumps(draw()).encode()


def lists(hosts: int) -> Make:
    """The same, a hundred at a time."""
    draw = _drawing(hosts)
    return lambda: json.dumps([draw() for _ in range(BATCH)]).encode()


def _drawing(hosts: int) -> Callable[[], dict[str, Any]]:
    numbers = itertools.count()
    run = os.urandom(4).hex()

    def draw() -> dict[str, Any]:
        n = next(numbers)
        host = f"ws-{run}-{n if hosts == 0 else n % hosts}"
        digest = f"{n:064x}"
        return {
            "external_id": f"{run}-{hosts}-{n}",
            "title": f"An office program started an encoded command on {host}",
            "description": "An office program started an encoded command that opened a connection. Look at the parent.",
            "severity": "high",
            "detected_at": "2026-11-24T08:00:00Z",
            "rule": {"id": f"bench-{run}", "name": "Office starts a shell"},
            "techniques": ["T1059.001"],
            "assets": [{"name": host}],
            "observables": [
                {"type": "ip", "value": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"},
                {"type": "domain", "value": f"d{n:x}.example.net"},
                {"type": "sha256", "value": digest},
                {"type": "url", "value": f"http://d{n:x}.example.net/stage/{n:x}.bin"},
            ],
            "raw": {"process": {"command_line": "x" * 1000}, "host": {"name": host}, "hash": digest},
        }

    return draw


def _floor_database(owner: str) -> str:
    """A database of its own on the same server, with the floor's tables; returns how to enter it."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("drop database if exists casebook_floor with (force)")
        connection.execute("create database casebook_floor")
    parts = urlsplit(owner)
    url = urlunsplit(parts._replace(path="/casebook_floor"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((FLOOR / "schema.sql").read_text())
    return url


def _stored(owner: str) -> int:
    with psycopg.connect(owner) as connection:
        row = connection.execute("select count(*) from casebook_alert").fetchone()
    return row[0] if row else 0


def _pgbench(url: str, seconds: float) -> float:
    folder, _ = find_postgres()
    command = [
        str(folder / "pgbench"), "-n", "-f", str(FLOOR / "alert5.sql"), "-c", str(CLIENTS), "-j", "2",
        "-T", str(int(seconds)), url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said no rate: {done.stdout[-500:]}")
    return float(found.group(1))
