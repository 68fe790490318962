"""What a file is, by its content: a format we read, a binary file (refused, with what to send instead), or unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from triage.events.lines import HEAD_BYTES, MARK
from triage.events.parsers.protocol import Parser

HEAD_LINES = 200
ENOUGH = 0.5
"""A format must recognise this share of the first lines."""

CONTROL_SHARE = 0.1
"""Text has next to no control characters; above this share a file is binary."""

SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive: unpack it and attach the log inside"),
    (b"PK\x03\x04", "a zip archive or office document: unpack it and attach the log inside"),
    (b"BZh", "a bzip2 archive: unpack it and attach the log inside"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it and attach the log inside"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it and attach the log inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it and attach the log inside"),
    (b"ElfFile\x00", "a Windows event log (EVTX): export it as JSON lines or text and attach that"),
    (b"LPKSHHRH", "a systemd journal: export it with `journalctl -o short-iso` and attach that"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture: this is not a log"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture: this is not a log"),
    (b"%PDF", "a PDF: attach the log itself as text"),
    (b"\xff\xfe\x00\x00", "UTF-32 text: save it as UTF-8 and attach that"),
    (b"\x00\x00\xfe\xff", "UTF-32 text: save it as UTF-8 and attach that"),
)
EXPECTED = "export the log as plain text, one record a line (for example auth.log), and attach that"


@dataclass(frozen=True, slots=True)
class Detected:
    """``format`` is None where none fits; ``refused`` says why a file cannot be a log and what to send instead."""

    format: str | None
    refused: str | None = None


def refusal(head: bytes) -> str | None:
    """Why these first bytes are no text log; None when they may be one."""
    if not head:
        return f"the file is empty: {EXPECTED}"
    for signature, meaning in SIGNATURES:
        if head.startswith(signature):
            return f"binary file: this is {meaning}"
    control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
    if b"\x00" in head[:4096] or control > CONTROL_SHARE * len(head):
        return f"binary file: {EXPECTED}"
    return None


def first_lines(head: bytes) -> list[bytes]:
    """The first whole lines of a head; the last one may be cut off and is left out unless it is the only one."""
    found = head.removeprefix(MARK).split(b"\n")[: HEAD_LINES + 1]
    whole = found if len(head) < HEAD_BYTES and len(found) <= HEAD_LINES else found[:-1] or found
    return [line.rstrip(b"\r") for line in whole if line.strip()]


def detect_format(head: bytes, parsers: Iterable[Parser]) -> Detected:
    """The format that recognises most of the first lines."""
    refused = refusal(head)
    if refused:
        return Detected(None, refused)
    lines = first_lines(head)
    scores = [(parser.recognises(lines), parser.format) for parser in parsers]
    score, name = max(scores, default=(0.0, None))
    return Detected(name if score >= ENOUGH else None)
