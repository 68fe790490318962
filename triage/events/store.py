"""The cache of parsed events: Parquet beside a JSON result, by what they were read from and how.

Deletable at any time; the original file is the truth. A write is a temporary file renamed into place, so that a reader
sees a whole file or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from triage.events.schema import LOCATED, SCHEMA

ONCE = ("time_basis", "host.name", "service.name", "event.category", "event.outcome", "event.action")
"""Fields that are often the same in all events of a log: then they are held once and not once a row."""


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


def keep_events(cache_dir: Path, key: CacheKey, frames: Iterator[pl.DataFrame], columns: Sequence[str]) -> Path:
    """Write the events of all frames, with these columns of theirs, as they come: memory stays with a few frames."""
    path = places(cache_dir, key)[0]
    first, second = next(frames, pl.DataFrame(schema=SCHEMA)), next(frames, None)
    if second is None:
        _atomically(path, lambda draft: _aligned(first, columns).write_parquet(draft, compression="zstd"))
    else:
        whole = _lazily(chain((first, second), frames), columns)
        _atomically(path, lambda draft: whole.sink_parquet(draft, compression="zstd"))
    return path


def keep_result(cache_dir: Path, key: CacheKey, result: dict[str, Any]) -> None:
    """Write the result; after the events, since it says that they are whole."""
    _atomically(places(cache_dir, key)[1], lambda path: path.write_text(json.dumps(result), encoding="utf-8"))


def read_events(path: Path, *, evidence_id: int, name: str) -> pl.DataFrame:
    """Cached events, told which evidence of which case they are, with all columns in order."""
    return together([stored_events(path, evidence_id=evidence_id, name=name)])


def stored_events(path: Path, *, evidence_id: int, name: str) -> pl.DataFrame:
    """The same with the columns that the cache has. It lacks fields that no event fills, and those born since."""
    stored = pl.read_parquet_schema(path)
    events = pl.read_parquet(path, columns=[field for field in SCHEMA if field in stored])
    same = [name for name in ONCE if name in stored and events[name].n_unique() == 1]
    once = [pl.lit(events[name][0], dtype=SCHEMA[name]).alias(name) for name in same]
    return located(events.with_columns(once), evidence_id=evidence_id, name=name)


def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Located events of several pieces of evidence in one frame with all columns in order.

    Fields that no part has are null and take no room, whereas a null text among others takes sixteen bytes: of a large
    log that would be most of its memory.
    """
    if not parts:
        return pl.DataFrame(schema=LOCATED)
    events = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal")
    lacking = [pl.lit(None, dtype=kind).alias(field) for field, kind in LOCATED.items() if field not in events.columns]
    return events.with_columns(lacking).select(*LOCATED)


def located(events: pl.DataFrame, *, evidence_id: int | None, name: str) -> pl.DataFrame:
    """Events with the evidence they came from; inline events of an alert have a name but no id."""
    return events.with_columns(
        pl.lit(evidence_id, dtype=pl.Int64).alias("evidence.id"), pl.lit(name, dtype=pl.String).alias("evidence.file")
    )


def _lazily(frames: Iterator[pl.DataFrame], columns: Sequence[str]) -> pl.LazyFrame:
    """The frames as a plan that takes each when the writer is ready for it."""

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        return (_aligned(frame, columns) for frame in frames)

    return register_io_source(source, schema={name: SCHEMA[name] for name in columns})


def _aligned(events: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    lacking = [pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in columns if name not in events.columns]
    return events.with_columns(lacking).select(columns)


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
