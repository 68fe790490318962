"""The whole report: by playbook, or by version and question of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from casebook.actor import Actor
from triage.playbook_report.lines import BY_PLAYBOOK, BY_VERSION, Line, lines
from triage.playbook_report.maths import FEWEST
from triage.playbook_report.questions import Lack, Question, lacks, questions
from triage.playbook_report.scope import Scope, runs

FORMULAS = {
    "runs": "runs started in the period; abandoned ones count here and nowhere else",
    "active_time": "Σ seconds a step was in focus, per run; by question: one person's seconds in one run",
    "unknown_rate": "answers “cannot tell”, unknowable included / answers to questions and indicators",
    "override_rate": "runs decided against the recommendation / decided runs (first decision of each)",
    "return_rate": "transfers Tier 2 returned / transfers",
    "changed_rate": "answers that differ from the proposal / answers to a proposal",
    "pivotal_share": "decided runs in which the recommendation would be another had nobody known the answer"
    " / decided runs with it answered",
    "gain_bits": f"Σ p(a,v) · log2(p(a,v) / (p(a) · p(v))) over closed cases; from n = {FEWEST}",
    "never_changes": f"answered in {FEWEST} or more decided runs, pivotal in none",
}


@dataclass(frozen=True)
class PlaybookReport:
    """``lines`` are playbooks; where the scope names one, its versions, with its ``questions`` and ``lacks``."""

    scope: Scope
    lines: list[Line]
    questions: list[Question] = field(default_factory=list)
    lacks: list[Lack] = field(default_factory=list)

    @property
    def never_changes(self) -> list[Question]:
        return [one for one in self.questions if one.idle]


def report(actor: Actor, scope: Scope) -> PlaybookReport:
    """The report a viewer may see. Raises NotAllowed, and NotFound for a playbook one cannot see."""
    found = runs(actor, scope)
    if not scope.playbook:
        return PlaybookReport(scope, lines(found, BY_PLAYBOOK))
    return PlaybookReport(scope, lines(found, BY_VERSION), questions(found), lacks(found))
