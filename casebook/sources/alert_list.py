"""Alerts as a list: what came, of which source, and what became of it. No list reads a raw body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import Alert, Severity
from casebook.playbooks.techniques import normalise

FILTERS = ("source", "outcome", "severity", "technique", "rule", "q", "days", "suppression", "case")
OUTCOMES = {"case": "in a case", "suppressed": "suppressed"}
DAYS = (1, 7, 30, 90)
DEFAULT_DAYS = 7
"""Unless told otherwise: a list is of what comes now, and stays quick at millions stored."""
SHOWN = ("source", "case", "suppressed_by")


def visible_to(actor: Actor) -> QuerySet[Alert]:
    """People see the alerts of their teams, a source its own."""
    if actor.kind == "source":
        return Alert.objects.filter(source__slug=actor.name)
    return Alert.objects.filter(team__in=actor.teams("case.read"))


def alerts(actor: Actor, asked: Mapping[str, str]) -> QuerySet[Alert]:
    """Those the actor may see that match, newest first. Raises Invalid naming each wrong filter."""
    rows = visible_to(actor).select_related(*SHOWN).order_by("-id")
    errors: dict[str, list[str]] = {}
    for name, value in asked.items():
        if not value or name == "days":
            continue
        found = _narrowed(name, value)
        if isinstance(found, str):
            errors[name] = [found]
        else:
            rows = rows.filter(found)
    days = asked.get("days") or str(DEFAULT_DAYS)
    if not days.isdecimal() or int(days[:6]) not in DAYS:
        errors["days"] = [f"one of {', '.join(map(str, DAYS))}"]
    if errors:
        raise Invalid.of(errors)
    return rows.filter(received_at__gte=Now() - timedelta(days=int(days)))


def _narrowed(name: str, value: str) -> Q | str:
    """The condition, or what is wrong with the value."""
    if name == "source":
        return Q(source__slug=value)
    if name == "outcome":
        if value not in OUTCOMES:
            return f"one of {', '.join(OUTCOMES)}"
        return Q(case__isnull=False) if value == "case" else Q(suppressed_by__isnull=False)
    if name == "severity":
        known = {level.word: level for level in Severity}
        return Q(severity=known[value]) if value in known else f"one of {', '.join(known)}"
    if name == "technique":
        technique = normalise(value)
        return Q(techniques__contains=[technique]) if technique else "a technique is written T1110 or T1110.001"
    if name == "rule":
        return Q(rule_id=value) | Q(rule_id="", rule_name=value)
    if name == "suppression":
        return Q(suppressed_by=int(value)) if value.isdecimal() and len(value) < 18 else "a suppression's number"
    if name == "case":
        number = value.upper().removeprefix("CB-")
        return Q(case=int(number)) if number.isdecimal() and len(number) < 18 else "a case is written CB-1042"
    if name == "q":
        return Q(external_id=value) | Q(title__icontains=value)
    return f"there is no filter {name}; there are {', '.join(FILTERS)}"
