"""From the upload of a log of about seven thousand lines to every answer on the page."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.client import ask
from config.services.throwaway import RunningStack
from triage.demo.log import ATTACKER, VICTIM, demo_log

LINES = 7_100
PATIENCE_S = 30.0
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


def _log() -> tuple[bytes, int]:
    parts: list[str] = []
    start = datetime(2026, 1, 5, tzinfo=UTC)
    seed = 1
    while len(parts) < LINES:
        parts += demo_log(seed=seed, start=start).text.splitlines()
        seed, start = seed + 1, start + timedelta(days=7)
    parts = parts[:LINES]
    return ("\n".join(parts) + "\n").encode(), len(parts)


def _case(stack: RunningStack, token: str, number: int) -> str:
    alert = {
        "external_id": f"evidence-{time.time_ns()}",
        "title": f"Failed logins, round {number}",
        "rule": {"id": f"evidence-{time.time_ns()}"},
        "techniques": ["T1589"],
        "observables": [
            {"type": "ip", "value": ATTACKER, "role": "source"},
            {"type": "user", "value": VICTIM, "role": "target"},
        ],
    }
    return str(ask(f"{stack.url}/api/v1/alerts/", token=token, method="POST", data=alert)["case"])


def _upload(stack: RunningStack, token: str, ref: str, text: bytes) -> None:
    edge = "casebook-bench-edge"
    fields = {"timezone": b"UTC", "year": b"2026"}
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    )
    body += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="auth.log"\r\n\r\n'.encode() + text
    body += f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    ask(f"{stack.url}/api/v1/cases/{ref}/evidence/", token=token, method="POST", data=body, headers=headers)


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
