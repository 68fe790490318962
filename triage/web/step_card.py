"""One step as the centre of the workbench shows it: what is asked, what is proposed on what, what can be answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from casebook.models import Step
from casebook.models.choices import Polarity, Section
from triage import answers
from triage.engine.types import Because
from triage.models import Answer
from triage.run_view import RunView, StepLine
from triage.taking_back import LONGEST
from triage.wanted import Want
from triage.wanted import of_step as wanted_by
from triage.web.evidence_table import Pins
from triage.web.finding_card import Elsewhere, FindingCard, Shown, elsewhere, finding_card, origins
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
SHORT = 68


@dataclass(frozen=True)
class Choice:
    """An answer that can be given: its word, its key, and whether it is what the evidence proposes."""

    value: str
    key: str
    proposed: bool


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
    want: Want | None
    reasons: tuple[Reason, ...]
    wants_log: bool
    computed: bool
    can_take_back: bool
    kinds: tuple[str, ...]
    shown: Shown = field(default_factory=Shown)

    @property
    def asks_why(self) -> bool:
        """Whether *cannot tell* is an answer here whose reason counts: it may stand for a question for good."""
        answerable = any(choice.value == "cannot_tell" for choice in self.choices)
        return answerable and self.step.section in (Section.QUESTION, Section.INDICATOR)

    @property
    def step(self) -> Step:
        return self.line.step


def card(
    view: RunView,
    line: StepLine,
    *,
    person_id: int | None,
    about: Iterable[tuple[str, str]],
    shown: Shown | None = None,
    pins: Pins | None = None,
) -> StepCard:
    """The card of one step. ``about`` are the case's observables (type, value); ``shown`` how its tables are asked for,
    ``pins`` which records are on the timeline."""
    found, how = origins(view.facts.evidence), shown or Shown()
    cards = tuple(finding_card(one, line, found, how, pins or {}) for one in line.findings)
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
        elsewhere=tuple(elsewhere(view.case, one) for one in line.elsewhere if one.answer in ("yes", "partly")),
        choices=_choices(line),
        accept=_accepted(line),
        searches=tuple(searches(view.case, line.step, about)),
        want=wanted_by(view.case, line, about),
        reasons=reasons(view, line),
        wants_log=_wants_log(line),
        computed=line.criterion is not None and not answers.values_for(line.step),
        can_take_back=_latest_of(view, person_id) == line.answer and line.answer is not None,
        kinds=tuple(KINDS.get(kind, kind) for kind in line.step.options.get("kinds", ())),
        shown=how,
    )


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
