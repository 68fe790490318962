"""A field map as a form: rows to fill in, and the map they come to.

Every field there is has a row; observables and facts have as many as there are, and a few empty ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict

from casebook.intake.adapters.field_map import FACTS, FIELDS, MESSAGES, OBSERVABLES, SEVERITY_MAP, Wrong
from casebook.intake.adapters.field_map_preview import Preview, shown
from casebook.intake.adapters.field_map_propose import Proposed
from casebook.intake.adapters.field_map_values import Found

SPARE = 2
"""Empty rows below the observables, the facts and the words of severity."""


@dataclass
class Line:
    """One row. ``key`` names it on the page; ``kind`` and ``role`` are an observable's, ``label`` a fact's. ``why`` is
    a proposal's; ``found`` what the expression finds and ``wrong`` what is wrong with it."""

    key: str
    name: str = ""
    expression: str = ""
    kind: str = ""
    role: str = ""
    label: str = ""
    why: str = ""
    found: Found | None = None
    note: str = ""
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def field(self) -> str:
        """The map's name of it; "" of a row that says nothing yet."""
        if self.name:
            return self.name
        if self.key.startswith("x"):
            return f"{FACTS}{self.label}" if self.label else ""
        return f"{OBSERVABLES}{self.kind}.{self.role}" if self.expression else ""

    @property
    def help(self) -> str:
        return FIELDS.get(self.name, "")

    @property
    def finds(self) -> str:
        return shown(self.found.raw) if self.found else ""

    @property
    def becomes(self) -> str:
        """What is made of what it finds, where that reads otherwise; a time is `at`."""
        if self.found is None or self.found.value is None or self.at is not None:
            return ""
        text = shown(_plain(self.found.value))
        return "" if text == self.finds else text

    @property
    def at(self) -> datetime | None:
        value = self.found.value if self.found else None
        return value if isinstance(value, datetime) else None


@dataclass
class Rows:
    """All rows of a field map. ``severities`` are (their word, ours)."""

    plain: list[Line]
    observables: list[Line]
    facts: list[Line]
    severities: list[tuple[str, str]]

    def __iter__(self) -> Iterator[Line]:
        yield from (*self.plain, *self.observables, *self.facts)

    def as_map(self) -> dict[str, Any]:
        """The map: rows without an expression say nothing."""
        found: dict[str, Any] = {row.field: row.expression for row in self if row.field and row.expression}
        severities = {theirs: ours for theirs, ours in self.severities if theirs}
        return found | ({SEVERITY_MAP: severities} if severities else {})

    def unheld(self) -> dict[str, Wrong]:
        """What a map could not hold, by the key of its row: a second row of one field, a fact without a label."""
        seen: set[str] = set()
        wrong = {}
        for row in self:
            if row.expression and not row.field:
                wrong[row.key] = Wrong("", "needs a label to stand under")
            elif row.expression and row.field in seen:
                wrong[row.key] = Wrong(row.field, "stands here twice: write both in one row, as [this, that]")
            seen.add(row.field)
        return wrong

    def spare(self, more: int = SPARE) -> Rows:
        """With empty rows at the end of each list."""
        while sum(not row.expression for row in self.observables) < more:
            self.observables.append(Line(f"o{len(self.observables)}", kind="any", role="related"))
        while sum(not row.label for row in self.facts) < more:
            self.facts.append(Line(f"x{len(self.facts)}"))
        empty = sum(not theirs for theirs, _ in self.severities)
        self.severities += [("", "")] * max(0, more - empty)
        return self

    def propose(self, proposed: Iterable[Proposed]) -> int:
        """Fill what is empty with what is proposed, and say why; what was typed stays. Returns how many."""
        before = {row.field for row in self if row.expression}
        new = [one for one in proposed if one.field not in before]
        plain = {row.name: row for row in self.plain}
        for one in new:
            row = plain.get(one.field) or self._observable(one.field)
            row.expression, row.why = one.expression, one.why
        return len(new)

    def _observable(self, name: str) -> Line:
        kind, _, role = name.removeprefix(OBSERVABLES).partition(".")
        row = next((row for row in self.observables if not row.expression), None)
        if row is None:
            row = Line(f"o{len(self.observables)}")
            self.observables.append(row)
        row.kind, row.role = kind, role
        return row

    def tell(self, preview: Preview) -> list[Wrong]:
        """Put beside each row what came of it. Returns what is wrong and belongs to no row."""
        found = {one.field: one for one in preview.fields}
        unheld = self.unheld()
        for row in self:
            row.found = found.get(row.field) if row.expression and row.key not in unheld else None
            row.wrong = [one for one in preview.wrong if one.field and one.field == row.field]
            if row.key in unheld:
                row.wrong = [unheld[row.key]]
            if row.name == MESSAGES and row.expression and not row.wrong:
                row.note = f"{preview.messages} message{'' if preview.messages == 1 else 's'}"
        told = {one for row in self for one in row.wrong}
        return [one for one in preview.wrong if one not in told]


def of_map(said: Mapping[str, Any]) -> Rows:
    """The rows of a map as it stands."""
    severities = said.get(SEVERITY_MAP)
    observables = [name for name in said if name.startswith(OBSERVABLES)]
    facts = [name for name in said if name.startswith(FACTS)]
    rows = Rows(
        [Line(f"f{number}", name, str(said.get(name) or "")) for number, name in enumerate(FIELDS)],
        [Line(f"o{number}", expression=str(said[name])) for number, name in enumerate(observables)],
        [Line(f"x{number}", label=name.removeprefix(FACTS), expression=str(said[name]))
         for number, name in enumerate(facts)],
        [(str(theirs), str(ours)) for theirs, ours in severities.items()] if isinstance(severities, Mapping) else [],
    )  # fmt: skip
    for row, name in zip(rows.observables, observables, strict=True):
        row.kind, _, row.role = name.removeprefix(OBSERVABLES).partition(".")
    return rows


def of_form(form: QueryDict) -> Rows:
    """The rows as they were posted; lists that do not match in length end with the shortest."""
    observables = zip(form.getlist("o-kind"), form.getlist("o-role"), form.getlist("o-expression"), strict=False)
    facts = zip(form.getlist("x-label"), form.getlist("x-expression"), strict=False)
    severities = zip(form.getlist("s-theirs"), form.getlist("s-ours"), strict=False)
    return Rows(
        [Line(f"f{number}", name, form.get(f"f-{name}", "").strip()) for number, name in enumerate(FIELDS)],
        [Line(f"o{number}", kind=kind, role=role, expression=said.strip())
         for number, (kind, role, said) in enumerate(observables)],
        [Line(f"x{number}", label=label.strip(), expression=said.strip())
         for number, (label, said) in enumerate(facts)],
        [(theirs.strip(), ours) for theirs, ours in severities],
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """A value as JSON can tell it, without the quotes where it is a list of words."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value
