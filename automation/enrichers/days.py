"""A day as summaries write it."""

from __future__ import annotations

from datetime import date


def day(value: date) -> str:
    """``22 Aug 2026``."""
    return f"{value.day} {value:%b %Y}"
