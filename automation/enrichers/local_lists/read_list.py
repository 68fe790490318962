"""One list file: plain text, one value a line, or a warning list in the JSON of MISP's collection.

Text: `#` begins a comment, a value may be followed by a tab and a count. Values are addresses, ranges, domains, URLs,
mailboxes or hashes, mixed as they come. The date of a list is, in this order: its sidecar (`<file>.meta`, JSON with
``date``, ``title``, ``says``, ``link``), a date in its first comments, the date in its version, the file's own time.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from automation.enrichers.local_lists.ranges import Ranges
from automation.enrichers.protocol import KNOWN_INFRASTRUCTURE, LISTED

BIGGEST = 64 * 1024 * 1024
HEAD_LINES = 20
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
# MISP's names of attributes, by our types of observable.
ATTRIBUTES = {
    "ip": {"ip-src", "ip-dst", "domain|ip", "ip-src|port", "ip-dst|port"},
    "domain": {"domain", "hostname", "domain|ip"},
    "url": {"url", "uri", "link"},
    "email": {"email", "email-src", "email-dst", "whois-registrant-email", "target-email", "dns-soa-email"},
    "hash": {"md5", "sha1", "sha256", "sha512", "filename|md5", "filename|sha1", "filename|sha256"},
}


class Unusable(Exception):
    """A file that is not a list we can use. ``types`` are those it might have said something about: for them, being on
    no other list is not being on no list. The message is for whoever keeps the folder."""

    def __init__(self, why: str, types: frozenset[str] = frozenset(ATTRIBUTES)) -> None:
        super().__init__(why)
        self.types = types


@dataclass(frozen=True)
class List:
    """One list, ready to be asked.

    ``level`` where its name ends in a number (``level5``); ``family`` is what stands before the number.
    ``how`` says what an entry covers: exact, hostname (itself and what is below), substring.
    """

    name: str
    family: str
    level: int | None
    says: str
    date: date
    types: frozenset[str]
    how: str = "exact"
    ranges: Ranges = field(default_factory=Ranges)
    words: dict[str, int] = field(default_factory=dict)
    title: str = ""
    link: str = ""

    @property
    def size(self) -> int:
        return len(self.ranges) + len(self.words)


def read_list(path: Path, root: Path) -> List:
    """The list in a file. Raises Unusable naming what is wrong, OSError where it cannot be read."""
    stat = path.stat()
    if stat.st_size > BIGGEST:
        raise Unusable(f"larger than {BIGGEST // 1024 // 1024} MiB")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"not text in UTF-8 at byte {error.start}") from error
    meta = _sidecar(path)
    own_time = datetime.fromtimestamp(stat.st_mtime, UTC).date()
    read = _warning_list if path.suffix == ".json" else _text_list
    return read(_name(path, root), text, meta, own_time)


def _name(path: Path, root: Path) -> str:
    """The file's name; a file called list.json is named by its folder."""
    return path.parent.name if path.stem == "list" and path.parent != root else path.stem


def _text_list(name: str, text: str, meta: dict[str, Any], own_time: date) -> List:
    ranges, words, head = Ranges(), {}, []
    for number, line in enumerate(text.splitlines()):
        value, _, comment = line.partition("#")
        if comment and number < HEAD_LINES:
            head.append(comment)
        fields = value.split()
        if not fields:
            continue
        count = int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else 0
        if not ranges.add(fields[0]):
            words[fields[0].casefold()] = count
    if not len(ranges) and not words:
        raise Unusable("it holds no value")
    dated = _date_of(meta) or _stated("\n".join(head)) or own_time
    return _made(name, meta, dated, LISTED, frozenset(ATTRIBUTES), "exact", ranges, words)


def _warning_list(name: str, text: str, meta: dict[str, Any], own_time: date) -> List:
    try:
        document = json.loads(text)
        entries, kind = document["list"], str(document.get("type", "string"))
        matching = {str(item) for item in document.get("matching_attributes") or []}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unusable(f"not a warning list: {type(error).__name__} {error}") from error
    types = frozenset(ours for ours, theirs in ATTRIBUTES.items() if not matching or theirs & matching)
    if kind not in ("cidr", "string", "hostname", "substring"):
        raise Unusable(f"a list of type {kind} is not used", types)
    ranges, words = Ranges(), {}
    for entry in map(str, entries):
        if not ranges.add(entry):
            words[entry.casefold().strip(".")] = 0
    how = kind if kind in ("hostname", "substring") else "exact"
    dated = _date_of(meta) or versioned(document.get("version")) or own_time
    meta = {"title": str(document.get("name", ""))} | meta
    return _made(name, meta, dated, KNOWN_INFRASTRUCTURE, types, how, ranges, words)


def _made(
    name: str, meta: dict[str, Any], dated: date, says: str, types: frozenset[str], how: str, ranges: Ranges,
    words: dict[str, int],
) -> List:  # fmt: skip
    said = str(meta.get("says", says))
    if said not in (LISTED, KNOWN_INFRASTRUCTURE):
        raise Unusable(f"its sidecar says {said}: only {LISTED} or {KNOWN_INFRASTRUCTURE}")
    family, level = _level(name)
    ranges.close()
    return List(
        name,
        family,
        level,
        said,
        dated,
        types,
        how,
        ranges,
        words,
        str(meta.get("title", "")),
        str(meta.get("link", "")),
    )


def _level(name: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(.*\D)(\d{1,3})", name)
    return (found.group(1), int(found.group(2))) if found else (name, None)


def _sidecar(path: Path) -> dict[str, Any]:
    beside = path.with_name(path.name + ".meta")
    if not beside.exists():
        return {}
    try:
        meta = json.loads(beside.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"its sidecar {beside.name} is not JSON") from error
    if not isinstance(meta, dict):
        raise Unusable(f"its sidecar {beside.name} is not an object")
    return meta


def _date_of(meta: dict[str, Any]) -> date | None:
    if "date" not in meta:
        return None
    try:
        return date.fromisoformat(str(meta["date"]))
    except ValueError as error:
        raise Unusable(f"its sidecar's date {meta['date']} is not like 2026-08-22") from error


def _stated(text: str) -> date | None:
    found = _ISO.search(text)
    return _valid(*map(int, found.groups())) if found else None


def versioned(version: object) -> date | None:
    """The date in a version number: ``20260811`` or ``26081101`` (the first of that day). None for a mere number."""
    text = str(version)
    if not re.fullmatch(r"\d{8}", text):
        return None
    whole = _valid(int(text[:4]), int(text[4:6]), int(text[6:])) if text.startswith("20") else None
    return whole or _valid(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
