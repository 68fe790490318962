"""The whole report: by playbook, or by version and question of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from casebook.actor import Actor
from casebook.models import PlaybookVersion
from triage.playbook_report.lines import BY_PLAYBOOK, BY_VERSION, Line, answers_by_playbook, lines
from triage.playbook_report.maths import FEWEST
from triage.playbook_report.questions import Lack, Question, answers_by_version, given, lacks, questions
from triage.playbook_report.scope import Sample, Scope, sample

FORMULAS = {
    "runs": "runs started in the period; abandoned ones count here and nowhere else",
    "active_time": "Σ seconds a step was open in front of somebody, per run; by question: one person's in one run."
    " A second counts while the window is in front and they moved, scrolled or typed within the last 60 s",
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
    """``lines`` are playbooks; where the scope names one, its versions, with its ``questions`` and ``lacks``.
    ``whole`` is all lines together."""

    scope: Scope
    sample: Sample
    lines: list[Line]
    whole: Line
    questions: list[Question] = field(default_factory=list)
    lacks: list[Lack] = field(default_factory=list)

    @property
    def never_changes(self) -> list[Question]:
        """What took most time first."""
        return sorted((one for one in self.questions if one.idle), key=lambda one: -one.spent_s)


def report(actor: Actor, scope: Scope) -> PlaybookReport:
    """The report a viewer may see. Raises NotAllowed, Invalid, and NotFound for a playbook one cannot see."""
    found = sample(actor, scope)
    if not scope.playbook:
        made, whole = lines(found, BY_PLAYBOOK, answers_by_playbook(found.kept))
        _entitle(made)
        return PlaybookReport(scope, found, made, whole)
    answers = given(found)
    made, whole = lines(found, BY_VERSION, answers_by_version(answers))
    titles = {one.number: one.name for one in found.versions}
    for line in (*made, whole):
        line.title = titles.get(line.name, found.versions[0].name)
    return PlaybookReport(scope, found, made, whole, questions(found, answers), lacks(found))


def _entitle(made: list[Line]) -> None:
    """A playbook is called what its newest version is that is no draft."""
    newest = (
        PlaybookVersion.objects.filter(playbook__slug__in=[line.name for line in made])
        .exclude(state=PlaybookVersion.State.DRAFT)
        .order_by("playbook_id", "-number")
        .distinct("playbook_id")
    )
    titles = dict(newest.values_list("playbook__slug", "name"))
    for line in made:
        line.title = titles.get(line.name, "")
