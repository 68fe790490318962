"""What an import tells of each file, in the shape of the contract. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from casebook.playbooks.types import SECTIONS

OUTCOMES = ("imported", "unchanged", "skipped", "refused")


@dataclass
class FileReport:
    """One file's line. ``outcome`` is one of `OUTCOMES`.

    ``steps`` counts them by section, or lists them all for a dry run. ``playbook`` is the address (slug) its card has
    or would have, ``technique`` None for a general card. ``refused`` reads ``file:line: reason``. ``note`` says what a
    reader should know of an import that went well.
    """

    path: str
    outcome: str = "imported"
    playbook: str | None = None
    name: str | None = None
    technique: str | None = None
    version: int | None = None
    steps: Any = field(default_factory=dict)
    skipped: str | None = None
    refused: str | None = None
    note: str | None = None

    def skip(self, reason: str) -> None:
        self.outcome, self.skipped, self.steps = "skipped", reason, {}

    def refuse(self, reason: str) -> None:
        self.outcome, self.refused, self.steps, self.version = "refused", reason, {}, None

    def counted(self) -> FileReport:
        """The same line with its steps counted, not listed."""
        if not isinstance(self.steps, list):
            return self
        found = Counter(step["section"] for step in self.steps)
        return replace(self, steps={section: found[section] for section in SECTIONS})


@dataclass
class ImportReport:
    """What became of each file, in the order of their paths."""

    files: list[FileReport] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(file.outcome == outcome for file in self.files)

    def totals(self) -> dict[str, int]:
        """How many files there are of each outcome."""
        found = Counter(file.outcome for file in self.files)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def to_json(self) -> dict[str, Any]:
        return {**self.totals(), "files": [asdict(file) for file in self.files]}

    def counted(self) -> ImportReport:
        """The same report with steps counted, not listed."""
        return ImportReport([file.counted() for file in self.files])

    def json_lines(self) -> Iterator[str]:
        """`to_json` as text: the totals on its first line, then each file on one of its own, then the end."""
        yield json.dumps(self.totals())[:-1] + ', "files": [\n'
        for place, file in enumerate(self.files, start=1):
            yield json.dumps(asdict(file), ensure_ascii=False) + (",\n" if place < len(self.files) else "\n")
        yield "]}\n"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImportReport:
        """A report as `to_json` wrote it; an empty mapping is a report of nothing."""
        return cls([FileReport(**line) for line in data.get("files", [])])
