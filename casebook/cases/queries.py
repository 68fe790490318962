"""How cases are found: the API's filters, a case's related cases, the queue's order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.dateparse import parse_datetime

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.intake.canonical import canonical, key_of
from casebook.models import OPEN_STATES, Case, CaseObservable, ObservableType, Severity, State, Tier

FILTERS = (
    "state", "severity", "owner", "team", "tier", "technique", "source", "q", "observable", "opened_after",
    "opened_before",
)  # fmt: skip
ORDERS = {"newest": "-id", "oldest": "id", "severity": "-severity"}
RETURNED_FIRST = Choose(When(~Q(returned_question=""), then=Value(0)), default=Value(1), output_field=IntegerField())


def filtered(actor: Actor, asked: Mapping[str, str]) -> QuerySet[Case]:
    """Cases the actor may see that match every filter given. Raises Invalid naming a filter's wrong value.

    ``state`` takes several, comma-separated, or ``open``; ``owner`` a name, ``me``, ``none`` or ``anyone``;
    ``observable`` a value, or ``type:value``; ``q`` words of the title, or a case's ref.
    """
    cases = Case.objects.visible_to(actor)
    for name in FILTERS:
        value = asked.get(name, "").strip()
        if value:
            cases = cases.filter(_clause(actor, name, value))
    return cases


def rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With what a list shows of each case, in one query."""
    return cases.select_related("team", "owner", "playbook_version__playbook", "source")


def in_urgency_order(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Returned ones first, then by severity, then the oldest."""
    return cases.annotate(returned_rank=RETURNED_FIRST).order_by("returned_rank", "-severity", "id")


def related(actor: Actor, case: Case, *, limit: int = 20) -> list[tuple[Case, list[str]]]:
    """Other cases one may see that share an observable, newest first, with what they share."""
    mine = CaseObservable.objects.filter(case=case).values("observable")
    links = (
        CaseObservable.objects.filter(observable__in=mine, case__team_id__in=actor.teams("case.read"))
        .exclude(case=case)
        .order_by("-case_id")
        .values_list("case_id", "observable__value")[: limit * 10]
    )
    shared: dict[int, list[str]] = {}
    for case_id, value in links:
        values = shared.setdefault(case_id, [])
        if value not in values:
            values.append(value)
    found = rows(Case.objects.visible_to(actor).filter(pk__in=list(shared)[:limit]))
    return [(other, shared[other.pk]) for other in sorted(found, key=lambda c: -c.pk)]


def _clause(actor: Actor, name: str, value: str) -> Q:
    match name:
        case "state":
            return Q(state__in=_states(value))
        case "severity":
            return Q(severity__in=[_severity(one) for one in value.split(",")])
        case "owner":
            return _owner(actor, value)
        case "tier":
            return Q(tier=_one_of("tier", value, Tier.values))
        case "team":
            return Q(team__slug=value)
        case "technique":
            return Q(techniques__contains=[value.upper()])
        case "source":
            return Q(source__slug=value)
        case "observable":
            return _observable(value)
        case "opened_after":
            return Q(opened_at__gte=_instant(name, value))
        case "opened_before":
            return Q(opened_at__lt=_instant(name, value))
        case _:
            return _words(value)


def _states(value: str) -> list[str]:
    if value == "open":
        return list(OPEN_STATES)
    return [_one_of("state", one, State.values) for one in value.split(",")]


def _severity(word: str) -> int:
    return int(Severity.of(_one_of("severity", word, Severity.labels)))


def _owner(actor: Actor, value: str) -> Q:
    if value == "anyone":
        return Q()
    if value == "none":
        return Q(owner=None)
    return Q(owner_id=actor.person_id) if value == "me" else Q(owner__username=value)


def _observable(value: str) -> Q:
    kind, colon, rest = value.partition(":")
    if colon and kind in ObservableType.values:
        wanted = canonical(kind, rest)
        return _about(Q(observable__key=wanted.key, observable__type=wanted.type))
    return _about(Q(observable__key__in=_spellings(value)))


def _about(observable: Q) -> Q:
    """Cases with such an observable: a test, not a join, so that none stands there twice."""
    return Q(Exists(CaseObservable.objects.filter(observable, case=OuterRef("pk"))))


def _spellings(value: str) -> set[str]:
    """How a value typed without its type may be stored: as it is, and as each type that fits would write it."""
    return {key_of(value)} | {canonical(kind, value).key for kind in ("ip", "domain", "email", "url")}


def _words(value: str) -> Q:
    clause = Q(title__icontains=value) | _about(Q(observable__key__in=_spellings(value)))
    digits = value.upper().removeprefix("CB-")
    return clause | Q(pk=int(digits)) if digits.isdecimal() and len(digits) < 18 else clause


def _one_of(name: str, value: str, allowed: list[str]) -> str:
    if value not in allowed:
        raise Invalid(f"{name} is one of {', '.join(allowed)}.", errors={name: [f"{value} is not known"]})
    return value


def _instant(name: str, value: str) -> datetime:
    try:
        found = parse_datetime(value.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(f"{name} takes an instant with zone, RFC 3339.", errors={name: ["2026-11-24T08:00:00Z"]})
    return found
