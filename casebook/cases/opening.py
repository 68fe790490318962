"""Open a case by hand: a phone call to the SOC."""

from __future__ import annotations

from django.db import transaction

from casebook.actor import Actor
from casebook.epoch import config_epoch
from casebook.errors import Conflict, Invalid, NotAllowed
from casebook.intake.canonical import canonical
from casebook.intake.grouping_key import about
from casebook.journal.record import record
from casebook.models import Case, CaseObservable, LinkRole, Observable, ObservableType, Severity, Team
from casebook.playbooks.table import MEMORY
from casebook.playbooks.techniques import normalise
from casebook.sla import clocks


def open_by_hand(
    *,
    actor: Actor,
    title: str,
    team: str = "",
    severity: str = "medium",
    techniques: list[str] | None = None,
    observables: list[tuple[str, str, str]] | None = None,
) -> Case:
    """A new case of one of the actor's teams; ``observables`` are (type, value, role)."""
    if not title.strip():
        raise Invalid("Say in one line what happened.", errors={"title": ["required"]})
    if severity.upper() not in Severity.__members__:
        raise Invalid("No such severity.", errors={"severity": [f"one of {', '.join(Severity.labels)}"]})
    known = techniques_of(techniques or [])
    with transaction.atomic():
        owner_team = _team(actor, team)
        matched = MEMORY.match(known, owner_team.pk, config_epoch())
        if matched is None:
            raise Conflict("No playbook is published, not even the general one: run import_playbooks cards/.")
        values = [(canonical(kind, value), role) for kind, value, role in _checked(observables or [])]
        case = Case.objects.create(
            team=owner_team,
            title=title.strip()[:1000],
            about=about(values),
            severity=int(Severity.of(severity)),
            playbook_version_id=matched.playbook_version_id,
            playbook_why=matched.why,
            techniques=known,
        )
        for value, role in values:
            observable, _ = Observable.objects.get_or_create(
                team=owner_team, type=value.type, key=value.key, defaults={"value": value.value}
            )
            CaseObservable.objects.get_or_create(case=case, observable=observable, role=role)
        named = MEMORY.named(matched.playbook_version_id)
        payload = {"title": case.title, "playbook": f"{named.slug} v{named.number}", "why": matched.why}
        record(actor, "case.opened_by_hand", case, payload)
        record(actor, "case.opened", case, payload)
        clocks.start(case)
        case.refresh_from_db()
        return case


def techniques_of(texts: list[str]) -> list[str]:
    """``T1589.003`` for each way people write it. Raises Invalid naming the one that is none."""
    known = []
    for text in texts:
        technique = normalise(text)
        if technique is None:
            raise Invalid(f"{text[:40]} is no technique.", errors={"techniques": ["written T1110 or T1110.001"]})
        known.append(technique)
    return known


def _team(actor: Actor, slug: str) -> Team:
    mine = Team.objects.filter(pk__in=actor.teams("case.work"))
    if slug:
        found = mine.filter(slug=slug).first()
        if found is None:
            raise Invalid("You work in no such team.", errors={"team": ["no such team"]})
        return found
    if len(mine) > 1:
        raise Invalid("Say which team the case is for.", errors={"team": [f"one of {', '.join(t.slug for t in mine)}"]})
    if not mine:
        raise NotAllowed("Your role opens no cases.")
    return mine[0]


def _checked(observables: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    for index, (kind, value, role) in enumerate(observables):
        if kind not in ObservableType.values or role not in LinkRole.values or not value.strip():
            where = f"observables.{index}"
            raise Invalid("An observable needs a type, a value and a role.", errors={where: ["type, value, role"]})
    return observables
