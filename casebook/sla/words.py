"""Spans as words for sentences that are kept: journal entries and the explanations of clocks. Pure."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86400


def span_words(seconds: float) -> str:
    """A length of time, two units at most: ``52 s``, ``4 min``, ``1 h 52``, ``2 d 04``; the sign is dropped."""
    left = abs(int(seconds))
    if left < MINUTE:
        return f"{left} s"
    if left < HOUR:
        return f"{left // MINUTE} min"
    big, small, unit = (HOUR, MINUTE, "h") if left < DAY else (DAY, HOUR, "d")
    whole, rest = divmod(left, big)
    rest //= small
    return f"{whole} {unit} {rest:02d}" if rest else f"{whole} {unit}"
