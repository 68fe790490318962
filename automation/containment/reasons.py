"""Free text that explains an act: there, and not a wall."""

from __future__ import annotations

from casebook.errors import Invalid

LEAST, MOST = 3, 2000


def required(reason: str) -> str:
    """The reason without blanks around it. Raises Invalid naming the field."""
    text = reason.strip()
    if len(text) < LEAST:
        raise Invalid("Say why, in half a sentence.", errors={"reason": [f"at least {LEAST} characters"]})
    return optional(text)


def optional(reason: str) -> str:
    text = reason.strip()
    if len(text) > MOST:
        raise Invalid("The reason is too long.", errors={"reason": [f"at most {MOST} characters"]})
    return text
