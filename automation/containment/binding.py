"""What an approval is bound to: what would change what is done, and what the one who agrees was looking at."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from automation.models import Action


def digest(action: Action) -> str:
    """SHA-256 over connector (and where it points), kind, target, parameters and expiry, as canonical JSON."""
    bound = {
        "connector": [action.connector_id, action.connector.kind, action.connector.settings],
        "kind": action.kind,
        "target": action.target,
        "parameters": action.parameters,
        "expires_in_s": action.expires_in_s,
    }
    return _sha256(bound)


PARTS = ("what", "where", "for how long", "guard rails", "reach", "undo", "reason", "who asked")
"""What a person looks at before they agree, in the order `seen_of` takes it."""
_LENGTH = 16


def seen_of(action: Action) -> str:
    """What stands there to be agreed to, as one text: a digest of each of PARTS. Opaque to who sends it back.

    Wider than `digest`: the reason or the requester changes nothing at the target, and yet what one agrees to.
    """
    connector = action.connector
    rails = [[rail["rail"], rail["passed"], rail.get("needs_lead", False)] for rail in action.guard_rails]
    values: tuple[Any, ...] = (
        [action.kind, action.target, action.parameters],
        [action.connector_id, connector.kind, connector.name, connector.settings],
        action.expires_in_s,
        [rails, action.critical],
        action.reach.get("lines", []),
        action.undo_text,
        action.reason,
        action.requested_by_id,
    )
    return ".".join(_sha256(value)[:_LENGTH] for value in values)


def changed(action: Action, seen: str) -> list[str]:
    """The PARTS that are not as they were seen; all of them where ``seen`` is no text of ours."""
    before, now = seen.split("."), seen_of(action).split(".")
    if len(before) != len(now):
        return list(PARTS)
    return [part for part, old, new in zip(PARTS, before, now, strict=True) if old != new]


def _sha256(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
