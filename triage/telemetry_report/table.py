"""The report of telemetry gaps as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from triage.telemetry_report.report import TelemetryReport

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula; it goes out with an apostrophe before it."""


def as_csv(found: TelemetryReport) -> str:
    """Every part of the report, a line a figure, with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in table(found):
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return out.getvalue()


def table(found: TelemetryReport) -> Iterator[list[str]]:
    """The report as rows of text, the heading first."""
    yield ["part", "name", "answers_cannot_tell", "accepted_as_unknowable", "runs", "answers_given"]
    parts = {"log": found.logs, "other": found.others, "playbook": found.playbooks, "team": found.teams}
    for part, rows in parts.items():
        for one in rows:
            yield [part, one.name, str(one.answers), str(one.given_up), str(one.runs), ""]
    for row in found.questions:
        yield ["question", str(row["text"]), str(row["answers"]), str(row["given_up"]), str(row["runs"]), ""]
    for week in found.weeks:
        yield ["week", week.start.isoformat(), str(week.lacking), "", "", str(week.of)]
    whole = found.whole
    yield ["all", found.log, str(whole.answers), str(whole.given_up), str(whole.runs), str(found.answers)]
