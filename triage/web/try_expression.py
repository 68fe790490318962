"""Test what is being written on a past case, in place."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.playbooks.access import WRITE
from casebook.web.editing import Edited, edited
from casebook.web.guard import signed_in
from triage import trying
from triage.run_view import RunView, StepLine
from triage.web.decision_box import CRITERION_TONES, TITLES
from triage.web.step_card import Reason, reasons

UNTOLD = ("cannot_tell",)


@dataclass(frozen=True)
class Tried:
    """One criterion on the case: its state, and the reasons with their answers."""

    line: StepLine
    state: str
    tone: str
    reasons: tuple[Reason, ...]
    current: bool


@require_POST
@signed_in(WRITE)
def try_on(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/try/`: the editor's post with a ``case``. Every criterion's state there, the edited one first.

    What cannot be read is said in place. Raises NotFound for a case one may know nothing of.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, object] = {"slug": slug}
    try:
        done = edited(actor, slug, request.POST)
        about = trying.subject(actor, _ref(request))
    except Invalid as refused:
        return _answer(request, context | {"refused": refused}, status=422)
    context |= {"subject": about, "case": about.case}
    if done.card is None:
        return _answer(request, context | {"flaws": done.flaws}, status=422)
    view = _view(done, about)
    criteria = [_tried(view, line, done.key) for line in view.criteria]
    criteria.sort(key=lambda one: not one.current)
    said = view.recommendation
    title = TITLES[said.decision].format(verdict=(said.verdict or "").replace("_", " "))
    return _answer(request, context | {"criteria": criteria, "title": title, "key": done.key})


def _view(done: Edited, about: trying.Subject) -> RunView:
    assert done.card is not None
    steps = trying.as_confirmed(done.card.steps, done.key)
    return trying.on_case(about.case, done.draft, steps)


def _tried(view: RunView, line: StepLine, key: str) -> Tried:
    state = line.criterion.state if line.criterion else UNTOLD[0]
    return Tried(line, state, CRITERION_TONES[state], reasons(view, line), line.step.key == key)


def _ref(request: HttpRequest) -> str:
    ref = request.POST.get("case", "").strip()
    if not ref:
        raise Invalid("Say which case to test it on.", errors={"case": ["required"]})
    return ref


def _answer(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """The fragment for the editor, which expects to be told what is wrong; without a script a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, "triage/_try_result.html", context)
    return render(request, "triage/try_result.html", context, status=status)
