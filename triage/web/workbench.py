"""The workbench: rail, one step, decision, facts; whole, or the one part of it that htmx asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casebook.actor import Actor
from casebook.models import Alert, Case
from casebook.models.choices import Section, State, Tier
from casebook.sla.read import ClockView
from triage import run_view
from triage.answers import ACCEPTED_AT_ONCE
from triage.run_view import RunView, StepLine
from triage.web.beside import Beside, Seen, next_clock
from triage.web.beside import read as read_beside
from triage.web.heading import Heading, heading
from triage.web.step_card import KINDS, NAMES, StepCard, card, log_zone, reasons, short

PARTS = {"rail": "triage/_rail_update.html", "step": "triage/_step.html", "facts-list": "triage/_facts.html"}
MARKS = {"stale": "changed"}
TALKED_THROUGH = (Section.QUESTION, Section.INDICATOR, Section.L1_STEP)


@dataclass(frozen=True)
class RailLine:
    """A step in the rail: its mark as `{% mark %}` takes it."""

    line: StepLine
    text: str
    mark: str
    answer: str
    current: bool


@dataclass(frozen=True)
class RailSection:
    name: str
    count: str
    lines: list[RailLine]


@dataclass(frozen=True)
class CriterionLine:
    """A criterion of the decision box: the steps that made it so, and the first of their sentences."""

    line: StepLine
    text: str
    tone: str
    places: str
    sentence: str


@dataclass(frozen=True)
class DecisionBox:
    """What is recommended, in a line, and what it stands on."""

    title: str
    count: str
    criteria: list[CriterionLine]
    because: tuple[str, ...]
    next: str | None
    next_step: int | None
    progress: str


@dataclass(frozen=True)
class ObservableLine:
    """An observable with its look-up results; ``pivot`` lists every case it was seen in."""

    seen: Seen
    lookups: list[Any]


@dataclass(frozen=True)
class Bench:
    """The whole page's data."""

    case: Case
    heading: Heading
    view: RunView
    beside: Beside
    rail: list[RailSection]
    card: StepCard | None
    decision: DecisionBox
    observables: list[ObservableLine]
    alert: Alert | None
    next_clock: ClockView | None
    may_answer: bool

    @property
    def base(self) -> str:
        """Where the steps of this page are: with Tier 2 they are the other view of the case."""
        return f"/cases/{self.case.ref}/?{'view=analysis&' if self.heading.tier2 else ''}"

    @property
    def left(self) -> int:
        """How many proposals `accept_all` would take."""
        lines = (line for line in self.view.lines if line.step.section in ACCEPTED_AT_ONCE and line.answer is None)
        return sum(line.proposal.state == "ready" and line.proposal.answer is not None for line in lines)

    @property
    def seen(self) -> str:
        """What the centre shows, as a digest: a page that has it need not be given it again."""
        if self.card is None:
            return ""
        line, shown = self.card.line, self.card
        told = [line.step.pk, line.mark, line.stale, line.proposal.state, line.proposal.digest, line.missing]
        told += [(one.pk, one.revision, one.value) for one in [line.answer] if one]
        told += [(one.finding.pk, one.finding.input_digest, one.finding.answer) for one in (*shown.others, *shown.elsewhere)]
        told += [shown.reasons, self.may_answer, self.left, [(one.pk, one.state) for one in line.present]]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    @property
    def alert_link(self) -> str:
        """The way back to the SIEM, where the alert gave one a browser may follow."""
        link = self.alert.link if self.alert else ""
        return link if link.startswith(("https://", "http://")) else ""

    @property
    def evidence(self) -> list[dict[str, Any]]:
        return [{"row": one, "zone": log_zone(one), "kinds": _kinds(one.kinds)} for one in self.view.facts.evidence]


def show(request: HttpRequest, case: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page, or the part htmx names as its target. ``context`` carries a refusal and what was typed."""
    bench = build(request, case, step_id=context.pop("step_id", None))
    target = str(request.htmx.target or "") if request.htmx else ""  # type: ignore[attr-defined]
    if target == "step" and request.GET.get("seen") == bench.seen:
        return HttpResponse(status=204)  # nothing to swap: an opened raw line stays open
    template = PARTS.get(target, "triage/workbench.html")
    return render(request, template, {"bench": bench, "case": case} | context, status=status)


def build(request: HttpRequest, case: Case, *, step_id: int | None = None) -> Bench:
    """Twelve queries at most, whatever the case holds."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = run_view.view(case)
    beside = read_beside(actor, case)
    line = _line(request, view, step_id)
    return Bench(
        case=case,
        heading=heading(actor, case),
        view=view,
        beside=beside,
        rail=_rail(view, line),
        card=_card(request, view, beside, line),
        decision=_decision(view),
        observables=_observables(view, beside),
        alert=view.facts.alerts[0] if view.facts.alerts else None,
        next_clock=next_clock(beside.clocks, case.tier),
        may_answer=may_answer(actor, case),
    )


def at_step(request: HttpRequest, bench: Bench, step_id: int) -> Bench:
    """The same bench at another step; nothing is read again."""
    line = bench.view.line(step_id)
    return replace(bench, rail=_rail(bench.view, line), card=_card(request, bench.view, bench.beside, line))


def may_answer(actor: Actor, case: Case) -> bool:
    """Whether the controls of a step are live: the rights of `triage.answering`, asked before the fact."""
    if case.state in (State.CLOSED, State.ESCALATED):
        return False
    return actor.may("case.accept" if case.tier == Tier.T2 else "case.work", case.team_id)


def first_open(view: RunView) -> StepLine | None:
    """Where work goes on: what the recommendation asks for, else the first step nobody has answered.

    With Tier 2 the run is there to be read: it begins with the first question.
    """
    if view.case.tier == Tier.T2 and (questions := view.section(Section.QUESTION)):
        return questions[0]
    asked = view.recommendation.next_step
    if isinstance(asked, int) and (line := view.line(asked)):
        return line
    for section in TALKED_THROUGH:
        if found := next((line for line in view.section(section) if line.answer is None), None):
            return found
    shown = [line for line in view.lines if line.step.section in NAMES]
    return next((line for line in shown if _is_open(line)), shown[0] if shown else None)


def after(view: RunView, step_id: int) -> int:
    """The next step to answer after one, in the order of the rail and round its end; itself where all is answered."""
    shown = [line for line in view.lines if line.step.section in NAMES]
    at = next((n for n, line in enumerate(shown) if line.step.pk == step_id), 0)
    return next((line.step.pk for line in shown[at + 1 :] + shown[:at] if _is_open(line)), step_id)


def _is_open(line: StepLine) -> bool:
    if line.step.section == Section.CRITERION:
        return line.answer is None and not (line.step.expression and line.step.confirmed)
    if line.step.section == Section.LOG_SOURCE:
        return False  # looked at on the way, not a stop: they say what is there and what is not
    return line.answer is None or line.stale


def _line(request: HttpRequest, view: RunView, step_id: int | None) -> StepLine | None:
    """The step to show: the one told, the one the address names, the one after ``after``, or where work goes on."""
    asked = step_id or _number(request, "step")
    if asked is None and (behind := _number(request, "after")):
        asked = after(view, behind)
    line = view.line(asked) if asked else None
    return line if line is not None and line.step.section in NAMES else first_open(view)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _card(request: HttpRequest, view: RunView, beside: Beside, line: StepLine | None) -> StepCard | None:
    if line is None:
        return None
    actor: Actor = request.actor  # type: ignore[attr-defined]
    about = [(one.type, one.value) for one in beside.observables]
    return card(view, line, person_id=actor.person_id, about=about, whole=request.GET.get("rows") == "all")


# --- the rail -----------------------------------------------------------------------------------------------------


def _rail(view: RunView, current: StepLine | None) -> list[RailSection]:
    found = []
    for name, lines in view.sections().items():
        if Section(name) in NAMES:
            rail = [RailLine(line, short(line.step.text), *_mark(line), current=line is current) for line in lines]
            found.append(RailSection(name, _count(name, lines), rail))
    return found


def _mark(line: StepLine) -> tuple[str, str]:
    if line.criterion is not None:
        return "answered", line.criterion.state
    if line.mark == "proposed" and line.step.section == Section.LOG_SOURCE:
        return "present", ""
    return MARKS.get(line.mark, line.mark), line.answer.value if line.answer else ""


def _count(name: str, lines: tuple[StepLine, ...]) -> str:
    if name == Section.CRITERION:
        return f"{sum(line.criterion is not None and line.criterion.state == 'met' for line in lines)} met"
    if name == Section.LOG_SOURCE:
        return f"{sum(bool(line.present) or line.answer is not None for line in lines)} of {len(lines)}"
    return f"{sum(line.answer is not None and not line.stale for line in lines)} of {len(lines)}"


# --- the decision -------------------------------------------------------------------------------------------------

TITLES = {
    "escalate": "Recommendation: escalate to T2",
    "close": "Recommendation: close as {verdict}",
    "more_needed": "More is needed to decide",
    "none": "Tier 2 decides",
}
CRITERION_TONES = {"met": "bad", "not_met": "good", "cannot_tell": "unsure"}
SAYING = {"met": ("yes", "partly", "met"), "not_met": ("no", "not_met"), "cannot_tell": ("cannot_tell",)}
NUMBERS = ("none", "one", "two", "three", "four", "five", "six")


def _decision(view: RunView) -> DecisionBox:
    said, criteria = view.recommendation, view.criteria
    met = sum(line.criterion is not None and line.criterion.state == "met" for line in criteria)
    verdict = (said.verdict or "").replace("_", " ")
    progress = view.decision.progress
    return DecisionBox(
        title=TITLES[said.decision].format(verdict=verdict),
        count=f"{_spelled(met)} of {_spelled(len(criteria))} criteria {'is' if met == 1 else 'are'} met",
        criteria=[_criterion(view, line) for line in criteria],
        because=said.because,
        next=said.next if said.decision == "more_needed" else None,
        next_step=said.next_step if isinstance(said.next_step, int) else None,
        progress=f"{progress.answered} of {progress.required} required questions answered",
    )


def _criterion(view: RunView, line: StepLine) -> CriterionLine:
    state = line.criterion.state if line.criterion else "cannot_tell"
    told = reasons(view, line)
    telling = [one for one in told if one.because.answer in SAYING[state] and not one.because.supporting] or told[:1]
    named = {one.place: f"{one.place}{' proposed' if one.because.proposed else ''}" for one in telling if one.place}
    sentence = telling[0].because.sentence if telling else ""
    return CriterionLine(line, short(line.step.text), CRITERION_TONES[state], ", ".join(named.values()), sentence)


def _spelled(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


# --- the facts ----------------------------------------------------------------------------------------------------


def _observables(view: RunView, beside: Beside) -> list[ObservableLine]:
    by_value: dict[tuple[str, str], list[Any]] = {}
    for one in view.facts.lookups:
        by_value.setdefault((one.type, one.value), []).append(one)
    return [ObservableLine(one, by_value.get((one.type, one.value), [])) for one in beside.observables]


def _kinds(kinds: list[str]) -> str:
    return ", ".join(KINDS.get(kind, kind.replace("_", " ")) for kind in kinds)

