"""What imports keep on disk: what was uploaded, and the report of a dry run, which lists every step.

Both lie among the originals, in a folder of their own, and are deleted some days after the last import that needs them
has ended. A report is JSON of the contract's shape, packed, with one file a line, so that the steps of one file are
read without the others.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db.models import Q

from casebook import originals
from casebook.clock import db_now
from casebook.errors import NotFound
from casebook.models import Job
from casebook.playbooks.import_report import ImportReport
from casebook.work.tick import first_in_this_hour

FOLDER = "imports"
_GZIP = zlib.MAX_WBITS | 16


def keep_upload(chunks: Iterable[bytes]) -> str:
    """The stored path. Raises TooLarge."""
    return originals.keep(chunks, folder_name=FOLDER, cap=settings.CAPS["import"]).path


def open_kept(path: str) -> IO[bytes]:
    """Raises NotFound for what is not kept any more."""
    try:
        return originals.full_path(path).open("rb")
    except FileNotFoundError as error:
        raise NotFound("What was uploaded is not there any more: upload it again.") from error


def is_kept(path: str) -> bool:
    return originals.full_path(path).is_file()


def keep_report(report: ImportReport) -> str:
    """The stored path of a report, with every step it lists."""
    return originals.keep(_packed(report.json_lines()), folder_name=FOLDER, cap=settings.CAPS["import_unpacked"]).path


def report_chunks(path: str) -> Iterator[bytes]:
    """The report's JSON, piece by piece. Raises NotFound at once for one that is not kept any more."""
    if not is_kept(path):
        raise NotFound("This report is not kept any more.")
    return _unpacked(path)


def steps_of_file(path: str, number: int) -> list[dict[str, Any]]:
    """The steps a report lists of its file at place ``number``, from 0. Raises NotFound."""
    try:
        with gzip.open(originals.full_path(path), "rt", encoding="utf-8") as lines:
            line = next(islice(lines, 1 + number, None), "")
    except FileNotFoundError:
        line = ""
    steps = json.loads(line.rstrip(",\n"))["steps"] if line.startswith("{") else None
    if not isinstance(steps, list):
        raise NotFound("This import lists no steps of such a file.")
    return steps


def tidy() -> int:
    """A sweep, effective once an hour: delete what no import needs that is under way or ended in the last days.

    Returns how many files went.
    """
    if not first_in_this_hour("imports"):
        return 0
    before = db_now() - timedelta(days=settings.IMPORTS_KEPT_DAYS)
    root = originals.full_path(FOLDER)
    old = {
        str(file.relative_to(root.parent)): file
        for file in root.rglob("*")
        if file.is_file() and file.stat().st_mtime < before.timestamp()
    }
    gone = old.keys() - _needed(before) if old else set()
    for path in gone:
        old[path].unlink(missing_ok=True)
    Job.objects.filter(report__in=gone).update(report="")
    return len(gone)


def _needed(since: Any) -> set[str]:
    jobs = Job.objects.filter(Q(finished_at=None) | Q(finished_at__gte=since)).values_list("asked", "report")
    uploads = {path for asked, _ in jobs for _, path in asked.get("uploads", ())}
    return uploads | {report for _, report in jobs}


def _packed(lines: Iterable[str]) -> Iterator[bytes]:
    pack = zlib.compressobj(wbits=_GZIP)
    for line in lines:
        yield pack.compress(line.encode())
    yield pack.flush()


def _unpacked(path: str) -> Iterator[bytes]:
    with gzip.open(originals.full_path(path)) as file:
        while chunk := file.read(1 << 16):
            yield chunk
