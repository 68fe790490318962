"""A credential as the header a system wants. Pure."""

from __future__ import annotations

import base64
import re

_PAIR = re.compile(r"[^:\s]+:.+")


def header(secret: str, scheme: str = "Bearer") -> dict[str, str]:
    """``user:password`` goes as Basic, anything else behind ``scheme``; nothing for no secret."""
    if not secret:
        return {}
    if _PAIR.fullmatch(secret):
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"{scheme} {secret}"}
