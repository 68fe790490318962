"""What an import tells of each file, in the shape of the contract. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImportReport:
        """A report as `to_json` wrote it; an empty mapping is a report of nothing."""
        return cls([FileReport(**line) for line in data.get("files", [])])
