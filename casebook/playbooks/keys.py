"""A step's name across versions: its section and a hash of its text, without what does not change its meaning."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

KEY = re.compile(r"[a-z0-9_]+:[0-9a-f]{12}(?:-\d{1,3})?")

_MARKUP = re.compile(r"</?(?:code|b|i|em|strong|br)\s*/?>|[*`]+", re.IGNORECASE)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def fold(text: str) -> str:
    """Two texts with one fold are one step: case, spacing, markup, quotes' shape and the last stop do not count."""
    plain = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text).translate(_QUOTES))
    return " ".join(plain.casefold().split()).strip(" .?!;:,")


def step_key(section: str, text: str) -> str:
    """``question:`` and the first twelve hexadecimal digits of the SHA-256 of the folded text."""
    return f"{section}:{hashlib.sha256(fold(text).encode()).hexdigest()[:12]}"


def unique_keys(section: str, texts: Iterable[str]) -> list[str]:
    """Keys for a section's texts in order. One that repeats gets ``-2``, ``-3``: a key names one step of a card."""
    seen: dict[str, int] = {}
    keys = []
    for text in texts:
        key = step_key(section, text)
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return keys
