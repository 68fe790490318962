"""A library of several hundred cards through `import_playbooks`: new, the same again, one step of each card edited, and
every step of every card reworded, which is the most that pairing old steps with new ones can cost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.services import places
from config.services.throwaway import RunningStack

CARDS = 656
SEED = 11

_WHAT = (
    "failed logins", "new local accounts", "outbound connections", "scheduled tasks", "archive files", "registry keys",
    "encoded command lines", "mailbox rules", "directory queries", "driver loads", "remote service creations",
)  # fmt: skip
_WHERE = (
    "on domain controllers",
    "from one address",
    "outside business hours",
    "on file servers",
    "in the cloud tenant",
)
_LOGS = ("authentication logs", "process creation events", "proxy logs", "mail gateway logs", "EDR telemetry")
_ROWS: dict[str, tuple[str, ...]] = {
    "Log Sources to Investigate": ("{logs} (e.g. Event ID {n}): look for {what} {where}.",),
    "Key Indicators": (
        "Unusual {what} {where}.",
        "{what} that exceed {n} per hour.",
        "A parent process seen with {what}.",
    ),
    "Questions for Analysis": (
        "Are there repeated {what} {where}?",
        "Is the account authorised to cause {what} {where}?",
        "Which hosts show {what}, and since when?",
        "Do {logs} show more than {n} of them within an hour?",
    ),
    "Decision for Escalation": (
        "{what} {where} continue for {n} minutes",
        "{what} were followed by a successful login",
    ),
    "Additional Analysis Steps for L1": ("Check {logs} for earlier {what}.", "Ask the owner of the host about {what}."),
    "T2 Analyst Actions": (
        "Correlate {what} with {logs} of the last {n} days.",
        "Review the timeline of {what} {where}.",
    ),
    "Containment and Further Analysis": ("Isolate the host that shows {what}.", "Reset the accounts behind {what}."),
}
_STYLES = ("br", "prose", "numbers")
_REWORDED = "When the shift looks again: "
_ROUNDS: dict[str, dict[str, str]] = {
    "new": {},
    "same again": {},
    "each edited": {"edit": " by hand"},
    "each wholly reworded": {"edit": " by hand", "before": _REWORDED},
}
"""Of a reworded step all old words are still there: no pair of a section can be told apart by words alone."""


def measure(stack: RunningStack) -> dict[str, dict[str, Any]]:
    """Wall and processor time in seconds and the command's own peak memory in MiB, of four imports of one folder.

    On a busy machine the processor time is what to read; PostgreSQL's share is not in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        cards = Path(folder)
        figures = {}
        for round_name, how in _ROUNDS.items():
            for number, text in enumerate(library(**how)):
                (cards / f"{number:03}.md").write_text(text)
            figures[round_name] = _import(stack, cards)
        return figures


def library(edit: str = "", before: str = "") -> Iterator[str]:
    """The cards, the same on every call; ``edit`` is put into one step of each, ``before`` before every one."""
    chance = random.Random(SEED)
    for number in range(CARDS):
        rows = [f"| {label} | {_cell(chance, label, shapes, before)} |" for label, shapes in _ROWS.items()]
        head = (
            f"| Column Name | Value |\n|---|---|\n| MITRE Tactic | Discovery |\n| MITRE TTP | T{2000 + number} |\n"
            f"| MITRE Sub-TTP | N/A |\n| Name | Library card {number} |\n"
        )
        rows[-1] = rows[-1].removesuffix(" |") + f"<br>Tell the lead of the shift{edit}. |"
        yield head + "\n".join(rows) + "\n"


def _cell(chance: random.Random, label: str, shapes: tuple[str, ...], before: str) -> str:
    count = chance.randint(3, 5)
    items = [
        before
        + chance.choice(shapes).format(
            what=chance.choice(_WHAT), where=chance.choice(_WHERE), logs=chance.choice(_LOGS), n=chance.randint(2, 9000)
        )
        for _ in range(count)
    ]
    lead = "Escalate to Tier 2 if: " if label.startswith("Decision") else ""
    style = chance.choice(_STYLES)
    if style == "prose":
        return lead + " ".join(item if item.endswith((".", "?")) else f"{item}." for item in items)
    numbered = [f"{place}. {item}" for place, item in enumerate(items, start=1)]
    return lead + ("<br>" if style == "br" else " ").join(numbered)


def _import(stack: RunningStack, folder: Path) -> dict[str, Any]:
    command = [sys.executable, str(places.PROJECT / "manage.py"), "import_playbooks", str(folder), "--library", "bench"]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=dict(stack.env), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read().splitlines()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("\n".join(said[-5:]))
    return {
        "cards": CARDS,
        "s": round(time.perf_counter() - began, 2),
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "peak_mib": round(used.ru_maxrss / 1024, 1),
        "said": said[-1],
    }
