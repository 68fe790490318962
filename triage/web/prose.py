"""The light Markdown of a hand-over as blocks a template can show. No HTML is made here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

_BOLD = re.compile(r"\*\*(.+?)\*\*|`([^`]+)`")


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``kind`` is "", ``bold`` or ``code``."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Block:
    """``kind`` is heading, list or paragraph; ``lines`` are its pieces, line by line."""

    kind: str
    lines: list[list[Piece]]


def blocks(text: str) -> list[Block]:
    """What was written, in order; nothing is dropped."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    found = []
    for kind, group in groupby(lines, key=_kind):
        shown = [_pieces(_bare(line)) for line in group]
        if kind == "heading":
            found += [Block("heading", [line]) for line in shown]
        elif kind:
            found.append(Block(kind, shown))
    return found


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    if line.startswith("#"):
        return "heading"
    return "list" if line.lstrip().startswith(("- ", "* ")) else "paragraph"


def _bare(line: str) -> str:
    return re.sub(r"^\s*(?:#+\s+|[-*]\s+)", "", line)


def _pieces(line: str) -> list[Piece]:
    found, at = [], 0
    for match in _BOLD.finditer(line):
        found += [Piece(line[at : match.start()]), Piece(match[1] or match[2], "bold" if match[1] else "code")]
        at = match.end()
    return [piece for piece in [*found, Piece(line[at:])] if piece.text]
