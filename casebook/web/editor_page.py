"""What the editor's page shows of a draft: its outline, one step or the head or the source, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from casebook.errors import DomainError
from casebook.models import Case, PlaybookVersion, Section
from casebook.playbooks import drafts, edits
from casebook.playbooks.checking import Checked, has_comments, lines_of_steps
from casebook.playbooks.clauses import Clause, clause
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.outline import names_of
from casebook.playbooks.stored import steps_of
from casebook.playbooks.types import SECTIONS, Expression, ParsedCard, ParsedStep
from casebook.playbooks.vocabulary import Vocabulary, vocabulary
from casebook.web.playbook_page import SECTIONS as NAMES
from casebook.web.step_form import StepForm, form_of

STEPS, SOURCE = "steps", "source"
CASES_OFFERED = 12


@dataclass(frozen=True)
class OutlineStep:
    """A step in the outline; ``line`` is where it stands in the source, 0 where that is not known."""

    step: ParsedStep
    ref: str
    line: int
    current: bool


@dataclass(frozen=True)
class OutlineSection:
    key: str
    name: str
    hint: str
    steps: list[OutlineStep]


@dataclass(frozen=True)
class Refusal:
    """A save that was not made: why, by field, and who was faster where somebody was."""

    status: int
    detail: str
    errors: Mapping[str, list[str]]
    extra: Mapping[str, Any]

    @property
    def stale(self) -> bool:
        return "revision" in self.extra

    @classmethod
    def of(cls, refused: DomainError) -> Refusal:
        return cls(refused.status, refused.detail, refused.errors, refused.extra)


@dataclass(frozen=True)
class EditorPage:
    """``way`` is `STEPS` or `SOURCE`; a text that cannot be read leaves only the second. ``form`` is the step's, else
    the head of the card is shown. ``text`` is the source as typed."""

    draft: PlaybookVersion
    way: str
    text: str
    checked: Checked
    outline: list[OutlineSection]
    form: StepForm | None
    rule: Clause | None
    head: Mapping[str, str]
    comments: bool
    vocabulary: Vocabulary
    cases: list[Case]
    refusal: Refusal | None = None

    @property
    def key(self) -> str:
        return self.form.step.key if self.form else ""

    @property
    def total(self) -> int:
        return sum(len(section.steps) for section in self.outline)

    @property
    def other_sections(self) -> list[tuple[str, str]]:
        """Where the step could be moved to."""
        return [(one.key, one.name) for one in self.outline if not self.form or one.key != self.form.step.section]

    @property
    def names(self) -> list[tuple[str, str]]:
        """Short names of the steps an expression may speak of, with their words."""
        return [(one.ref, one.step.text) for section in self.outline for one in section.steps]


def build(
    draft: PlaybookVersion,
    *,
    way: str,
    key: str,
    cases: list[Case],
    posted: QueryDict | None = None,
    refusal: Refusal | None = None,
) -> EditorPage:
    """The page of a draft at a step (``key``), or at the card's head. ``posted`` is what was typed and refused."""
    text = posted.get("text", draft.card) if posted is not None and posted.get("do") == "source" else draft.card
    checked = drafts.read(draft)
    card = checked.card
    way = SOURCE if card is None else way
    form = _form(card, key, posted if way == STEPS else None)
    return EditorPage(
        draft=draft,
        way=way,
        text=text,
        checked=drafts.read_text(draft, text) if text != draft.card else checked,
        outline=_outline(draft, card, key),
        form=form,
        rule=rule_in_words(card, form.step.expression) if card and form else None,
        head=_head(draft, posted),
        comments=has_comments(draft.card),
        vocabulary=vocabulary(),
        cases=cases,
        refusal=refusal,
    )


def rule_in_words(card: ParsedCard, expression: Expression | None) -> Clause | None:
    """An expression as a reader sees it."""
    return clause(expression, names_of(card.steps)) if expression else None


def _form(card: ParsedCard | None, key: str, posted: QueryDict | None) -> StepForm | None:
    if card is None or not any(step.key == key for step in card.steps):
        return None
    typed = posted if posted is not None and posted.get("do") == "step" else None
    return form_of(card, edits.step_of(card, key), typed)


def _outline(draft: PlaybookVersion, card: ParsedCard | None, key: str) -> list[OutlineSection]:
    """Every section, also of a text that cannot be read: then the steps of the last one that could."""
    steps = list(card.steps) if card else steps_of(draft)
    refs, lines = refs_of(steps), lines_of_steps(draft.card)
    return [
        OutlineSection(
            name,
            *NAMES[Section(name)],
            [
                OutlineStep(step, refs[step.key], lines.get((name, step.position), 0), step.key == key)
                for step in steps
                if step.section == name
            ],
        )
        for name in SECTIONS
    ]


def _head(draft: PlaybookVersion, posted: QueryDict | None) -> dict[str, str]:
    if posted is not None and posted.get("do") == "head":
        return {name: posted.get(name, "") for name in ("name", "technique", "techniques", "also_for", "tactics")}
    return {
        "name": draft.name,
        "technique": draft.technique,
        "techniques": ", ".join(one for one in draft.techniques if one != draft.technique),
        "also_for": ", ".join(draft.also_for),
        "tactics": ", ".join(draft.tactics),
    }
