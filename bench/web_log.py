"""A combined web log from the file to its events: seconds, CPU and peak memory of the child that reads it.

`python -m bench.web_log [--mb 1000]`. The log is our own, from a seed: a site with some thousand pages, robots and
people, a few odd lines; the child is the product's, started for it, so that its start counts.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from triage.events import children
from triage.events.read import read_evidence

START = datetime(2026, 11, 1, tzinfo=UTC)
BLOCK = 20_000
"""Lines written at once."""

LANE = "large"


def measure(mb: int = 1000) -> dict[str, Any]:
    """Seconds by the wall clock, CPU seconds and peak resident MB of the child, and ``grep -c`` of the same file."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as folder:
        path = Path(folder) / "access.log"
        lines = _write(path, mb << 20)
        children.stop()
        began = time.perf_counter()
        pid = children.LANES[LANE].warm()
        result = read_evidence(
            path, evidence_id=1, name=path.name, sha256=f"{mb:064d}", cache_dir=Path(folder) / "cache",
            received_at=START + timedelta(days=365),
        )  # fmt: skip
        seconds = time.perf_counter() - began
        cpu, peak = _cpu_seconds(pid), _peak_mb(pid)
        children.stop()
        if result.state != "ready" or result.lines != lines:
            raise RuntimeError(f"the log was not read: {result.state}, {result.lines} of {lines} lines, {result.error}")
        return {
            "mb": mb,
            "lines": lines,
            "seconds": round(seconds, 2),
            "cpu_s": round(cpu, 2),
            "peak_mb": round(peak),
            "events_mb": round(Path(str(result.events_path)).stat().st_size / (1 << 20)),
            "grep_s": round(_grep(path), 2),
        }


def _write(path: Path, size: int) -> int:
    """A log of about so many bytes; how many lines it has."""
    draw = random.Random(5)
    number = 0
    with path.open("wb") as file:
        for block in _blocks(draw):
            number += len(block)
            file.write("".join(block).encode())
            if file.tell() >= size:
                return number
    raise AssertionError("blocks never end")


def _blocks(draw: random.Random) -> Iterator[list[str]]:
    clients = [f"{draw.randrange(1, 224)}.{draw.randrange(256)}.{draw.randrange(256)}.9" for _ in range(20_000)]
    pages = [f"/articles/{number}/how-to-{draw.randrange(10**6)}-and-why" for number in range(4_000)]
    agents = [
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
        for system in ("Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7")
        for version in range(100, 140)
    ]
    at = START
    while True:
        chosen = zip(
            draw.choices(clients, k=BLOCK), draw.choices(pages, k=BLOCK), draw.choices(pages, k=BLOCK),
            draw.choices(agents, k=BLOCK), draw.choices((200, 200, 200, 304, 404), k=BLOCK), strict=True,
        )  # fmt: skip
        block = []
        for number, (client, page, referrer, agent, status) in enumerate(chosen):
            if number % 12 == 0:
                at += timedelta(seconds=1)
                stamp = f"{at:%d/%b/%Y:%H:%M:%S} +0000"
            query = f"?page={number}" if number % 5 == 0 else ""
            request = r"\x16\x03\x01" if number % 1000 == 0 else f"GET {page}{query} HTTP/1.1"
            block.append(
                f'{client} - - [{stamp}] "{request}" {status} {number * 7} "https://shop.example{referrer}" "{agent}"\n'
            )
        yield block


def _grep(path: Path) -> float:
    """Seconds to count the lines of one status: the floor of reading the file at all. Its count is taken, since grep
    stops at the first line where nobody wants it."""
    began = time.perf_counter()
    subprocess.run(["grep", "-c", '" 404 ', str(path)], check=True, stdout=subprocess.PIPE)
    return time.perf_counter() - began


def _cpu_seconds(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.web_log", description=__doc__)
    parser.add_argument("--mb", type=int, default=1000, help="size of the log")
    for name, figure in measure(parser.parse_args().mb).items():
        print(f"{name:<10} {figure}")


if __name__ == "__main__":
    main()
