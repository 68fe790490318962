"""ATT&CK technique ids in the spellings cards and alerts use."""

from __future__ import annotations

import re

TECHNIQUE = re.compile(r"(?<![A-Za-z0-9])T(\d{4})(?:[./](\d{3})|(\d{3}))?(?![A-Za-z0-9])", re.IGNORECASE)
"""``T1589``, ``T1589.003``, the file-name form ``T1589003`` and the address form ``T1589/003``."""


def find_techniques(text: str) -> tuple[str, ...]:
    """The technique ids in a text, in their dotted form, in order, each once."""
    return tuple(dict.fromkeys(_dotted(match) for match in TECHNIQUE.finditer(text)))


def normalise(value: str) -> str | None:
    """One technique id in its dotted form, or None where the value is not just that."""
    match = TECHNIQUE.fullmatch(value.strip())
    return _dotted(match) if match else None


def parent_of(technique: str) -> str | None:
    """``T1589`` for ``T1589.003``; None for a technique that has no parent."""
    head, dot, _ = technique.partition(".")
    return head if dot else None


def _dotted(match: re.Match[str]) -> str:
    sub = match[2] or match[3]
    return f"T{match[1]}.{sub}" if sub else f"T{match[1]}"
