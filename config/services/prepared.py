"""Whether migrations and first data have anything to do.

They cost more than all the rest of a later start, and do nothing when code, cards and cluster are what they were
after the last time. That is noted in the state folder, for a private server only: a given one others may change.

Standard library only.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from config.services import places
from config.services.greeting import DEMO
from config.services.servers import Servers

NOTE = "prepared"
LOOKED_AT = ("accounts", "automation", "casebook", "config", "triage", "cards", "requirements.txt")


def fingerprint(servers: Servers, url: str) -> str:
    """What the preparation depends on, in one value; empty where it must always run. The demo tells the `url`."""
    if servers.postgres not in servers.private:
        return ""
    cluster = (servers.postgres.data / "PG_VERSION").stat()
    parts = [sys.version, url, f"{cluster.st_ino} {cluster.st_mtime_ns}"]
    for path in _files():
        found = path.stat()
        parts.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_prepared(state: Path, wanted: str) -> bool:
    note = state / NOTE
    return bool(wanted) and (state / DEMO).exists() and note.exists() and note.read_text() == wanted


def remember(state: Path, reached: str) -> None:
    (state / NOTE).write_text(reached)


def forget(state: Path) -> None:
    """Called by whatever may undo what was prepared, and when a start fails."""
    (state / NOTE).unlink(missing_ok=True)


def _files() -> Iterator[Path]:
    for name in LOOKED_AT:
        top = places.PROJECT / name
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        yield from (path for path in found if path.suffix != ".pyc" and path.is_file())
