"""One step as the centre of the workbench shows it: what is asked, what is proposed on what, what can be answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from casebook.models import Case, Evidence, Step
from casebook.models.choices import Polarity, Section
from casebook.templatetags.casebook_time import instant_words, zone_named
from triage import answers
from triage.engine.types import Because
from triage.models import Answer, Finding
from triage.run_view import RunView, StepLine
from triage.taking_back import LONGEST
from triage.web.evidence_table import Origin, Table, pieces, table
from triage.web.searches import Search, searches

NAMES = {
    Section.LOG_SOURCE: "Log source",
    Section.INDICATOR: "Indicator",
    Section.QUESTION: "Question",
    Section.L1_STEP: "L1 step",
    Section.CRITERION: "Escalation criterion",
}
LETTERS = {
    Section.LOG_SOURCE: "S",
    Section.INDICATOR: "I",
    Section.QUESTION: "Q",
    Section.L1_STEP: "L",
    Section.CRITERION: "C",
}
KEYS = {"yes": "y", "no": "n", "partly": "p", "cannot_tell": "u", "met": "y", "not_met": "n", "done": "d"}
KINDS = {"authentication": "sign-in", "email": "mail", "web": "web", "process": "process", "session": "session"}
OPENABLE = {"ip": "ip", "user": "user", "host": "host", "domain": "domain"}
SHORT = 68


@dataclass(frozen=True)
class Choice:
    """An answer that can be given: its word, its key, and whether it is what the evidence proposes."""

    value: str
    key: str
    proposed: bool


@dataclass(frozen=True)
class FindingCard:
    """One detector's finding with its table and chart."""

    finding: Finding
    deciding: bool
    table: Table | None
    bars: list[dict[str, Any]]
    hit_pieces: list[tuple[str, bool]]
    window: tuple[datetime | None, datetime | None]
    zone: str

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.finding.data)


@dataclass(frozen=True)
class Elsewhere:
    """What the log shows beyond this case, with the address of a new case about it."""

    finding: Finding
    open_url: str


@dataclass(frozen=True)
class Reason:
    """One because of a criterion; ``place`` is ``Q4``, ``step`` its id."""

    place: str
    step: int | None
    because: Because


@dataclass(frozen=True)
class StepCard:
    """Everything the centre needs. ``problem`` and ``typed`` come back with a refused answer."""

    line: StepLine
    name: str
    total: int
    before: int | None
    after: int | None
    main: FindingCard | None
    others: tuple[FindingCard, ...]
    elsewhere: tuple[Elsewhere, ...]
    choices: tuple[Choice, ...]
    accept: str
    searches: tuple[Search, ...]
    reasons: tuple[Reason, ...]
    wants_log: bool
    computed: bool
    can_take_back: bool
    kinds: tuple[str, ...]

    @property
    def asks_why(self) -> bool:
        """Whether *cannot tell* is an answer here whose reason counts: it may stand for a question for good."""
        answerable = any(choice.value == "cannot_tell" for choice in self.choices)
        return answerable and self.step.section in (Section.QUESTION, Section.INDICATOR)

    @property
    def step(self) -> Step:
        return self.line.step


def card(
    view: RunView, line: StepLine, *, person_id: int | None, about: Iterable[tuple[str, str]], whole: bool = False
) -> StepCard:
    """The card of one step. ``about`` are the case's observables (type, value); ``whole`` unfolds its tables."""
    found = origins(view.facts.evidence)
    cards = tuple(_finding(one, line, found, whole=whole) for one in line.findings)
    # The finding that carries the proposal stands first; what merely agrees or cannot look stands below it.
    ordered = sorted(cards, key=lambda one: (one.finding.answer != line.proposal.answer, not one.deciding))
    main = ordered[0] if ordered else None
    order = [one.step.pk for one in view.lines if one.step.section in NAMES]
    at = order.index(line.step.pk)
    return StepCard(
        line=line,
        name=NAMES[Section(line.step.section)],
        total=len(view.section(line.step.section)),
        before=order[at - 1] if at else None,
        after=order[at + 1] if at + 1 < len(order) else None,
        main=main,
        others=tuple(ordered[1:]),
        elsewhere=tuple(_elsewhere(view.case, one) for one in line.elsewhere if one.answer in ("yes", "partly")),
        choices=_choices(line),
        accept=_accepted(line),
        searches=tuple(searches(view.case, line.step, about)),
        reasons=reasons(view, line),
        wants_log=_wants_log(line),
        computed=line.criterion is not None and not answers.values_for(line.step),
        can_take_back=_latest_of(view, person_id) == line.answer and line.answer is not None,
        kinds=tuple(KINDS.get(kind, kind) for kind in line.step.options.get("kinds", ())),
    )


def origins(evidence: Iterable[Evidence]) -> dict[int | str, Origin]:
    """By id, and by name: the rows of an alert's own events carry no id."""
    found: dict[int | str, Origin] = {}
    for one in evidence:
        found[one.pk] = found[one.name] = Origin(log_zone(one), one.alert_id)
    return found


def log_zone(evidence: Evidence) -> str:
    """The zone a log's lines are written in: what a person said, else what was assumed."""
    return evidence.timezone or evidence.assumptions.get("timezone") or "UTC"


def reasons(view: RunView, line: StepLine) -> tuple[Reason, ...]:
    """A criterion's because, the gaps that were left aside last."""
    if line.criterion is None:
        return ()
    found = []
    for one in sorted(line.criterion.because, key=lambda one: one.supporting):
        step = view.line(one.step) if isinstance(one.step, int) else None
        found.append(Reason(place(step) if step else "", step.step.pk if step else None, one))
    return tuple(found)


def place(line: StepLine) -> str:
    """``Q4``: the section's letter and the step's number in it."""
    return f"{LETTERS.get(Section(line.step.section), '')}{line.step.position}"


def short(text: str) -> str:
    """A step as a list names it: up to its colon, else cut at a word."""
    head, colon, _ = text.partition(":")
    if colon and len(head) <= SHORT:
        return head
    return text if len(text) <= SHORT + 12 else text[:SHORT].rsplit(" ", 1)[0].rstrip(",;") + "\u00a0…"


def bars(chart: Iterable[dict[str, Any]], zone: str) -> list[dict[str, Any]]:
    """A finding's chart as the picture takes it: labels in the log's zone like its rows, the telling bars marked."""
    return [
        {
            "label": instant_words(at.astimezone(zone_named(zone)), "minute") if at else bar["from"],
            "count": bar["count"],
            "tone": "warn" if bar.get("hit") else "",
        }
        for bar in chart
        for at in [parse_datetime(bar["from"])]
    ]


def _finding(row: Finding, line: StepLine, found: dict[int | str, Origin], *, whole: bool) -> FindingCard:
    data = row.data
    shown = table(data, found, whole=whole)
    hit = shown.hit if shown else None
    first, last = data["window"]
    zone = next((one.zone for one in shown.rows), "") if shown else ""
    zone = zone or next((found[name].zone for name in data["sources"] if name in found), "UTC")
    return FindingCard(
        finding=row,
        deciding=line.deciding(row.detector),
        table=shown,
        bars=bars(data["figures"].get("chart") or (), zone),
        hit_pieces=pieces(hit.text, [hit.user, hit.source]) if hit and hit.text else [],
        window=(parse_datetime(first) if first else None, parse_datetime(last) if last else None),
        zone=zone,
    )


def _elsewhere(case: Case, row: Finding) -> Elsewhere:
    """The address of the form for a new case, with what the finding names filled in."""
    entities = row.data.get("entities", {})
    fields: list[tuple[str, str]] = [("title", row.sentence[:200]), ("techniques", ", ".join(case.techniques))]
    for kind, values in entities.items():
        for value in values[:3] if kind in OPENABLE else ():
            role = "source" if kind == "ip" else "target"
            fields += [("type", OPENABLE[kind]), ("value", value), ("role", role)]
    return Elsewhere(row, f"/cases/new/?{urlencode(fields)}")


def _choices(line: StepLine) -> tuple[Choice, ...]:
    wanted = line.proposal.answer if line.proposal.state == "ready" else None
    return tuple(
        Choice(value, KEYS.get(value, ""), value == wanted)
        for value in answers.values_for(line.step)
        if value != answers.NOTED or line.step.polarity == Polarity.OPEN
    )


def _accepted(line: StepLine) -> str:
    """The answer one key accepts; nothing where there is none to accept, or it stands already."""
    if line.proposal.state != "ready" or line.proposal.answer is None or (line.answer and not line.stale):
        return ""
    return line.proposal.answer


def _wants_log(line: StepLine) -> bool:
    """Whether a log would help here: then the drop zone stands on the step itself."""
    return line.step.section == Section.LOG_SOURCE or bool(line.missing)


def _latest_of(view: RunView, person_id: int | None) -> Answer | None:
    """The answer an undo would take back."""
    mine = [one for one in view.facts.answers.values() if one.by_id == person_id]
    latest = max(mine, key=lambda one: (one.at, one.pk), default=None)
    return latest if latest and timezone.now() - latest.at < LONGEST else None
