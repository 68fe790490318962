"""The fields of the verbs' forms. What is required here is what the service requires; it has the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casebook.actor import Actor
from casebook.models import Case, PlaybookVersion, Verdict
from casebook.models import Severity as Severities
from triage import left_behind
from triage.escalation import HANDOVER_MAX
from triage.left_behind import Left

TEXT_MAX = 20_000
NEEDS_REASON = "needs_reason"
"""Among a form's starting values: what is decided here is not what is recommended, so the reason is no option."""


@dataclass(frozen=True)
class Start:
    """Where a form starts: the case as it stands, who asks, and the values already in its fields."""

    case: Case
    actor: Actor
    values: Mapping[str, Any]


class VerbForm(forms.Form):
    """Carries the version that was looked at. Text fields keep a draft in the browser, by case and verb."""

    draft: ClassVar[str] = ""
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, start: Start, data: Any = None) -> None:
        super().__init__(data, initial={"version": start.case.version} | dict(start.values), auto_id="do-%s")
        if start.values.get(NEEDS_REASON):
            self.fields["reason"].required = True
        self.prepare(start)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs.setdefault("rows", 3)
                field.widget.attrs["data-draft"] = f"{start.case.ref}:{type(self).__name__}:{name}"

    def prepare(self, start: Start) -> None:
        """Choices that depend on the case."""

    def plain_fields(self) -> list[forms.BoundField]:
        """The fields a page shows one after the other."""
        return list(self.visible_fields())


def _text(label: str, *, required: bool = True, help_text: str = "", most: int = TEXT_MAX) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=most, widget=forms.Textarea(attrs={"rows": 3})
    )


class Escalate(VerbForm):
    handover = forms.CharField(
        label="Hand-over", max_length=HANDOVER_MAX, required=False,
        help_text="Written from the answers and the evidence. Change what a colleague would not understand.",
        widget=forms.Textarea(attrs={"rows": 16, "class": "mono"}),
    )  # fmt: skip
    reason = _text("Why", required=False, help_text="Needed where escalation is not what is recommended.")


class Close(VerbForm):
    """Every thing the case leaves behind is a box of its own: it is ticked, or seen to first."""

    verdict = forms.ChoiceField(label="As", choices=())
    reason = _text("Why", required=False)

    def prepare(self, start: Start) -> None:
        self.left = left_behind.of_case(start.case)
        for one in self.left:
            self.fields[f"left_{one.key}"] = forms.BooleanField(label=one.words, required=False)
        self._verdicts(start)

    def plain_fields(self) -> list[forms.BoundField]:
        return [self["verdict"], self["reason"]]

    def left_fields(self) -> list[tuple[Left, forms.BoundField]]:
        """What is left behind, with its box."""
        return [(one, self[f"left_{one.key}"]) for one in self.left]

    def _verdicts(self, start: Start) -> None:
        may_true = start.actor.may("case.close_true", start.case.team_id)
        known = [(value, value.replace("_", " ").capitalize()) for value in Verdict.values]
        allowed = [(value, word) for value, word in known if may_true or value != Verdict.TRUE_POSITIVE]
        self.fields["verdict"].choices = [("", "Choose a verdict"), *allowed]  # type: ignore[attr-defined]
        if start.case.tier == "t2":
            self.fields["reason"].help_text = "A verdict from Tier 2 needs a reason of its own."


class Return(VerbForm):
    question = _text("What should Tier 1 find out?")
    reason = _text("Why", required=False)


class Wait(VerbForm):
    reason = forms.CharField(label="For what", max_length=500, help_text="The clocks stand still until then.")
    until = forms.DateTimeField(
        label="Until", required=False, help_text="Your time; seven days at most. Four hours where nothing is said.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip


class Assign(VerbForm):
    to = forms.ChoiceField(label="To", choices=())
    reason = forms.CharField(label="Why", max_length=500, required=False)

    def prepare(self, start: Start) -> None:
        works = Q(memberships__team_id=start.case.team_id, memberships__role__in=("l1", "t2", "lead"), is_active=True)
        people = get_user_model().objects.filter(works).order_by("username").distinct()
        names = [person.get_username() for person in people]
        own = [name for name in names if name == start.actor.name]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            *((name, f"{name} (you)") for name in own),
            *((name, name) for name in names if name not in own),
        ]


class Reason(VerbForm):
    reason = forms.CharField(label="Why", max_length=500, required=False)


class Why(VerbForm):
    reason = forms.CharField(label="Why", max_length=500)


class Severity(VerbForm):
    severity = forms.ChoiceField(
        label="Severity", choices=[(word, word.capitalize()) for word in Severities.labels[::-1]]
    )
    reason = forms.CharField(label="Why", max_length=500, required=False)


class Finder(forms.TextInput):
    """A text field that offers what the typed words are part of, in value or label: the browser's own search."""

    offers: Sequence[tuple[str, str]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{(attrs or {}).get('id', name)}-offers"
        field = super().render(name, value, {**(attrs or {}), "list": listed, "autocomplete": "off"}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.offers)
        return format_html('{}<datalist id="{}">{}</datalist>', field, listed, options)


class Playbook(VerbForm):
    slug = forms.CharField(
        label="Playbook", max_length=120, widget=Finder, help_text="Type a technique or a word of its name."
    )
    reason = forms.CharField(label="Why it fits better", max_length=500)

    def prepare(self, start: Start) -> None:
        shared = Q(playbook__team=None) | Q(playbook__team=start.case.team_id)
        found = PlaybookVersion.objects.filter(shared, state=PlaybookVersion.State.PUBLISHED)
        found = found.exclude(pk=start.case.playbook_version_id).order_by("playbook__slug")
        offers = found.values_list("playbook__slug", "technique", "name")
        self.fields["slug"].widget.offers = [(slug, f"{technique} {name}".strip()) for slug, technique, name in offers]  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """The playbook of that slug, or the only one the words are part of."""
        typed: str = self.cleaned_data["slug"].strip()
        offers: Sequence[tuple[str, str]] = self.fields["slug"].widget.offers  # type: ignore[attr-defined]
        meant = [slug for slug, label in offers if typed.lower() in f"{slug} {label}".lower()]
        if typed in dict(offers):
            return typed
        if len(meant) != 1:
            raise forms.ValidationError(
                f"{len(meant)} playbooks are like that: choose one." if meant else "No other playbook is like that."
            )
        return meant[0]


class Note(VerbForm):
    text = _text("Note")
