"""The report as its page draws it: each figure with the address of the cases behind it and the width of its bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casebook.models.choices import Verdict
from triage.playbook_report.lines import Line
from triage.playbook_report.questions import Lack, Question
from triage.playbook_report.report import PlaybookReport
from triage.playbook_report.scope import Scope

VERDICTS = Verdict.values
REASONS = 3
"""People write why they leave a playbook in words of their own: the most frequent are shown."""
PAGE, CASES = "/reports/playbooks/", "/reports/playbooks/cases/"


@dataclass(frozen=True)
class Rate:
    """``n`` of ``of``, and where each of the two leads."""

    n: int
    of: int
    url: str
    of_url: str

    @property
    def percent(self) -> float | None:
        return round(100 * self.n / self.of, 1) if self.of else None


@dataclass(frozen=True)
class Span:
    """Median and p90 in seconds of ``n``, and how wide they are in per cent of the longest beside them."""

    n: int
    median_s: float | None
    p90_s: float | None
    longest_s: float
    url: str

    @property
    def median(self) -> float:
        return self._width(self.median_s)

    @property
    def p90(self) -> float:
        return self._width(self.p90_s)

    def _width(self, seconds: float | None) -> float:
        return round(100 * (seconds or 0) / self.longest_s, 1) if self.longest_s else 0.0


@dataclass(frozen=True)
class Addresses:
    """Addresses within one report."""

    scope: Scope

    def cases(self, figure: str, of: str = "", **part: str) -> str:
        return f"{CASES}?{self.scope.query(figure=figure, of=of, **part)}"

    def report(self, **part: str) -> str:
        return f"{PAGE}?{self.scope.query(**part)}"


def shown(report: PlaybookReport) -> dict[str, Any]:
    """``whole`` and ``lines``, ``questions`` and the ``idle`` of them, ``lacks``, ready to be drawn."""
    addresses = Addresses(report.scope)
    longest_line = max((line.p90_s or 0 for line in report.lines), default=0)
    slowest = max((one.p90_s or 0 for one in report.questions), default=0)
    telling = max((one.gain_bits or 0 for one in report.questions), default=0)
    questions = {one.key: _question(one, addresses, slowest, telling) for one in report.questions}
    return {
        "whole": _line(report.whole, addresses, longest_line, report.whole.runs, {}),
        "lines": [_named_line(line, addresses, longest_line, report) for line in report.lines],
        "questions": list(questions.values()),
        "idle": [questions[one.key] for one in report.never_changes],
        "lacks": [_lack(one, addresses, report.lacks[0].answers) for one in report.lacks],
    }


def _named_line(line: Line, addresses: Addresses, longest_s: float, report: PlaybookReport) -> dict[str, Any]:
    part = {"version" if report.scope.playbook else "playbook": str(line.name)}
    busiest = max(one.runs for one in report.lines)
    return _line(line, addresses, longest_s, busiest, part) | {"url": addresses.report(**part)}


def _line(line: Line, addresses: Addresses, longest_s: float, busiest: int, part: dict[str, str]) -> dict[str, Any]:
    def rate(figure: str, n: int, whole: str, of: int) -> Rate:
        return Rate(n, of, addresses.cases(figure, **part), addresses.cases(whole, **part))

    return {
        "line": line,
        "runs": Rate(line.runs, busiest, addresses.cases("runs", **part), ""),
        "abandoned": Rate(line.abandoned, line.runs, addresses.cases("abandoned", **part), ""),
        "reasons": line.reasons.most_common(REASONS),
        "other_reasons": line.abandoned - sum(n for _, n in line.reasons.most_common(REASONS)),
        "verdicts": _mix(line, addresses, part),
        "time": Span(line.timed, line.median_s, line.p90_s, longest_s, addresses.cases("timed", **part)),
        "unknown": rate("unknown", line.unknown, "answered", line.answers),
        "overridden": rate("overridden", line.overridden, "decided", line.decided),
        "returned": rate("returned", line.returned, "escalated", line.escalated),
    }


def _mix(line: Line, addresses: Addresses, part: dict[str, str]) -> list[dict[str, Any]]:
    """The bar's parts, in per cent of closed cases; in one order, so that bars under each other compare."""
    at, made = 0.0, []
    for verdict, n in sorted(line.verdicts.items(), key=lambda part: VERDICTS.index(part[0])):
        width = 100 * n / line.closed
        url = addresses.cases("closed", verdict, **part)
        made.append({"verdict": verdict, "n": n, "x": round(at, 2), "width": round(width, 2), "url": url})
        at += width
    return made


def _question(one: Question, addresses: Addresses, slowest_s: float, most_bits: float) -> dict[str, Any]:
    def rate(figure: str, n: int, whole: str, of: int) -> Rate:
        return Rate(n, of, addresses.cases(figure, one.key), addresses.cases(whole, one.key))

    return {
        "one": one,
        "answered": Rate(one.answers, one.answers, addresses.cases("answered", one.key), ""),
        "unknown": rate("unknown", one.unknown, "answered", one.answers),
        "changed": rate("changed", one.changed, "proposed", one.accepted + one.changed),
        "pivotal": rate("pivotal", one.pivotal, "decided", one.decided),
        "time": Span(one.timed, one.median_s, one.p90_s, slowest_s, addresses.cases("timed", one.key)),
        "judged": addresses.cases("judged", one.key),
        "gain": round(100 * (one.gain_bits or 0) / most_bits, 1) if most_bits else 0.0,
    }


def _lack(one: Lack, addresses: Addresses, most: int) -> dict[str, Any]:
    url = addresses.cases("lacking", one.missing)
    return {"one": one, "answers": Rate(one.answers, most, url, ""), "url": url}
