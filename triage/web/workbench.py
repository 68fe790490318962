"""The workbench: rail, one step, decision, facts; whole, or the one part of it that htmx asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casebook.actor import Actor
from casebook.models import Alert, Case, Evidence, RuleFeedback
from casebook.models.choices import EvidenceState, State, Tier
from casebook.plugins import table
from casebook.sla.read import Watch, watch
from triage import run_view
from triage.answers import ACCEPTED_AT_ONCE
from triage.run_view import RunView, StepLine
from triage.suggestion import Suggestion, of_case
from triage.web.beside import Beside, Seen
from triage.web.beside import read as read_beside
from triage.web.decided_box import DecidedBox, decided_box
from triage.web.decision_box import DecisionBox, decision_box
from triage.web.finding_card import Shown, asked, log_zone
from triage.web.heading import Heading, heading
from triage.web.rail import RailSection, after, first_open, rail
from triage.web.step_card import KINDS, NAMES, StepCard, card

PARTS = {"rail": "triage/_rail_update.html", "step": "triage/_step.html", "facts-list": "triage/_facts.html"}

UNUSABLE = (EvidenceState.REFUSED, EvidenceState.FAILED, EvidenceState.NOT_UNDERSTOOD)
UNUSABLE_SHOWN = 3


@dataclass(frozen=True)
class ObservableLine:
    """An observable with its look-up results; ``pivot`` lists every case it was seen in."""

    seen: Seen
    lookups: list[Any]


@dataclass(frozen=True)
class EvidenceLine:
    """A piece of evidence, with what is assumed of its lines and the formats it could be read as instead."""

    row: Evidence
    zone: str
    year: str
    kinds: str
    formats: list[str]


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
    decided: DecidedBox | None
    observables: list[ObservableLine]
    alert: Alert | None
    watch: Watch
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
        line, proposal = self.card.line, self.card.line.proposal
        found = [(one.pk, one.input_digest, one.answer) for one in (*line.findings, *line.elsewhere)]
        told = (
            self.case.version, line.step.pk, line.mark, line.stale, line.missing, proposal.state, proposal.digest,
            found, line.answer and (line.answer.pk, line.answer.revision), [one.pk for one in line.present],
            self.card.reasons, self.may_answer, self.left, [(one.pk, one.state) for one in self.unusable],
            [one["id"] for one in self.beside.pins],
        )  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    @property
    def rule_lacks(self) -> list[tuple[str, str]]:
        """What an analyst may say a rule lacks."""
        return RuleFeedback.Kind.choices

    @property
    def alert_link(self) -> str:
        """The way back to the SIEM, where the alert gave one a browser may follow."""
        link = self.alert.link if self.alert else ""
        return link if link.startswith(("https://", "http://")) else ""

    @cached_property
    def suggestion(self) -> Suggestion | None:
        """Another playbook that what detectors see speaks for; only to who may change to it."""
        if not self.heading.playbook:
            return None
        return of_case(self.case, self.view.facts.findings, self.beside.config_epoch)

    @property
    def unusable(self) -> list[Evidence]:
        """What was attached and tells nothing: refused, failed, or in no known format; the newest first, a few."""
        found = [one for one in self.view.facts.evidence if one.state in UNUSABLE]
        return sorted(found, key=lambda one: -one.pk)[:UNUSABLE_SHOWN]

    @property
    def evidence(self) -> list[EvidenceLine]:
        return [_evidence(one) for one in self.view.facts.evidence]


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
        rail=rail(view, line),
        card=_card(request, view, beside, line),
        decision=decision_box(view),
        decided=decided_box(case, beside.decided),
        observables=_observables(view, beside),
        alert=view.facts.alerts[0] if view.facts.alerts else None,
        watch=watch(beside.clocks, case.tier),
        may_answer=may_answer(actor, case),
    )


def at_step(request: HttpRequest, bench: Bench, step_id: int) -> Bench:
    """The same bench at another step; nothing is read again."""
    line = bench.view.line(step_id)
    return replace(bench, rail=rail(bench.view, line), card=_card(request, bench.view, bench.beside, line))


def may_answer(actor: Actor, case: Case) -> bool:
    """Whether the controls of a step are live: the rights of `triage.answering`, asked before the fact."""
    if case.state in (State.CLOSED, State.ESCALATED):
        return False
    return actor.may("case.accept" if case.tier == Tier.T2 else "case.work", case.team_id)


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
    pins = {(one["evidence_id"], one["place"]): one["id"] for one in beside.pins}
    shown = _shown(request, view.case, line)
    return card(view, line, person_id=actor.person_id, about=about, shown=shown, pins=pins)


def _shown(request: HttpRequest, case: Case, line: StepLine) -> Shown:
    """How the tables of a step are asked for, and the addresses that ask for them otherwise."""
    whole, only = request.GET.get("rows") == "all", asked(request.GET.dict())
    view = "view=analysis&" if case.tier == Tier.T2 else ""
    bare = f"/cases/{case.ref}/?{view}step={line.step.pk}{'&rows=all' if whole else ''}"
    return Shown(whole, only, here=bare + (f"&{urlencode(only)}" if only else ""), bare=bare)


def _observables(view: RunView, beside: Beside) -> list[ObservableLine]:
    by_value: dict[tuple[str, str], list[Any]] = {}
    for one in view.facts.lookups:
        by_value.setdefault((one.type, one.value), []).append(one)
    return [ObservableLine(one, by_value.get((one.type, one.value), [])) for one in beside.observables]


def _evidence(one: Evidence) -> EvidenceLine:
    kinds = ", ".join(KINDS.get(kind, kind.replace("_", " ")) for kind in one.kinds)
    year = str(one.year or one.assumptions.get("year") or "")
    return EvidenceLine(one, log_zone(one), year, kinds, sorted(table("PARSERS")))
