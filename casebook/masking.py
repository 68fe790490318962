"""Secrets that stand in addresses, hidden wherever an address is written down. Pure."""

from __future__ import annotations

import re

_SOURCE_KEY = re.compile(r"(/intake/[^/\s\"'?#]{1,60}/)[^/\s\"'?#]+")
_LOOKS_LIKE_ONE = re.compile(r"\bcbk?_[A-Za-z0-9_-]{20,}")
HIDDEN = r"\1***"


def masked(text: str) -> str:
    """The text without source keys: none after ``/intake/<adapter>/``, and nothing that looks like a token of ours."""
    if "/intake/" in text:
        text = _SOURCE_KEY.sub(HIDDEN, text)
    return _LOOKS_LIKE_ONE.sub("cb_***", text) if "cb" in text else text
