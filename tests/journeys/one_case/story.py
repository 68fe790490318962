"""The story's state, and what its chapters ask of it: an action's way, what reached the target, who got mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from config.services.throwaway import RunningStack
from tests.journeys.casework import Json, Session
from triage.demo.script import Script

SignedIn = Callable[[str], Session]


@dataclass
class Story:
    """The log, what is true of it, and the case as far as it has come."""

    log: bytes
    truth: Json
    year: int
    ref: str = ""
    alert: int = 0
    evidence: int = 0
    actions: dict[str, int] = field(default_factory=dict)


def block(target: str, expires_in: int = 86400) -> Json:
    return {
        "kind": "block_address", "target": target, "connector": "simulated", "expires_in": expires_in,
        "reason": "It guessed its way in.",
    }  # fmt: skip


def reach(script: Script, number: int, *states: str, within_s: float = 30) -> Json:
    def there() -> Json | None:
        action: Json = script.get("tomas", f"actions/{number}/")
        script.check(action["state"] not in ("failed", "unknown", "undo_failed"), f"{action['state']}: {action}")
        return action if action["state"] in states else None

    return dict(script.until(f"action {number} is {' or '.join(states)}", there, within_s=within_s))


def at_target(stack: RunningStack, act: str, *targets: str) -> list[str]:
    """Which of the targets an act reached, once for each time, by the target's own file."""
    lines = (stack.state_dir / "simulated_target.jsonl").read_text().splitlines()
    acts = [json.loads(line) for line in lines]
    return sorted(one["target"] for one in acts if one["act"] == act and one["target"] in targets)


def mails(stack: RunningStack, ref: str, to: str) -> int:
    found = [path.read_text() for path in (stack.state_dir / "mail").glob("*.log")]
    letters = [letter for text in found for letter in text.split("-" * 79)]
    return sum(ref in letter and f"{to}@" in letter for letter in letters)
