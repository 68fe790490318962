"""Records as a file to take away: CSV for a spreadsheet, NDJSON for a program, each record with where it lies. Pure.

Every record names its file, the file's SHA-256, and its line with byte offset and length, or its JSON pointer: whoever
has the original finds it there. A cell that a spreadsheet would compute begins with an apostrophe; NDJSON is exact.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FORMS = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
"""What there is, and how each is announced."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
POINTERS = ("line", "offset", "length", "pointer")

Row = Mapping[str, Any]


def lines(form: str, evidence: Mapping[str, str], rows: Iterable[Row], fields: Sequence[str]) -> Iterator[str]:
    """The lines of the file. ``evidence`` names the original (``file``, ``sha256``); ``fields`` are a CSV's columns."""
    return _csv(evidence, rows, fields) if form == "csv" else _ndjson(evidence, rows)


def write(path: Path, form: str, evidence: Mapping[str, str], rows: Iterable[Row], fields: Sequence[str]) -> None:
    """The same into a file that is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines(form, evidence, rows, fields))
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def fields_of(rows: Iterable[Row]) -> list[str]:
    """The fields that some of the rows state, in the order in which they are first met."""
    return list(dict.fromkeys(name for row in rows for name in row if not name.startswith("evidence.")))


def safe(value: Any) -> str:
    """A cell that no spreadsheet computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(evidence: Mapping[str, str], rows: Iterable[Row], fields: Sequence[str]) -> Iterator[str]:
    yield _row(["file", "sha256", *POINTERS, *fields])
    for row in rows:
        place = [_place(row, name) for name in POINTERS]
        source = [row.get("evidence.file", evidence["file"]), row.get("evidence.sha256", evidence["sha256"])]
        yield _row([*source, *place, *(row.get(name) for name in fields)])


def _row(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue()


def _ndjson(evidence: Mapping[str, str], rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        where = {
            "file": row.get("evidence.file", evidence["file"]),
            "sha256": row.get("evidence.sha256", evidence["sha256"]),
            **{name: _place(row, name) for name in POINTERS},
        }
        event = {name: value for name, value in row.items() if not name.startswith("evidence.")}
        yield json.dumps({"evidence": where, "event": event}, ensure_ascii=False) + "\n"


def _place(row: Row, name: str) -> Any:
    return row.get(f"evidence.{name}")
