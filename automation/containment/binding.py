"""What an approval is bound to: a digest of everything that would change what is done."""

from __future__ import annotations

import hashlib
import json

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
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
