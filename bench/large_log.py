"""A million lines of sshd, from the file to what five detectors say of it, cold: seconds, CPU and peak memory.

`python -m bench.large_log [--lines 1000000]`. The child is the product's, started for it, so that its start counts.
Beside it, on the same file: ``grep -c``, the floor of reading it at all, and ``fail2ban-regex``, which looks for the
same failures; it is fetched as a Debian package into a folder of its own and left out where that cannot be had.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import auth_log
from triage.detectors.protocol import Context, Scope
from triage.detectors.registry import DETECTORS
from triage.detectors.run import EvidenceInput, compute
from triage.events import children
from triage.events.read import read_evidence

ASKED = ("D01", "D02", "D03", "D05", "D07")
LANE = "large"
PYTHON = "/usr/bin/python3"
"""The system's own, for which its packages are made."""


def measure(lines: int = 1_000_000) -> dict[str, Any]:
    """Ours, then grep and fail2ban-regex; CPU seconds are user and system time of each process."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as folder:
        path = Path(folder) / "auth.log"
        size = auth_log.write(path, lines)
        ours = _ours(path, lines, Path(folder) / "cache")
        grep_s, grep_cpu = _timed(["grep", "-c", "Failed password", str(path)])
        figures = {"lines": lines, "mb": size >> 20, **ours, "grep_s": grep_s, "grep_cpu_s": grep_cpu}
        beside = _fail2ban(path, Path(folder) / "fail2ban")
        if beside is not None:
            ratio = round(beside[1] / ours["cpu_s"], 1)
            figures |= {"fail2ban_s": beside[0], "fail2ban_cpu_s": beside[1], "times_less_cpu": ratio}
        return figures


def _ours(path: Path, lines: int, cache: Path) -> dict[str, Any]:
    """Cold: from no child to the findings. A child that grew while reading is replaced by another; both count."""
    children.stop()
    spent, began = _cpu_of_children(), time.perf_counter()
    result = read_evidence(
        path, evidence_id=1, name=path.name, sha256="0" * 64, cache_dir=cache,
        received_at=auth_log.START + timedelta(days=200),
    )  # fmt: skip
    read_s, read_mb = time.perf_counter() - began, _peak_mb(children.LANES[LANE].pid)
    if result.state != "ready" or (result.lines, result.not_understood) != (lines, 0):
        raise RuntimeError(f"the log was not read: {result}")
    found = compute(
        inputs=[EvidenceInput("auth.log", "0" * 64, 1, result.events_path, result.cache_key, str(path))],
        context=Context(ranges=(("192.0.2.0/24", "office"),)),
        scope=Scope(ips=(auth_log.ATTACKER,), users=(auth_log.VICTIM,)),
        detectors={name: DETECTORS[name] for name in ASKED},
    )
    seconds, judge_mb = time.perf_counter() - began, _peak_mb(children.LANES[LANE].pid)
    children.stop()
    said = {one.detector: one.answer for one in found if one.scope == "case"}
    if said != {"D01": "yes", "D02": "yes", "D03": "no", "D05": "yes", "D07": "yes"}:
        raise RuntimeError(f"the detectors say something else of this log: {said}")
    return {
        "seconds": round(seconds, 2),
        "read_s": round(read_s, 2),
        "cpu_s": round(_cpu_of_children() - spent, 2),
        "peak_mb": round(max(read_mb, judge_mb)),
        "read_peak_mb": round(read_mb),
    }


def _fail2ban(path: Path, folder: Path) -> tuple[float, float] | None:
    """Seconds and CPU seconds of ``fail2ban-regex`` with its own sshd filter; None where it cannot be had."""
    folder.mkdir()
    try:
        _quietly(["apt-get", "download", "fail2ban"], folder)
        _quietly(["dpkg-deb", "-x", *map(str, folder.glob("fail2ban_*.deb")), str(folder)], folder)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"fail2ban-regex is left out: {error}", flush=True)
        return None
    command = [
        PYTHON, str(folder / "usr/bin/fail2ban-regex"), "-c", str(folder / "etc/fail2ban"),
        str(path), str(folder / "etc/fail2ban/filter.d/sshd.conf"),
    ]  # fmt: skip
    return _timed(command, {"PYTHONPATH": str(folder / "usr/lib/python3/dist-packages")})


def _quietly(command: Sequence[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)


def _timed(command: Sequence[str], more: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds by the wall clock and of CPU. The output is taken: grep stops at the first line where nobody wants it."""
    spent, began = _cpu_of_children(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **(more or {})})
    return round(time.perf_counter() - began, 2), round(_cpu_of_children() - spent, 2)


def _cpu_of_children() -> float:
    """CPU seconds of all processes of ours that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _peak_mb(pid: int | None) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.large_log", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="how long a log")
    for name, figure in measure(parser.parse_args().lines).items():
        print(f"{name:<16} {figure}")


if __name__ == "__main__":
    main()
