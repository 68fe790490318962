"""One alert per request over the full path, beside PostgreSQL's own rate for an alert and five observables."""

from __future__ import annotations

import itertools
import json
import os
import re
import statistics
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.client import load
from bench.instance import owner_url
from config.services.binaries import find_postgres
from config.services.throwaway import RunningStack

FLOOR = Path(__file__).parent / "floor"
HOSTS = 200
CLIENTS = 4
_TPS = re.compile(r"tps = ([\d.]+)")


def measure(stack: RunningStack, *, rounds: int = 3, seconds: float = 5.0) -> dict[str, Any]:
    """Interleaved rounds of pgbench and of ours; the ratio is taken within each round, and its median told."""
    token = stack.manage("issue_token", "--source", "bench", "--team", "blue").strip()
    floor = _floor_database(owner_url(stack))
    url = f"{stack.url}/api/v1/alerts/"
    shapes = {"200 rotating keys": _alerts(HOSTS), "a new case each": _alerts(0), "one open case": _alerts(1)}
    found: dict[str, Any] = {}
    for name, make in shapes.items():
        ratios, rates, floors, late = [], [], [], []
        for _ in range(rounds):
            tps = _pgbench(floor, seconds)
            ours = load(
                url,
                make=make,
                headers={"Authorization": f"Bearer {token}"},
                clients=CLIENTS,
                seconds=seconds,
                expect={200, 201},
            )
            if ours.wrong:
                raise RuntimeError(f"intake answered {ours.wrong}")
            ratios.append(ours.rate / tps)
            rates.append(ours.rate)
            floors.append(tps)
            late.append(ours.p95_ms)
        found[name] = {
            "share_of_floor": round(statistics.median(ratios), 4),
            "alerts_per_s": round(statistics.median(rates), 1),
            "floor_tps": round(statistics.median(floors), 1),
            "p95_ms": round(statistics.median(late), 1),
        }
    return found


def _alerts(hosts: int) -> Any:
    """Draws bodies of about 2 kB with five observables and a raw event; ``hosts`` keys in turn, 0: a new key each."""
    numbers = itertools.count()
    run = os.urandom(4).hex()

    def make() -> bytes:
        n = next(numbers)
        host = f"ws-{run}-{n if hosts == 0 else n % hosts}"
        digest = f"{n:064x}"
        alert = {
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
        return json.dumps(alert).encode()

    return make


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
