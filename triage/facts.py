"""Everything a case's decision rests on, loaded once: seven queries, however much the case holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum, TextField, Value

from automation.lookups.read import Shown
from automation.lookups.read import of_case as lookups_of
from casebook.models import Alert, Case, Evidence, Step, Work
from casebook.models.choices import EvidenceState, Section, Severity, WorkState
from casebook.playbooks.library import in_rail_order
from casebook.plugins import table
from triage.engine.types import AlertView, AnswerView, BindingView, FindingView, LookupView, StepView
from triage.models import Answer, Finding, Focus, Run

SECTIONS = tuple(Section.values)
"""In the order the rail shows them."""

ALERTS_READ = 50
"""A case may hold thousands of alerts; what they assert is read from the newest of them."""

UNDER_WAY = (WorkState.WAITING, WorkState.RUNNING)
UNREAD = (EvidenceState.QUEUED, EvidenceState.READING)


@dataclass(frozen=True)
class Facts:
    """The rows behind one decision. ``answers`` and ``seconds`` go by step id; ``run`` is None until first touched."""

    case: Case
    run: Run | None
    steps: tuple[Step, ...]
    answers: dict[int, Answer]
    seconds: dict[int, int]
    findings: tuple[Finding, ...]
    lookups: tuple[Shown, ...]
    alerts: tuple[Alert, ...]
    evidence: tuple[Evidence, ...]
    computing: bool

    @property
    def unread(self) -> tuple[Evidence, ...]:
        """Evidence whose events are not known yet."""
        return tuple(one for one in self.evidence if one.state in UNREAD)


def gather(case: Case) -> Facts:
    """Load the facts of a case the caller was allowed to fetch.

    Findings that rest on a log which is being read again are left out: their detectors count as computing.

    Evidence comes first, then the work that follows from it, then what that found: a reading or computation that ends
    in between is taken for one that is still under way, never for one that found nothing.
    """
    evidence = tuple(Evidence.objects.filter(case=case))
    run = _run(case)
    computing = _computing(case, run) or any(one.state in UNREAD for one in evidence)
    steps = _steps(case, run)
    findings = Finding.objects.filter(case=case)
    return Facts(
        case=case,
        run=run,
        steps=steps,
        answers=_answers(run),
        seconds={step.pk: step.seconds or 0 for step in steps},  # type: ignore[attr-defined]  # annotated by _steps
        findings=tuple(one for one in findings if not (computing and _rests_on_a_rereading(one, evidence))),
        lookups=tuple(lookups_of(case)),
        alerts=tuple(Alert.objects.filter(case=case).order_by("-id")[:ALERTS_READ]),
        evidence=evidence,
        computing=computing,
    )


def _rests_on_a_rereading(finding: Finding, evidence: Iterable[Evidence]) -> bool:
    """Whether a log the finding looked at has been read anew since, or is being: its zone or year was corrected.

    A log that comes in beside others takes nothing from a yes; one that is read differently may. Until the finding is
    computed again its figures are nobody's.
    """
    seen = set(finding.data.get("sources", ()))
    again = (one.state in UNREAD or bool(one.read_at and one.read_at > finding.computed_at) for one in evidence
             if one.name in seen)  # fmt: skip
    return any(again)


def step_view(step: Step) -> StepView:
    """A step as the engine reads it."""
    return StepView(
        id=step.pk,
        key=step.key,
        section=step.section,
        position=step.position,
        text=step.text,
        polarity=step.polarity,
        required=step.required,
        bindings=tuple(BindingView(one["detector"], one.get("deciding", True)) for one in step.bindings),
        expression=step.expression,
        confirmed=step.confirmed,
    )


def answer_views(facts: Facts) -> dict[str, AnswerView]:
    """Current answers by step key."""
    keys = {step.pk: step.key for step in facts.steps}
    return {
        keys[step_id]: AnswerView(
            value=one.value,
            unknowable=one.unknowable,
            proposal_answer=one.proposal_answer or None,
            proposal_digest=one.proposal_digest or None,
            person=one.by.get_username(),
        )
        for step_id, one in facts.answers.items()
        if step_id in keys
    }


def finding_views(findings: Iterable[Finding]) -> list[FindingView]:
    return [
        FindingView(
            detector=one.detector,
            answer=one.answer,
            scope=one.scope,
            confidence=one.confidence,
            sentence=one.sentence,
            missing=tuple(one.data.get("missing", ())),
            digest=one.input_digest,
            figures=one.data.get("figures", {}),
        )
        for one in findings
    ]


def lookup_views(facts: Facts) -> list[LookupView]:
    return [LookupView(one.type, one.value, one.result, one.enricher, one.score) for one in facts.lookups]


def alert_view(facts: Facts) -> AlertView:
    """What the alerts assert, together: the first one's rule and title, and what any of them names."""
    case, alerts = facts.case, facts.alerts
    first = alerts[-1] if alerts else None
    fields: dict[str, Any] = {
        "severity": Severity(case.severity).word,
        "title": first.title if first else case.title,
        "rule.id": first.rule_id if first else "",
        "rule.name": first.rule_name if first else "",
        "techniques": sorted({*case.techniques, *(name for one in alerts for name in one.techniques)}),
        "tactics": sorted({name for one in alerts for name in one.tactics}),
        "assets": sorted({str(asset.get("name", "")) for one in alerts for asset in one.assets}),
        "assets.critical": any(asset.get("critical") for one in alerts for asset in one.assets),
        "count": sum(one.count for one in alerts),
        "alerts": case.alert_count,
    }
    return AlertView(fields)


def computing_detectors(facts: Facts) -> frozenset[str]:
    """The detectors whose findings are on their way: all of them, while evidence is read or findings are computed."""
    return frozenset(table("DETECTORS")) if facts.computing else frozenset()


def _run(case: Case) -> Run | None:
    return Run.objects.filter(case=case, abandoned_at=None).annotate(computing=Exists(_work(case))).first()


def _work(case: Case) -> Any:
    return Work.objects.filter(
        kind="findings.compute", subject=Value(f"case:{case.pk}", TextField()), state__in=UNDER_WAY
    )


def _computing(case: Case, run: Run | None) -> bool:
    """Asked along with the run; alone only before there is one."""
    return bool(run.computing) if run is not None else bool(_work(case).exists())  # type: ignore[attr-defined]


def _steps(case: Case, run: Run | None) -> tuple[Step, ...]:
    """In the order of the rail, each with the ``seconds`` people had it in focus."""
    focus = Focus.objects.filter(run=run, step=OuterRef("pk")).values("step").annotate(total=Sum("seconds"))
    found = Step.objects.filter(version=case.playbook_version_id).annotate(seconds=Subquery(focus.values("total")))
    return tuple(in_rail_order(found))


def _answers(run: Run | None) -> dict[int, Answer]:
    if run is None:
        return {}
    return {one.step_id: one for one in Answer.objects.filter(run=run, current=True).select_related("by")}
