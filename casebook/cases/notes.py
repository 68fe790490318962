"""Notes, and what a person may edit of a case directly."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.cases.access import fetch_for, require_version, standing
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.errors import Invalid, WrongState
from casebook.journal.record import record
from casebook.models import Case, Severity
from casebook.sla import clocks

LONGEST = 20_000


def note(*, actor: Actor, ref: str, text: str) -> Case:
    """A note in the timeline. Allowed after closing, and marked so."""
    text = text.strip()
    if not text:
        raise Invalid("The note is empty.", errors={"text": ["required"]})
    if len(text) > LONGEST:
        raise Invalid("The note is too long.", errors={"text": [f"at most {LONGEST} characters"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        record(actor, "case.noted", case, {"text": text, "after_close": not case.is_open})
        return case


def edit(
    *,
    actor: Actor,
    ref: str,
    version: int | None,
    severity: str | None = None,
    title: str | None = None,
    reason: str = "",
) -> Case:
    """Change severity or title. A severity change re-evaluates the clocks from where they started."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        if not case.is_open:
            raise WrongState(f"{case.ref} is closed; reopen it first.", extra=standing(case))
        fields: dict[str, Any] = {}
        before = case.severity_word
        if title is not None:
            if not title.strip():
                raise Invalid("A case needs a title.", errors={"title": ["required"]})
            fields["title"] = title.strip()[:1000]
        if severity is not None and severity != before:
            if severity.upper() not in Severity.__members__:
                raise Invalid("No such severity.", errors={"severity": [f"one of {', '.join(Severity.labels)}"]})
            fields["severity"] = int(Severity.of(severity))
        if not fields:
            return case
        change(actor, case, "case.severity" if "severity" in fields else "case.edited", **fields)
        if "severity" in fields:
            payload = {"before": before, "after": severity, "reason": reason}
            record(actor, "case.severity", case, payload | {"reason_text": f": {reason}" if reason else ""})
            clocks.severity_changed(case, db_now(), actor)
        else:
            record(actor, "case.edited", case, {"title": fields["title"]})
        return case
