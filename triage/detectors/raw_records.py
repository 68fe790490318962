"""The raw record that an evidence row points to: a line of an original, or an alert's own event as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import IO, Any, Self

from triage.detectors.protocol import EvidenceRow
from triage.events.lines import encoding

LONGEST_TEXT = 4096
"""Bytes of a raw record that are shown."""

MARK_BYTES = 4


class RawRecords:
    """The originals of a case's evidence while its rows are filled: each is opened once, when a row first asks."""

    def __init__(self, inputs: Sequence[Mapping[str, Any]]) -> None:
        self._originals = {one["id"]: one["original"] for one in inputs if one["original"]}
        self._inline = {one["name"]: one["inline"] for one in inputs if one["inline"] is not None}
        self._files: dict[Any, tuple[IO[bytes], str] | None] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._closing.close()

    def text(self, row: EvidenceRow) -> str:
        """Empty where the original has moved: the row keeps its pointer, and the page says that it cannot be opened."""
        pointer = row.event.get("evidence.pointer")
        if pointer is not None and row.source in self._inline:
            record = self._inline[row.source][int(pointer.rpartition("/")[2])]
            line = record.get("event.original")
            return (line if isinstance(line, str) else json.dumps(record, ensure_ascii=False))[:LONGEST_TEXT]
        opened = self._open(row.evidence)
        if opened is None or row.offset is None or row.length is None:
            return ""
        file, written = opened
        try:
            file.seek(row.offset)
            return file.read(min(row.length, LONGEST_TEXT)).decode(written, "replace")
        except OSError:
            return ""

    def _open(self, evidence: int | None) -> tuple[IO[bytes], str] | None:
        """The original and the encoding its mark names."""
        if evidence not in self._files:
            self._files[evidence] = None
            if evidence in self._originals:
                try:
                    file = self._closing.enter_context(open(self._originals[evidence], "rb"))  # noqa: SIM115
                    self._files[evidence] = file, encoding(file.read(MARK_BYTES))
                except OSError:
                    pass
        return self._files[evidence]
