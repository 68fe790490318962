"""From the upload of a log to every answer on the page: one of seven thousand lines, and one of a million.

`python -m bench.evidence [--lines 1000000]` is the second alone; `bench.large_log` is the same without the instance.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import auth_log
from bench.client import ask, load
from bench.pages import signed_in
from config.services.throwaway import RunningStack, throwaway_stack
from triage.demo.log import ATTACKER, VICTIM, demo_log

LINES = 7_100
PATIENCE_S = 30.0
LARGE_CAP = 256 << 20
COMPUTED = {"D01", "D02", "D03", "D05", "D07"}


def measure(stack: RunningStack, *, rounds: int = 5) -> dict[str, Any]:
    """Each round opens a case, uploads the log, and waits until every detector has answered from it."""
    source = stack.manage("issue_token", "--source", "bench", "--team", "blue").strip()
    lina = stack.manage("issue_token", "--user", "lina").strip()
    text, lines = _log()
    took = []
    for number in range(rounds):
        ref = _case(stack, source, number)
        began = time.perf_counter()
        _upload(stack, lina, ref, text)
        _wait(stack, lina, ref)
        took.append(time.perf_counter() - began)
    return {"lines": lines, "median_s": round(statistics.median(took), 2), "slowest_s": round(max(took), 2)}


def measure_large(lines: int = 1_000_000, *, seconds: float = 5.0) -> dict[str, Any]:
    """A log of so many lines on an instance of its own that takes files so large: seconds from its upload to all
    answers, and milliseconds to open one of its last lines as a page, and in place as a row of evidence opens it."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as folder:
        path = Path(folder) / "auth.log"
        auth_log.write(path, lines)
        text = path.read_bytes()
    with throwaway_stack({"CASEBOOK_EVIDENCE_CAP": str(LARGE_CAP)}, durable=True) as stack:
        source = stack.manage("issue_token", "--source", "bench", "--team", "blue").strip()
        lina = stack.manage("issue_token", "--user", "lina").strip()
        ref = _case(stack, source, 0, address=auth_log.ATTACKER, user=auth_log.VICTIM)
        began = time.perf_counter()
        evidence = _upload(stack, lina, ref, text)
        uploaded = time.perf_counter() - began
        _wait(stack, lina, ref)
        answered = time.perf_counter() - began
        cookie = signed_in(stack, "lina")
        line = f"{stack.url}/evidence/{evidence}/lines/?line={lines - 100}"
        opened = {}
        for name, headers in (("page", {}), ("in place", {"HX-Request": "true"})):
            told = load(
                line, make=None, headers={"Cookie": cookie, **headers}, clients=1, seconds=seconds, expect={200}
            )
            if told.wrong or not told.ok:
                raise RuntimeError(f"{line} answered {told.wrong}")
            opened[name] = {"p50_ms": round(told.p50_ms, 1), "p95_ms": round(told.p95_ms, 1)}
        return {
            "lines": lines,
            "mb": len(text) >> 20,
            "upload_s": round(uploaded, 2),
            "answers_s": round(answered, 2),
            "opens": opened,
        }


def _log() -> tuple[bytes, int]:
    parts: list[str] = []
    start = datetime(2026, 1, 5, tzinfo=UTC)
    seed = 1
    while len(parts) < LINES:
        parts += demo_log(seed=seed, start=start).text.splitlines()
        seed, start = seed + 1, start + timedelta(days=7)
    parts = parts[:LINES]
    return ("\n".join(parts) + "\n").encode(), len(parts)


def _case(stack: RunningStack, token: str, number: int, *, address: str = ATTACKER, user: str = VICTIM) -> str:
    alert = {
        "external_id": f"evidence-{time.time_ns()}",
        "title": f"Failed logins, round {number}",
        "rule": {"id": f"evidence-{time.time_ns()}"},
        "techniques": ["T1589"],
        "observables": [
            {"type": "ip", "value": address, "role": "source"},
            {"type": "user", "value": user, "role": "target"},
        ],
    }
    return str(ask(f"{stack.url}/api/v1/alerts/", token=token, method="POST", data=alert)["case"])


def _upload(stack: RunningStack, token: str, ref: str, text: bytes) -> int:
    """Attach the log; its number."""
    edge = "casebook-bench-edge"
    fields = {"timezone": b"UTC", "year": b"2026"}
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    )
    body += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="auth.log"\r\n\r\n'.encode() + text
    body += f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    url = f"{stack.url}/api/v1/cases/{ref}/evidence/"
    return int(ask(url, token=token, method="POST", data=body, headers=headers)["evidence"])


def _wait(stack: RunningStack, token: str, ref: str) -> None:
    """Until each detector that reads events has told yes, no or partly in this case's run."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        run = ask(f"{stack.url}/api/v1/cases/{ref}/run/", token=token)
        said = {
            finding["detector"]
            for step in run["steps"]
            for finding in step["findings"]
            if finding["scope"] == "case" and finding["answer"] != "cannot_tell"
        }
        if said >= COMPUTED - {"D07"}:
            return
        time.sleep(0.05)
    raise RuntimeError(f"{ref}: no answers within {PATIENCE_S} s")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="how long a log")
    for name, figure in measure_large(parser.parse_args().lines).items():
        print(f"{name:<10} {figure}")


if __name__ == "__main__":
    main()
