"""What each verb's form asks, what it starts with, and the service that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from casebook.actor import Actor
from casebook.cases import closing, notes, ownership, waiting
from casebook.models import Case
from triage import decisions, escalation, handover, run_view, runs
from triage.models import Decision
from triage.web import sheet_forms as forms

Given = dict[str, Any]
Act = Callable[[Actor, str, int | None, Given], Any]


@dataclass(frozen=True)
class Sheet:
    """One verb. ``beside`` is what the form shows next to its fields; ``said`` what is told once it is done.

    ``filled`` are the values *as last time* stands for; ``linked`` names the fields a link may fill in.
    """

    verb: str
    title: str
    button: str
    said: str
    fields: type[forms.VerbForm]
    act: Act
    wide: bool = False
    starting: Callable[[Case], Mapping[str, Any]] = lambda case: {}
    beside: Callable[[Case], dict[str, Any]] = lambda case: {}
    filled: Callable[[Case], dict[str, str]] = lambda case: {}
    linked: tuple[str, ...] = ()

    def starts(self, case: Case, actor: Actor, asked: Mapping[str, str] | None = None) -> forms.Start:
        given = {name: asked[name] for name in self.linked if name in asked} if asked else {}
        return forms.Start(case, actor, {**self.starting(case), **given})

    def form(self, start: forms.Start, data: Any = None) -> forms.VerbForm:
        return self.fields(start, data)


def _escalation_start(case: Case) -> Mapping[str, Any]:
    view = run_view.view(case)
    against = view.recommendation.decision != "escalate"
    return {"handover": handover.generate(view), forms.NEEDS_REASON: against}


def _recommended(case: Case, *, wanted: str) -> dict[str, Any]:
    """The recommendation beside the form: deciding against it is allowed, and asks why."""
    view = run_view.view(case)
    said = view.recommendation
    return {
        "recommendation": said,
        "against": said.decision not in (wanted, "none"),
        "open_steps": decisions.open_steps(view) if wanted == "close" and case.tier == "l1" else [],
    }


def _close_start(case: Case) -> Mapping[str, Any]:
    said = run_view.view(case).recommendation
    return {"verdict": said.verdict or "", forms.NEEDS_REASON: said.decision != "close"}


def _close_beside(case: Case) -> dict[str, Any]:
    return _recommended(case, wanted="close") | {"last_time": last_time(case)}


def last_time(case: Case) -> Decision | None:
    """How the case before this one was closed, where this one follows it: the same alert, sent again."""
    if case.follows_id is None:
        return None
    earlier = Decision.objects.filter(case=case.follows_id, kind=Decision.Kind.CLOSE).select_related("by")
    return earlier.order_by("-id").first()


def _as_last_time(case: Case) -> dict[str, str]:
    """Verdict and reason of the case this one repeats."""
    earlier = last_time(case)
    if earlier is None:
        return {}
    reason = f": {earlier.reason}" if earlier.reason else ""
    return {"verdict": earlier.verdict, "reason": f"As last time (CB-{earlier.case_id}){reason}"}


def _escalate(actor: Actor, ref: str, version: int | None, given: Given) -> Any:
    text = given.pop("handover")
    return escalation.escalate(actor=actor, ref=ref, version=version, handover_text=text, **given)


def _call(service: Callable[..., Any], actor: Actor, ref: str, version: int | None, given: Given) -> Any:
    return service(actor=actor, ref=ref, version=version, **given)


def _close(actor: Actor, ref: str, version: int | None, given: Given) -> Any:
    """What was ticked is what was seen of what the case leaves behind."""
    ticked = {name.removeprefix("left_") for name, said in given.items() if name.startswith("left_") and said}
    plain = {name: given[name] for name in ("verdict", "reason")}
    return decisions.close(actor=actor, ref=ref, version=version, acknowledged=ticked, **plain)


def _note(actor: Actor, ref: str, version: int | None, given: Given) -> Any:
    return notes.note(actor=actor, ref=ref, **given)


_ALL = (
    Sheet("escalate", "Escalate to Tier 2", "Escalate to T2", "escalated to Tier 2", forms.Escalate, _escalate,
          wide=True, starting=_escalation_start, beside=partial(_recommended, wanted="escalate")),
    Sheet("close", "Close the case", "Close", "closed", forms.Close, _close,
          starting=_close_start, beside=_close_beside, filled=_as_last_time),
    Sheet("return", "Return to Tier 1", "Return it", "returned with a question", forms.Return,
          partial(_call, escalation.return_)),
    Sheet("wait", "Wait for something", "Wait", "waiting", forms.Wait, partial(_call, waiting.wait)),
    Sheet("assign", "Give to a colleague", "Assign", "assigned", forms.Assign, partial(_call, ownership.assign)),
    Sheet("release", "Put back for somebody else", "Release", "released", forms.Reason,
          partial(_call, ownership.release)),
    Sheet("severity", "Change the severity", "Change", "severity changed", forms.Severity, partial(_call, notes.edit),
          starting=lambda case: {"severity": case.severity_word}),
    Sheet("playbook", "Follow another playbook", "Change", "playbook changed", forms.Playbook,
          partial(_call, runs.change_playbook), linked=("slug", "reason")),
    Sheet("reopen", "Reopen the case", "Reopen", "open again", forms.Why, partial(_call, closing.reopen)),
    Sheet("note", "Write a note", "Save the note", "noted", forms.Note, _note),
)  # fmt: skip
SHEETS = {sheet.verb: sheet for sheet in _ALL}
