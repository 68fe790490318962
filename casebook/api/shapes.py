"""The shapes of the API's answers, for the schema: serializers that only describe."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from casebook.models import ClockState, EvidenceState, Measure, Severity, State, Tier, Verdict

SEVERITIES = list(Severity.labels)


class Shape(s.Serializer[Any]):
    """A described answer; nothing is ever created through one."""


def page_of(shape: type[Shape]) -> Shape:
    """``{"next", "previous", "results"}`` of a shape."""
    name = shape.__name__.removesuffix("Serializer") + "Page"
    fields: dict[str, s.Field[Any, Any, Any, Any]] = {
        "next": s.CharField(allow_null=True),
        "previous": s.CharField(allow_null=True),
        "results": shape(many=True),
    }
    return cast(Shape, inline_serializer(name, fields))


class ObservableInSerializer(Shape):
    type = s.CharField()
    value = s.CharField()
    role = s.ChoiceField(["source", "target", "related"], required=False, help_text="role in the alert")


class RuleSerializer(Shape):
    id = s.CharField(required=False)
    name = s.CharField(required=False)


class AssetInSerializer(Shape):
    name = s.CharField()
    critical = s.BooleanField(required=False)


class AlertInSerializer(Shape):
    """One alert, or a list of them."""

    external_id = s.CharField()
    title = s.CharField()
    description = s.CharField(required=False)
    severity = s.ChoiceField(SEVERITIES, required=False)
    tlp = s.CharField(required=False)
    pap = s.CharField(required=False)
    detected_at = s.DateTimeField(required=False, allow_null=True)
    first_event_at = s.DateTimeField(required=False, allow_null=True)
    last_event_at = s.DateTimeField(required=False, allow_null=True)
    rule = RuleSerializer(required=False)
    techniques = s.ListField(child=s.CharField(), required=False)
    tactics = s.ListField(child=s.CharField(), required=False)
    link = s.CharField(required=False)
    observables = ObservableInSerializer(many=True, required=False)
    assets = AssetInSerializer(many=True, required=False)
    events = s.ListField(child=s.DictField(), required=False)
    raw = s.JSONField(required=False)


class IntakeWarningSerializer(Shape):
    field = s.CharField()
    detail = s.CharField()


class IntakeOneSerializer(Shape):
    alert = s.IntegerField(allow_null=True, help_text="null where it is kept and not understood")
    outcome = s.ChoiceField(["opened", "attached", "repeated", "suppressed", "accepted"])
    case = s.CharField(allow_null=True)
    url = s.CharField(allow_null=True)
    count = s.IntegerField(required=False)
    warnings = IntakeWarningSerializer(many=True, required=False)
    assumed = s.ListField(child=s.CharField(), required=False, help_text="what an adapter had to guess")
    reason = s.CharField(required=False, help_text="why it was not understood")
    place = s.CharField(required=False, help_text="where in the message: a JSON pointer")


class IntakeManySerializer(Shape):
    received = s.IntegerField()
    opened = s.IntegerField()
    attached = s.IntegerField()
    repeated = s.IntegerField()
    suppressed = s.IntegerField()
    accepted = s.IntegerField()
    refused = s.IntegerField()
    results = s.ListField(child=s.DictField())


class AlertLineSerializer(Shape):
    id = s.IntegerField()
    external_id = s.CharField()
    source = s.CharField()  # type: ignore[assignment]
    case = s.CharField(allow_null=True)
    suppressed_by = s.IntegerField(allow_null=True, help_text="the suppression it lies under")
    title = s.CharField()
    description = s.CharField()
    severity = s.ChoiceField(SEVERITIES)
    tlp = s.CharField()
    pap = s.CharField()
    rule = RuleSerializer()
    techniques = s.ListField(child=s.CharField())
    tactics = s.ListField(child=s.CharField())
    link = s.CharField()
    count = s.IntegerField()
    detected_at = s.DateTimeField(allow_null=True)
    first_event_at = s.DateTimeField(allow_null=True)
    last_event_at = s.DateTimeField(allow_null=True)
    received_at = s.DateTimeField()
    last_seen_at = s.DateTimeField()


class AlertSerializer(AlertLineSerializer):
    raw = s.JSONField()


class PinnedPlaybookSerializer(Shape):
    slug = s.CharField()
    technique = s.CharField(allow_null=True)
    name = s.CharField()
    version = s.IntegerField()
    why = s.CharField()


class CaseObservableSerializer(Shape):
    id = s.IntegerField()
    type = s.CharField()
    value = s.CharField()
    role = s.CharField()
    count = s.IntegerField()


class ClockSerializer(Shape):
    measure = s.ChoiceField(Measure.choices)
    state = s.ChoiceField(ClockState.choices)
    target_s = s.IntegerField()
    elapsed_s = s.IntegerField()
    wall_s = s.IntegerField()
    due_at = s.DateTimeField(allow_null=True)
    explain = s.ListField(child=s.CharField())


class CaseRowSerializer(Shape):
    ref = s.CharField()
    title = s.CharField()
    about = s.CharField()
    state = s.ChoiceField(State.choices)
    severity = s.ChoiceField(SEVERITIES)
    tier = s.ChoiceField(Tier.choices)
    owner = s.CharField(allow_null=True)
    team = s.CharField()
    version = s.IntegerField()
    playbook = PinnedPlaybookSerializer()
    alerts = s.IntegerField()
    verdict = s.ChoiceField(Verdict.choices, allow_null=True)
    opened_at = s.DateTimeField()


class CaseSerializer(CaseRowSerializer):
    observables = CaseObservableSerializer(many=True)
    clocks = ClockSerializer(many=True)
    waiting = s.DictField(allow_null=True)
    follows = s.CharField(allow_null=True)
    instants = s.DictField(child=s.DateTimeField(allow_null=True))


class OpenCaseSerializer(Shape):
    title = s.CharField()
    team = s.CharField(required=False)
    severity = s.ChoiceField(SEVERITIES, required=False)
    techniques = s.ListField(child=s.CharField(), required=False)
    observables = ObservableInSerializer(many=True, required=False)


class EditCaseSerializer(Shape):
    version = s.IntegerField(required=False)
    severity = s.ChoiceField(SEVERITIES, required=False)
    title = s.CharField(required=False)
    reason = s.CharField(required=False)


class VerbSerializer(Shape):
    version = s.IntegerField(required=False)
    reason = s.CharField(required=False)
    to = s.CharField(required=False)
    until = s.DateTimeField(required=False)
    text = s.CharField(required=False, help_text="the note's text")


class TimelineEntrySerializer(Shape):
    id = s.IntegerField()
    at = s.DateTimeField()
    verb = s.CharField()
    kind = s.CharField()
    actor = s.CharField()
    text = s.CharField()
    payload = s.DictField()


class RelatedSerializer(Shape):
    ref = s.CharField()
    title = s.CharField()
    state = s.CharField()
    verdict = s.CharField(allow_null=True)
    opened_at = s.DateTimeField()
    shared = s.ListField(child=s.CharField())


class EvidenceSerializer(Shape):
    id = s.IntegerField()
    case = s.CharField()
    state = s.ChoiceField(EvidenceState.choices)
    kind = s.CharField()
    name = s.CharField()
    sha256 = s.CharField()
    bytes = s.IntegerField()
    format = s.CharField()
    lines = s.IntegerField()
    understood = s.IntegerField()
    not_understood = s.IntegerField()
    kinds = s.ListField(child=s.CharField())
    window = s.ListField(child=s.DateTimeField(), allow_null=True)
    assumptions = s.DictField()
    progress = s.IntegerField()
    error = s.CharField(allow_null=True)


class UploadSerializer(Shape):
    file = s.FileField(required=False)
    text = s.CharField(required=False)
    name = s.CharField(required=False)
    format = s.CharField(required=False)
    timezone = s.CharField(required=False)
    year = s.IntegerField(required=False)


class QueuedSerializer(Shape):
    evidence = s.IntegerField()
    state = s.CharField()


class CorrectionSerializer(Shape):
    timezone = s.CharField(required=False)
    year = s.IntegerField(required=False)
    format = s.CharField(required=False)


class LineSerializer(Shape):
    line = s.IntegerField()
    text = s.CharField(help_text="its beginning, where it is cut")
    bytes = s.IntegerField(help_text="of the whole line")
    cut = s.BooleanField()


class LinesSerializer(Shape):
    evidence = s.IntegerField()
    lines = LineSerializer(many=True)


class ChangeSerializer(Shape):
    verb = s.CharField()
    case = s.CharField(allow_null=True)
    at = s.DateTimeField()


class ChangesSerializer(Shape):
    next = s.CharField()
    changes = ChangeSerializer(many=True)


class PlaybookRowSerializer(Shape):
    slug = s.CharField()
    library = s.CharField()
    technique = s.CharField(allow_null=True)
    name = s.CharField()
    tactics = s.ListField(child=s.CharField())
    version = s.IntegerField()
    state = s.CharField()
    steps = s.DictField(child=s.IntegerField())


class PlaybookStepSerializer(Shape):
    id = s.IntegerField()
    key = s.CharField()
    section = s.CharField()
    position = s.IntegerField()
    text = s.CharField()
    polarity = s.CharField()
    required = s.BooleanField()  # type: ignore[assignment]
    why = s.CharField()
    bindings = s.ListField(child=s.DictField())
    expression = s.JSONField(allow_null=True)
    confirmed = s.BooleanField()


class PlaybookSerializer(Shape):
    slug = s.CharField()
    library = s.CharField()
    technique = s.CharField(allow_null=True)
    name = s.CharField()
    tactics = s.ListField(child=s.CharField())
    version = s.IntegerField()
    state = s.CharField()
    versions = s.ListField(child=s.DictField())
    steps = PlaybookStepSerializer(many=True)
