"""The cases behind one figure of the report: exactly those it counted, with what each came to."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import Case
from casebook.reports.outcomes import OUTCOMES, Reported, annotated, reported
from casebook.reports.scope import Scope, cases


def read_figure(params: Mapping[str, str]) -> tuple[Reported | None, str]:
    """Which figure a query string names. Without a measure: all cases of the scope. Raises Invalid by field."""
    key, outcome = params.get("measure", ""), params.get("outcome") or "measured"
    if not key:
        return None, ""
    known = {measure.key: measure for measure in reported()}
    errors: dict[str, list[str]] = {}
    if key not in known:
        errors["measure"] = [f"one of {', '.join(known)}"]
    if outcome not in OUTCOMES:
        errors["outcome"] = [f"one of {', '.join(OUTCOMES)}"]
    if errors:
        raise Invalid("There is no such figure; see errors.", errors=errors)
    return known[key], outcome


def behind(actor: Actor, scope: Scope, measure: Reported | None, outcome: str) -> QuerySet[Case]:
    """The cases, each with the measure's value (`span_of`). Raises NotAllowed like the report."""
    found = cases(actor, scope).select_related("owner", "team")
    if measure is None:
        return found
    if outcome not in measure.conditions:
        return found.none()
    return annotated(found, [measure]).filter(measure.conditions[outcome])


def span_of(case: Case, measure: Reported | None) -> float | None:
    """What the measure came to in seconds for a case of `behind`; None where it has not ended."""
    value = getattr(case, measure.span) if measure else None
    if value is None:
        return None
    return float(value.total_seconds() if hasattr(value, "total_seconds") else value)
