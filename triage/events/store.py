"""The cache of parsed events: Parquet beside a JSON result, by what they were read from and how.

Deletable at any time; the original file is the truth. A write is a temporary file renamed into place, so that a reader
sees a whole file or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from triage.events.schema import SCHEMA


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Everything the events of a file depend on."""

    sha256: str
    format: str
    parser_version: int
    timezone: str
    year: int | None
    stated: str
    """Which assumptions a person stated; they are part of `time_basis`."""

    @property
    def name(self) -> str:
        how = f"{self.timezone}|{self.year}|{self.stated}"
        return f"{self.sha256}-{self.format}-{self.parser_version}-{hashlib.sha256(how.encode()).hexdigest()[:12]}"


def places(cache_dir: Path, key: CacheKey) -> tuple[Path, Path]:
    """Where the events and the result of a key lie."""
    folder = cache_dir / key.sha256[:2]
    return folder / f"{key.name}.parquet", folder / f"{key.name}.json"


def cached(cache_dir: Path, key: CacheKey) -> dict[str, Any] | None:
    """An earlier result, when its events are still there too."""
    events, result = places(cache_dir, key)
    try:
        found = json.loads(result.read_bytes())
    except (OSError, ValueError):
        return None
    return found if events.is_file() else None


def keep(cache_dir: Path, key: CacheKey, events: pl.DataFrame, result: dict[str, Any]) -> None:
    """Write both; the result last, since it says that the events are whole."""
    events_path, result_path = places(cache_dir, key)
    _atomically(events_path, lambda path: events.write_parquet(path, compression="zstd"))
    _atomically(result_path, lambda path: path.write_text(json.dumps(result), encoding="utf-8"))


def read_events(path: Path, *, evidence_id: int, name: str) -> pl.DataFrame:
    """Cached events, told which evidence of which case they are. An older cache lacks the fields born since: null."""
    events = pl.read_parquet(path)
    lacking = [pl.lit(None, dtype=kind).alias(field) for field, kind in SCHEMA.items() if field not in events.columns]
    return located(events.with_columns(lacking), evidence_id=evidence_id, name=name)


def located(events: pl.DataFrame, *, evidence_id: int | None, name: str) -> pl.DataFrame:
    """Events with the evidence they came from; inline events of an alert have a name but no id."""
    return events.with_columns(
        pl.lit(evidence_id, dtype=pl.Int64).alias("evidence.id"), pl.lit(name, dtype=pl.String).alias("evidence.file")
    )


def _atomically(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    os.close(handle)
    try:
        write(Path(name))
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
