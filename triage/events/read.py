"""What the evidence worker calls to read a file. The reading itself happens in a child (`triage.events.reading`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from triage.events import children
from triage.events.registry import PARSERS
from triage.events.result import ReadResult

DEADLINE_S = {"small": 30.0, "large": 600.0}
MEMORY_MB = {"small": 600, "large": 1500}


def read_evidence(
    path: str | Path,
    *,
    evidence_id: int,
    name: str,
    sha256: str,
    cache_dir: str | Path,
    format: str | None = None,
    timezone: str | None = None,
    year: int | None = None,
    received_at: datetime | None = None,
    progress: Callable[[float], None] | None = None,
    parsers: Mapping[str, str] = PARSERS,
) -> ReadResult:
    """Parse a file into the cache and say what came of it; never raises for what the file holds.

    ``format`` forces one; ``timezone`` (IANA) and ``year`` (of the first line) state what the lines leave open, None
    lets them be assumed. ``received_at`` is the day the year is assumed from. ``progress`` is called with 0 to 1.
    """
    path = Path(path)
    try:
        lane = "large" if path.stat().st_size >= children.LARGE_BYTES else "small"
    except OSError as error:
        return ReadResult(state="failed", error=f"The original of {name} cannot be opened: {error.strerror}.")
    request = {
        "path": str(path),
        "evidence": evidence_id,
        "sha256": sha256,
        "cache_dir": str(cache_dir),
        "format": format,
        "timezone": timezone,
        "year": year,
        "received_at": (received_at or datetime.now(UTC)).isoformat(),
        "parsers": dict(parsers),
    }
    try:
        result = children.ask(
            "triage.events.reading.read_file",
            request,
            lane=lane,
            deadline_s=DEADLINE_S[lane],
            memory_mb=MEMORY_MB[lane],
            progress=progress,
        )
    except children.ChildFailed as failure:
        return ReadResult(state="failed", format=format, error=str(failure))
    return ReadResult.from_json(result)
