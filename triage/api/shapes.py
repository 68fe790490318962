"""The shapes of triage's part of the API. Requests are checked by theirs; answers are only described."""

from __future__ import annotations

from rest_framework import serializers as s

from casebook.api.shapes import CaseSerializer, Shape
from casebook.models import Verdict
from casebook.models.choices import Polarity, Section
from triage.models import Escalation, Task

ANSWER_VALUES = ["yes", "no", "partly", "cannot_tell", "noted", "done", "met", "not_met"]
OUTCOMES = ["yes", "no", "partly", "cannot_tell"]
CONFIDENCES = ["low", "medium", "high"]


class RunPlaybookSerializer(Shape):
    slug = s.CharField()
    technique = s.CharField(allow_null=True)
    name = s.CharField()
    version = s.IntegerField()


class ProgressSerializer(Shape):
    answered = s.IntegerField()
    required = s.IntegerField()  # type: ignore[assignment]


class ProposalSerializer(Shape):
    state = s.ChoiceField(["ready", "computing", "none"])
    answer = s.ChoiceField(OUTCOMES, allow_null=True)
    confidence = s.ChoiceField(CONFIDENCES, allow_null=True)
    sentence = s.CharField()
    digest = s.CharField()
    missing = s.ListField(child=s.CharField())


class EvidenceRowSerializer(Shape):
    evidence = s.IntegerField(allow_null=True)
    source = s.CharField()  # type: ignore[assignment]
    line = s.IntegerField(allow_null=True)
    offset = s.IntegerField(allow_null=True)
    length = s.IntegerField(allow_null=True)
    text = s.CharField()
    event = s.DictField()


class FindingSerializer(Shape):
    detector = s.CharField()
    scope = s.ChoiceField(["case", "elsewhere"])
    deciding = s.BooleanField()
    answer = s.ChoiceField(OUTCOMES)
    confidence = s.ChoiceField(CONFIDENCES)
    sentence = s.CharField()
    missing = s.ListField(child=s.CharField())
    threshold = s.CharField()
    window = s.ListField(child=s.DateTimeField(allow_null=True))
    sources = s.ListField(child=s.CharField())
    evidence = EvidenceRowSerializer(many=True)
    figures = s.DictField()
    entities = s.DictField()
    would_change = s.CharField()


class AnswerSerializer(Shape):
    value = s.ChoiceField(ANSWER_VALUES)
    unknowable = s.BooleanField()
    by = s.CharField()
    at = s.DateTimeField()
    note = s.CharField()
    proposal = s.ChoiceField(["accepted", "changed", "none"])
    stale = s.BooleanField()
    seconds = s.IntegerField()
    revision = s.IntegerField()


class RunStepSerializer(Shape):
    id = s.IntegerField()
    key = s.CharField()
    section = s.ChoiceField(Section.choices)
    position = s.IntegerField()
    text = s.CharField()
    polarity = s.ChoiceField(Polarity.choices)
    required = s.BooleanField()  # type: ignore[assignment]
    why = s.CharField()
    means = s.CharField()
    mark = s.ChoiceField(["answered", "stale", "proposed", "computing", "waiting", "open"])
    missing = s.ListField(child=s.CharField())
    proposal = ProposalSerializer()
    findings = FindingSerializer(many=True)
    answer = AnswerSerializer(allow_null=True)


class BecauseSerializer(Shape):
    step = s.IntegerField(allow_null=True)
    answer = s.CharField()
    proposed = s.BooleanField()
    sentence = s.CharField()


class CriterionSerializer(Shape):
    id = s.IntegerField()
    key = s.CharField()
    text = s.CharField()
    confirmed = s.BooleanField()
    state = s.ChoiceField(["met", "not_met", "cannot_tell"])
    because = BecauseSerializer(many=True)


class RecommendationSerializer(Shape):
    decision = s.ChoiceField(["escalate", "close", "more_needed", "none"])
    verdict = s.ChoiceField(Verdict.choices, allow_null=True)
    because = s.ListField(child=s.CharField())
    next = s.CharField(allow_null=True)
    next_step = s.IntegerField(allow_null=True)


class RunSerializer(Shape):
    playbook = RunPlaybookSerializer()
    revision = s.IntegerField()
    progress = ProgressSerializer()
    steps = RunStepSerializer(many=True)
    criteria = CriterionSerializer(many=True)
    recommendation = RecommendationSerializer()


class GiveAnswerSerializer(Shape):
    value = s.ChoiceField(ANSWER_VALUES)
    note = s.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)
    unknowable = s.BooleanField(required=False, default=False)
    revision = s.IntegerField(required=False, allow_null=True, default=None, min_value=0)


class AcceptProposalSerializer(Shape):
    revision = s.IntegerField(required=False, allow_null=True, default=None, min_value=0)


class TickSerializer(Shape):
    note = s.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)
    revision = s.IntegerField(required=False, allow_null=True, default=None, min_value=0)


class GivenSerializer(Shape):
    """What stands at a step after a verb, and the run's revision."""

    step = s.IntegerField()
    answer = AnswerSerializer(allow_null=True)
    revision = s.IntegerField()


class GivenListSerializer(Shape):
    accepted = GivenSerializer(many=True)
    revision = s.IntegerField()


class FocusSerializer(Shape):
    step = s.IntegerField(required=False, allow_null=True, default=None)
    seconds = s.IntegerField()


class EscalateSerializer(Shape):
    version = s.IntegerField(required=False, allow_null=True, default=None)
    reason = s.CharField(required=False, default="", allow_blank=True)
    handover = s.CharField(required=False, allow_null=True, default=None, allow_blank=True)


class AcceptCaseSerializer(Shape):
    version = s.IntegerField(required=False, allow_null=True, default=None)


class ReturnSerializer(Shape):
    version = s.IntegerField(required=False, allow_null=True, default=None)
    reason = s.CharField(required=False, default="", allow_blank=True)
    question = s.CharField(required=False, default="", allow_blank=True)


class CloseSerializer(Shape):
    version = s.IntegerField(required=False, allow_null=True, default=None)
    verdict = s.ChoiceField(Verdict.choices)
    reason = s.CharField(required=False, default="", allow_blank=True)


class LeftSerializer(Shape):
    id = s.IntegerField()
    what = s.CharField()
    state = s.CharField()
    expires_at = s.DateTimeField(allow_null=True)


class LeftBehindSerializer(Shape):
    tasks = LeftSerializer(many=True, help_text="open until now, and not done")
    actions = LeftSerializer(many=True, help_text="not over: in force, or asked for, and going on without the case")


class ClosedSerializer(CaseSerializer):
    left = LeftBehindSerializer()


class ChoosePlaybookSerializer(Shape):
    version = s.IntegerField(required=False, allow_null=True, default=None, help_text="the case's version")
    playbook = s.CharField()
    playbook_version = s.IntegerField(required=False, allow_null=True, default=None)
    reason = s.CharField(required=False, default="", allow_blank=True)


class EscalationSerializer(Shape):
    state = s.ChoiceField(Escalation.State.choices)
    handover = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()
    answered_by = s.CharField(allow_null=True)
    answered_at = s.DateTimeField(allow_null=True)
    question = s.CharField(allow_null=True)
    reason = s.CharField(allow_null=True)


class HandoverSerializer(Shape):
    """``handover`` is what was sent last, or what would be sent now; ``generated`` is always made now."""

    ref = s.CharField()
    handover = s.CharField()
    generated = s.CharField()
    escalations = EscalationSerializer(many=True)


class TaskSerializer(Shape):
    id = s.IntegerField()
    case = s.CharField()
    step = s.IntegerField(allow_null=True)
    title = s.CharField()
    state = s.ChoiceField(Task.State.choices)
    owner = s.CharField(allow_null=True)
    due_at = s.DateTimeField(allow_null=True)
    outcome = s.CharField()
    revision = s.IntegerField()
    created_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)


class TaskListSerializer(Shape):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = TaskSerializer(many=True)


class AddTaskSerializer(Shape):
    title = s.CharField()
    owner = s.CharField(required=False, allow_null=True, default=None, allow_blank=True)
    due_at = s.DateTimeField(required=False, allow_null=True, default=None)


class ChangeTaskSerializer(Shape):
    revision = s.IntegerField(required=False, allow_null=True)
    state = s.ChoiceField(Task.State.choices, required=False)
    owner = s.CharField(required=False, allow_null=True, allow_blank=True)
    due_at = s.DateTimeField(required=False, allow_null=True)
    outcome = s.CharField(required=False, allow_blank=True)
