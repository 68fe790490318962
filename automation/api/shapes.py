"""The shapes of this app's answers, for the schema: serializers that only describe."""

from __future__ import annotations

from rest_framework import serializers as s

from automation.containment.kinds import KINDS
from automation.containment.states import RESOLUTIONS
from automation.models import ActionState, LookupResult
from casebook.api.shapes import Shape


class LookedUpSerializer(Shape):
    type = s.CharField()
    value = s.CharField()


class LookupSerializer(Shape):
    id = s.IntegerField()
    enricher = s.CharField()
    observable = LookedUpSerializer()
    result = s.ChoiceField(LookupResult.values, allow_null=True)
    state = s.ChoiceField(["waiting", "running", "done", "failed"])
    summary = s.CharField()
    score = s.IntegerField(allow_null=True)
    list_date = s.DateField(allow_null=True)
    link = s.CharField()
    at = s.DateTimeField(allow_null=True)
    hits = s.ListField(child=s.DictField())


class LookupsSerializer(Shape):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = LookupSerializer(many=True)


class LookupsAskedSerializer(LookupsSerializer):
    asked = s.IntegerField(help_text="how many lookups were sent on their way")


class RailSerializer(Shape):
    rail = s.CharField()
    passed = s.BooleanField()
    why = s.CharField()
    needs_lead = s.BooleanField()


class ActionSerializer(Shape):
    id = s.IntegerField()
    case = s.CharField()
    kind = s.ChoiceField(list(KINDS))
    target = s.CharField()
    connector = s.CharField()
    state = s.ChoiceField(ActionState.values)
    in_force = s.BooleanField()
    critical = s.BooleanField(help_text="only a lead may agree")
    reason = s.CharField()
    outcome = s.CharField()
    guard_rails = RailSerializer(many=True)
    reach = s.ListField(child=s.CharField())
    undo = s.CharField()
    expires_in = s.IntegerField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)
    requested_by = s.CharField()
    approved_by = s.CharField(allow_null=True)
    requested_at = s.DateTimeField()
    lapses_at = s.DateTimeField(allow_null=True)
    approved_at = s.DateTimeField(allow_null=True)
    applied_at = s.DateTimeField(allow_null=True)
    verified_at = s.DateTimeField(allow_null=True)
    undone_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    replaces = s.IntegerField(allow_null=True)
    seen = s.CharField(help_text="digest of what would be done; send it back with approve")
    may = s.ListField(child=s.CharField(), help_text="what the asker may do with it now")


class ActionsSerializer(Shape):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = ActionSerializer(many=True)


class RequestSerializer(Shape):
    kind = s.ChoiceField(list(KINDS))
    target = s.CharField()
    connector = s.CharField(required=False, help_text="slug; the team's first that does the kind where left out")
    expires_in = s.CharField(required=False, help_text="seconds, or 30m, 24h, 7d; 24h where left out")
    reason = s.CharField()


class ApproveSerializer(Shape):
    seen = s.CharField(required=False, help_text="refused with 409 if the action is no longer what this digest says")


class ReasonSerializer(Shape):
    reason = s.CharField()


class MaybeReasonSerializer(Shape):
    reason = s.CharField(required=False)


class ResolveSerializer(Shape):
    to = s.ChoiceField(list(RESOLUTIONS))
    reason = s.CharField()
