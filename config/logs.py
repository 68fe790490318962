"""One line per event: control characters of hostile text never reach a terminal or forge a second line, and source
keys that stand in addresses never reach a file."""

from __future__ import annotations

import logging
import re
import time

from casebook.masking import masked

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class OneLine(logging.Formatter):
    """``2026-11-24T08:00:00Z WARNING casebook.intake: …``, tracebacks folded into the same line."""

    converter = staticmethod(time.gmtime)  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(
            lambda m: f"\\x{ord(m.group()):02x}" if m.group() != "\n" else " | ", masked(super().format(record))
        )
