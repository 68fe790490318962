"""Tier 2's page of a case: the hand-over, the work, the story, and containment beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from automation.containment import ledger, offers
from casebook.actor import Actor
from casebook.models import Case
from casebook.models.choices import State
from casebook.sla.read import Watch, watch
from triage.models import Task
from triage.web import story
from triage.web.beside import Beside, Row
from triage.web.beside import read as read_beside
from triage.web.decided_box import DecidedBox, decided_box
from triage.web.finding_card import origins
from triage.web.heading import Heading, heading
from triage.web.prose import Block, blocks

PARTS = {"t2-main": "triage/_t2_main.html", "t2-containment": "triage/_t2_containment.html"}

OPEN_CHAPTERS = 3


@dataclass(frozen=True)
class Investigation:
    """The whole page's data. ``transfer`` is the hand-over that counts: the last one."""

    case: Case
    heading: Heading
    beside: Beside
    transfer: Row | None
    handover: list[Block]
    more: list[Block]
    tasks: list[Row]
    done: int
    days: list[story.Day]
    watch: Watch
    decided: DecidedBox | None
    may_work: bool
    playbook: str

    @property
    def took(self) -> float | None:
        """Seconds from escalation to its answer."""
        if self.transfer is None or self.transfer["answered_at"] is None:
            return None
        seconds: float = (self.transfer["answered_at"] - self.transfer["at"]).total_seconds()
        return seconds


def show(request: HttpRequest, case: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page, or the part htmx names as its target."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    target = str(request.htmx.target or "") if request.htmx else ""  # type: ignore[attr-defined]
    context |= {"case": case}
    if target != "t2-containment":
        page = build(actor, case)
        context |= {"page": page, "origin": page, "heading": page.heading, "watch": page.watch}
    if target != "t2-main":
        cards = ledger.of_case(actor, case)
        context |= {
            "actions": [one for one in cards if one.ended_at is None],
            "over": [one for one in cards if one.ended_at is not None],
            "offers": offers.for_case(actor, case),
        }
    return render(request, PARTS.get(target, "triage/t2.html"), context, status=status)


def build(actor: Actor, case: Case) -> Investigation:
    """One query."""
    beside = read_beside(actor, case, events=True)
    transfer = beside.transfers[0] if beside.transfers else None
    version = case.playbook_version
    written = blocks(transfer["handover"]) if transfer else []
    fold = _fold(written)
    return Investigation(
        case=case,
        heading=heading(actor, case),
        beside=beside,
        transfer=transfer,
        handover=written[:fold],
        more=written[fold:],
        tasks=beside.tasks,
        done=sum(task["state"] == Task.State.DONE for task in beside.tasks),
        days=story.days(beside.story, beside.findings, beside.pins, origins(beside.evidence)),
        decided=decided_box(case, beside.decided),
        watch=watch(beside.clocks, case.tier),
        may_work=case.is_open and case.state != State.ESCALATED and actor.may("case.accept", case.team_id),
        playbook=f"{version.playbook.slug} version {version.number}",
    )


def _fold(written: list[Block]) -> int:
    """How much of a hand-over stands open: its heading, what happened and why. The rest is one press away."""
    chapters = [at for at, block in enumerate(written) if block.kind == "heading"]
    return chapters[OPEN_CHAPTERS] if len(chapters) > OPEN_CHAPTERS else len(written)
