"""People, allow entries and change windows as CSV: out as they stand, in with an answer for each line.

The first line names the columns; their order does not matter. A record that is there already is changed to what the
line says, and keeps what no column speaks of. A refused line costs no other, and all that is taken is one entry of the
journal.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.context.access import require_team
from casebook.context.entries import alter, one_at_a_time, standing
from casebook.context.fields import read, written
from casebook.context.importing import LineReport
from casebook.context.kind import Kind, Row
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Team
from casebook.spelling import no_such_field

MOST_LINES = 2000
OUTCOMES = ("added", "changed", "unchanged", "refused")
NAMED = 3
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula; it goes out with an apostrophe before it, which is taken off again."""

SURPLUS = ""
"""Where the cells of a line go that has more of them than the heading."""

Line = tuple[int, dict[str, str]]
"""Its number, and its cells by column."""


def export_csv(kind: Kind[Row], rows: Iterable[Row], *, zone: tzinfo = UTC) -> str:
    """The rows with a heading line, as `import_csv` reads them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in kind.fields)
    for row in rows:
        writer.writerow(_harmless(written(field, getattr(row, field.name), zone=zone)) for field in kind.fields)
    return out.getvalue()


def import_csv(kind: Kind[Row], *, actor: Actor, team_id: int, text: str, zone: tzinfo = UTC) -> list[LineReport]:
    """One report a line: ``added``, ``changed``, ``unchanged`` or ``refused``.

    Raises Invalid where the heading is wrong or there are too many lines, NotAllowed or NotFound for the team.
    """
    require_team(actor, team_id)
    lines = _lines(kind, text)
    reports: dict[int, LineReport] = {}
    told: list[tuple[Line, dict[str, Any]]] = []
    for line in lines:
        if SURPLUS in line[1]:
            what = "more cells than columns: put quotation marks around what holds a comma"
            reports[line[0]] = _refused(kind, line, {kind.telling: [what]})
            continue
        try:
            told.append((line, kind.settled(read(kind.fields, line[1], zone=zone))))
        except Invalid as refusal:
            reports[line[0]] = _refused(kind, line, refusal.errors)
    with transaction.atomic():
        team = one_at_a_time(actor, team_id)
        known = standing(kind, team.pk, [values for _, values in told])
        for line, values in told:
            reports[line[0]] = _take(kind, team, line, values, known)
        _record(kind, actor, team, [report for report in reports.values() if report.outcome in ("added", "changed")])
    return [reports[number] for number in sorted(reports)]


def _take(kind: Kind[Row], team: Team, line: Line, values: dict[str, Any], known: dict[Any, Row]) -> LineReport:
    """Keep one line; ``known`` learns what it brought, so that a later line meets it."""
    rows = list(dict.fromkeys(known[key] for key in kind.keys(values) if key in known))
    if len(rows) > 1:
        what = f"it speaks of {len(rows)} records at once: {' and '.join(str(row) for row in rows)}"
        return _refused(kind, line, {kind.telling: [what]})
    if rows:
        changed = alter(kind, rows[0], {name: values[name] for name in line[1]})
        outcome, text = ("changed", f"{kind.said(values)}: {', '.join(changed)}") if changed else ("unchanged", "")
    else:
        rows = [kind.model.objects.create(team=team, **values)]
        outcome, text = "added", kind.said(values)
    known |= dict.fromkeys(kind.keys(values), rows[0])
    return LineReport(line[0], _quoted(kind, line), outcome, text or kind.said(values))


def _record(kind: Kind[Row], actor: Actor, team: Team, taken: list[LineReport]) -> None:
    """One entry for the whole: what is named first, and in ``lines`` all of it."""
    if not taken:
        return
    counted = Counter(report.outcome for report in taken)
    named = ", ".join(report.text for report in taken[:NAMED]) + (" and more" if len(taken) > NAMED else "")
    sums = " and ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items()))
    what = f"{kind.one if len(taken) == 1 else kind.many} imported, {sums}: {named}"
    payload = {"what": what, "lines": [f"{report.outcome}: {report.text}" for report in taken]}
    record(actor, "context.changed", f"context:{kind.slug}", payload, team_id=team.pk)


def _lines(kind: Kind[Row], text: str) -> list[Line]:
    """The lines that say something."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), skipinitialspace=True)
    try:
        filled = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as wrong:
        raise _unreadable(f"line {reader.line_num} is no CSV: {wrong}") from None
    if len(filled) < 2:
        raise _unreadable(f"give the columns in the first line, then one {kind.one} a line")
    if len(filled) - 1 > MOST_LINES:
        raise _unreadable(f"{MOST_LINES} lines at most")
    columns = _columns(kind, filled[0][1])
    return [(number, _by_column(columns, cells)) for number, cells in filled[1:]]


def _by_column(columns: list[str], cells: list[str]) -> dict[str, str]:
    found = dict(zip(columns, map(_plain, cells), strict=False))
    surplus = ", ".join(cells[len(columns) :]).strip(", ")
    return found | ({SURPLUS: surplus} if surplus else {})


def _columns(kind: Kind[Row], heading: list[str]) -> list[str]:
    names = [field.name for field in kind.fields]
    given = [cell.strip().lower().replace(" ", "_") for cell in heading]
    wrong = [f"{name}: {no_such_field(name, names)}" for name in given if name not in names]
    wrong += [f"column {field.name} is missing" for field in kind.fields if field.required and field.name not in given]
    wrong += [f"column {name} is there twice" for name, times in Counter(given).items() if times > 1]
    if wrong:
        raise Invalid("The first line does not name the columns.", errors={"csv": wrong})
    return given


def _refused(kind: Kind[Row], line: Line, errors: dict[str, list[str]]) -> LineReport:
    why = "; ".join(f"{name}: {what}" for name, whats in errors.items() for what in whats)
    return LineReport(line[0], _quoted(kind, line), "refused", why)


def _quoted(kind: Kind[Row], line: Line) -> str:
    """The line in the kind's own order of columns, to be mended and sent again under `heading`."""
    if SURPLUS in line[1]:
        return _row(iter([*line[1].values()]))
    return _row(_harmless(line[1].get(field.name, "")) for field in kind.fields)


def heading(kind: Kind[Row]) -> str:
    """The first line of a file with every column."""
    return ",".join(field.name for field in kind.fields)


def _row(cells: Iterator[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _unreadable(what: str) -> Invalid:
    return Invalid("It cannot be read.", errors={"csv": [what]})
