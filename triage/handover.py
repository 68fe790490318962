"""The hand-over from L1 to T2, written from the run: light Markdown that reads well as plain text too.

What happened, why, what is known and what is not, the observables, what L1 did, what is open. Pure text over a
`RunView`; the sentences are the detectors' and the analysts' own, so that nothing here claims more than they did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casebook.models import CaseObservable
from casebook.models.choices import Section
from triage.engine.types import Because
from triage.run_view import RunView, StepLine

OBSERVABLES_SHOWN = 30
LONGEST = 20_000
TELLING = ("yes", "partly")
RESULT_WORDS = {
    "listed": "listed",
    "known_infrastructure": "known infrastructure",
    "not_listed": "not listed",
    "limited": "not fully looked up",
    "error": "look-up failed",
    None: "look-up under way",
}


@dataclass(frozen=True)
class Chapter:
    """A heading and its lines; left out where it has none."""

    title: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"## {self.title}", *(f"- {line}" for line in self.lines)])


def generate(view: RunView) -> str:
    """The hand-over as it stands now; at most one query more."""
    return _joined([_heading(view)], chapters(view))


def chapters(view: RunView) -> list[Chapter]:
    """The chapters that have something to say, in order."""
    judged = [line for line in view.lines if line.step.section in (Section.QUESTION, Section.INDICATOR)]
    known = [line for line in judged if _value(line) not in (None, "cannot_tell")]
    unknown = [line for line in judged if _value(line) in (None, "cannot_tell")]
    found = [
        Chapter("What happened", tuple(_what_happened(view))),
        Chapter("Why it is escalated", tuple(_why(view))),
        Chapter("What is known", tuple(_known(line) for line in known)),
        Chapter("What is not known", tuple(_unknown(line) for line in unknown)),
        Chapter("Observables", tuple(_observables(view))),
        Chapter("What L1 did", tuple(_done(view))),
        Chapter("What is open", tuple(_open(view))),
    ]
    return [chapter for chapter in found if chapter.lines]


def _joined(head: Sequence[str], body: Iterable[Chapter]) -> str:
    return "\n\n".join([*head, *map(str, body)])[:LONGEST]


def _heading(view: RunView) -> str:
    case = view.case
    about = f"\n{case.about}" if case.about else ""
    return f"# {case.ref} {case.title}\nseverity {case.severity_word}, playbook {view.version}{about}"


def _what_happened(view: RunView) -> Iterator[str]:
    case = view.case
    if case.alert_count:
        times = [at for at in (case.first_event_at, case.detected_at) if at]
        since = f", since {min(times):%Y-%m-%d %H:%M:%S} UTC" if times else ""
        source = f" from {case.source}" if case.source else ""
        yield f"{case.alert_count} alert{'s' if case.alert_count > 1 else ''}{source}{since}."
    said = [one for one in view.facts.findings if one.scope == "case" and one.answer in TELLING]
    yield from dict.fromkeys(f"{one.sentence} ({one.detector}, computed)" for one in said)


def _why(view: RunView) -> Iterator[str]:
    for line in view.criteria:
        if line.criterion and line.criterion.state == "met":
            reasons = [_reason(one, view) for one in line.criterion.because if not one.supporting]
            yield f"Met: {line.step.text} {' '.join(reasons)}".strip()


def _reason(because: Because, view: RunView) -> str:
    step = view.line(because.step) if isinstance(because.step, int) else None
    proposed = ", proposed, nobody has answered it" if because.proposed and step else ""
    where = f"{_place(step)}: " if step else ""
    return f"[{where}{because.answer.replace('_', ' ')}{proposed}] {because.sentence}".strip()


def _value(line: StepLine) -> str | None:
    """What stands at a step: a person's answer, else what is proposed."""
    return line.answer.value if line.answer else line.proposal.answer


def _known(line: StepLine) -> str:
    return f"{line.step.text} {_said(line)}"


def _unknown(line: StepLine) -> str:
    missing = f" Missing: {', '.join(line.missing)}." if line.missing else ""
    return f"{line.step.text} {_said(line)}{missing}"


def _said(line: StepLine) -> str:
    """``Yes (lina): note. What the evidence says.``"""
    evidence = f" {line.proposal.sentence}" if line.proposal.sentence else ""
    if line.answer is None:
        if line.proposal.state != "ready":
            return "Not answered yet."
        return f"Proposed, not answered: {str(line.proposal.answer).replace('_', ' ')}.{evidence}"
    words = line.answer.value.replace("_", " ").capitalize() + (", unknowable" if line.answer.unknowable else "")
    note = f": {line.answer.note}" if line.answer.note else ""
    stale = " The evidence has changed since." if line.stale else ""
    return f"{words} ({line.answer.by.get_username()}){note}.{stale}{evidence}"


def _observables(view: RunView) -> Iterator[str]:
    links = CaseObservable.objects.filter(case=view.case).select_related("observable").order_by("role", "id")
    for link in links[:OBSERVABLES_SHOWN]:
        value = link.observable.value
        looked_up = [
            f"{RESULT_WORDS.get(one.result, one.result)}{f' ({one.summary})' if one.summary else ''}"
            for one in view.facts.lookups
            if (one.type, one.value) == (link.observable.type, value)
        ]
        named = [
            one.detector
            for one in view.facts.findings
            if one.scope == "case" and one.answer in TELLING and _names(one.data.get("entities", {}), value)
        ]
        seen = [f"named by {', '.join(named)}"] if named else []
        told = "; ".join([*looked_up, *seen]) or "nothing looked up yet"
        yield f"{link.observable.type} {value} ({link.role}): {told}"


def _names(entities: dict[str, list[str]], value: str) -> bool:
    return any(value in values for values in entities.values())


def _done(view: RunView) -> Iterator[str]:
    progress = view.decision.progress
    if progress.required:
        yield f"{progress.answered} of {progress.required} required questions answered."
    for line in view.lines:
        if line.answer and line.step.section in (Section.LOG_SOURCE, Section.L1_STEP):
            note = f": {line.answer.note}" if line.answer.note else ""
            value = line.answer.value.replace("_", " ")
            yield f"{line.step.text} {value.capitalize()} ({line.answer.by.get_username()}){note}"
    for one in view.facts.evidence:
        if one.lines:
            yield f"Read {one.name}: {one.understood:,} of {one.lines:,} lines understood (SHA-256 {one.sha256[:12]}…)."


def _open(view: RunView) -> Iterator[str]:
    for line in view.section(Section.L1_STEP):
        if line.answer is None:
            yield f"Not done: {line.step.text}"
    for line in view.section(Section.LOG_SOURCE):
        if line.answer is None and line.missing:
            yield f"Not looked at: {line.step.text}"
    for one in view.facts.unread:
        yield f"{one.name} is still being read."
    for line in view.criteria:
        if line.criterion and line.criterion.state == "cannot_tell":
            yield f"Cannot tell: {line.step.text}"


def _place(line: StepLine | None) -> str:
    return "" if line is None else f"{line.step.get_section_display().lower()} {line.step.position}"


def case_as_text(view: RunView) -> str:
    """The case for a ticket or a chat: its standing first, then what the hand-over says, without the heading twice."""
    case = view.case
    owner = case.owner.get_username() if case.owner else "nobody"
    verdict = f", {case.verdict.replace('_', ' ')}" if case.verdict else ""
    standing = [f"State: {case.state}{verdict}, owner {owner}."]
    recommendation = view.recommendation
    if recommendation.decision != "none":
        words = recommendation.decision.replace("_", " ")
        because = "".join(f"\n  - {line}" for line in recommendation.because)
        standing.append(f"Recommendation: {words}.{because}")
    body = [chapter for chapter in chapters(view) if chapter.title != "Why it is escalated" or case.escalated_at]
    return _joined([_heading(view), "\n".join(standing)], body)
