"""What is being written as L1 will see it: the workbench's own parts, over a case that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import Case, PlaybookVersion, Severity, Step
from casebook.models.choices import State, Tier
from casebook.playbooks import drafts
from casebook.playbooks.access import WRITE
from casebook.playbooks.types import ParsedStep
from casebook.playbooks.vocabulary import vocabulary
from casebook.web.editing import Edited, edited
from casebook.web.guard import signed_in
from triage import run_view, trying
from triage.detectors.protocol import Finding as Said
from triage.facts import Facts
from triage.models import Finding
from triage.run_view import RunView, StepLine
from triage.web.decision_box import DecisionBox, decision_box
from triage.web.heading import Heading
from triage.web.rail import RailSection, rail
from triage.web.step_card import NAMES, StepCard, card

ABOUT = (("ip", "203.0.113.7"), ("user", "svc-backup"), ("host", "web-1"))
"""What a saved search is filled in with, for its author to see where the case's own entities go."""

NOTHING_YET = Heading(**dict.fromkeys(Heading.__dataclass_fields__, False))


@dataclass(frozen=True)
class Bench:
    """What the workbench's parts ask of their bench. Its links lead nowhere: they are shown, not used."""

    view: RunView
    rail: list[RailSection]
    card: StepCard | None
    decision: DecisionBox
    heading: Heading = NOTHING_YET
    may_answer: bool = True
    left: int = 0
    seen: str = ""
    base: str = "?"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(WRITE)
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/preview/?step=KEY`: the draft as saved; a post of the editor's form, as typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {"slug": slug}
    try:
        done = edited(actor, slug, request.POST) if request.method == "POST" else _saved(request, actor, slug)
    except Invalid as refused:
        return _answer(request, context | {"refused": refused}, status=422)
    context |= {"flaws": done.flaws, "draft": done.draft}
    if done.card is not None:
        context |= _shown(done.draft, done.card.steps, done.key)
    return _answer(request, context, status=422 if done.flaws else 200)


def _saved(request: HttpRequest, actor: Actor, slug: str) -> Edited:
    draft = drafts.fetch(actor, slug)
    checked = drafts.read(draft)
    return Edited(draft, checked.card, request.GET.get("step", ""), None, checked.flaws)


def _shown(draft: PlaybookVersion, steps: tuple[ParsedStep, ...], key: str) -> dict[str, Any]:
    """The step as its reader meets it: in the centre of the workbench, or on Tier 2's page."""
    case = example(draft)
    view = run_view.of_facts(_facts(case, trying.rows(draft, steps)))
    line = next((one for one in view.lines if one.step.key == key), None)
    if line is not None and line.step.section not in NAMES:
        return {"t2_step": line.step, "case": case}
    line = line or next((one for one in view.lines if one.step.section == "question"), None)
    return {"bench": _bench(view, line), "card": _card(view, line), "case": case}


def example(draft: PlaybookVersion) -> Case:
    """A case nobody opened: no row, number 0."""
    now = timezone.now()
    return Case(
        pk=0,
        title=draft.name,
        state=State.TRIAGE,
        tier=Tier.L1,
        severity=Severity.HIGH,
        playbook_version=draft,
        first_event_at=now,
        received_at=now,
        opened_at=now,
    )


def _facts(case: Case, steps: tuple[Step, ...]) -> Facts:
    return Facts(
        case=case,
        run=None,
        steps=steps,
        answers={},
        seconds={},
        findings=tuple(_findings(case, steps)),
        lookups=(),
        alerts=(),
        evidence=(),
        computing=False,
    )


def _findings(case: Case, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """What the detectors of the steps say of a case without any log: what is missing, or that there is nothing."""
    bound = {one["detector"] for step in steps for one in step.bindings}
    for detector in vocabulary().detectors:
        if not detector.here or detector.id not in bound:
            continue
        kinds = " or ".join(detector.needs)
        said = Said(
            detector=detector.id,
            version=1,
            scope="case",
            answer="cannot_tell" if kinds else "no",
            confidence="low",
            sentence=f"No {kinds} events in this case: attach the log of the host." if kinds else "Nothing of it here.",
            threshold="",
            would_change="The missing log." if kinds else "",
            missing=(f"{kinds} events",) if kinds else (),
        )
        row = {"answer": said.answer, "confidence": said.confidence, "sentence": said.sentence, "data": said.to_json()}
        yield Finding(case=case, detector=detector.id, scope="case", **row)


def _bench(view: RunView, line: StepLine | None) -> Bench:
    return Bench(view, rail(view, line), _card(view, line), decision_box(view))


def _card(view: RunView, line: StepLine | None) -> StepCard | None:
    return card(view, line, person_id=None, about=ABOUT) if line else None


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The fragment for the editor, which expects to be told what is wrong; without a script a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, "triage/_preview.html", context)
    return render(request, "triage/preview.html", context, status=status)
