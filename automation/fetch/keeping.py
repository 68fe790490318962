"""Make, change, try and drop log systems. A secret goes in and is never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from automation import vault
from automation.fetch import failures, opening
from automation.fetch.access import seen, to_change
from automation.fetch.plugins import kind_named, kind_of
from automation.fetch.policy import CAPS, wrong
from automation.fetch.protocol import Failed
from automation.limits import limit
from automation.models import LogSystem, SavedSearch
from automation.outbound import CallError
from automation.webhooks.policy import misplaced
from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.journal.record import record
from casebook.sources.access import WRITE, require_team

PLAIN = ("name", "url", "reach", "settings", "enabled", *CAPS)


@dataclass(frozen=True)
class Tried:
    """Whether a system answered, and what to say of it."""

    worked: bool
    said: str


def create(*, actor: Actor, team: str, values: Mapping[str, Any]) -> LogSystem:
    """``values``: name, kind, url, and of reach (public), settings, secret, enabled, most_rows, most_bytes, most_s.

    It begins with the searches its kind ships. Raises Invalid naming every wrong field, NotFound or NotAllowed.
    """
    kind = kind_named(str(values.get("kind", "")))
    given = {"settings": {}, **values}
    errors = wrong(given, kind) | {name: ["required"] for name in ("name", "url") if not values.get(name)}
    if not values.get("secret") and not kind.open:
        errors["secret"] = [f"required: {kind.credential}"]
    errors = errors or misplaced(given["url"], given.get("reach", "public"))
    if errors:
        raise Invalid.of(errors)
    with transaction.atomic():
        where = require_team(actor, team, things="log systems")
        _free(where.pk, values["name"])
        system = LogSystem(team=where, kind=kind.name)
        _set(system, given)
        system.save()
        _seal(system, values.get("secret"))
        SavedSearch.objects.bulk_create(SavedSearch(system=system, **one._asdict()) for one in kind.starters)
        record(actor, "logsystem.created", system, {"name": system.name, "url": system.url}, team_id=where.pk)
    return system


def change(*, actor: Actor, system_id: int, values: Mapping[str, Any]) -> LogSystem:
    """Set what is given; an empty secret keeps the one there is. Raises Invalid, NotFound or NotAllowed.

    A new address or place needs the secret anew: what was given for one system must not be sent to another.
    """
    with transaction.atomic():
        system = to_change(actor, system_id)
        if "kind" in values:
            raise Invalid.of({"kind": ["cannot be changed: make another log system"]})
        kind = kind_of(system)
        moved = any(values.get(name, getattr(system, name)) != getattr(system, name) for name in ("url", "reach"))
        errors = wrong(values, kind)
        if moved:
            errors = errors or misplaced(values.get("url", system.url), values.get("reach", system.reach))
        if moved and system.sealed and not values.get("secret"):
            errors.setdefault("secret", ["give it once more: the system is another one now"])
        if errors:
            raise Invalid.of(errors)
        if "name" in values and values["name"].strip() != system.name:
            _free(system.team_id, values["name"])
        changed = [name for name in PLAIN if name in values and getattr(system, name) != values[name]]
        _set(system, values)
        system.failures, system.error = 0, ""
        system.save()
        if values.get("secret"):
            _seal(system, values["secret"])
            changed.append("secret")
        if changed:
            said = {"name": system.name, "what": ", ".join(changed)}
            record(actor, "logsystem.changed", system, said, team_id=system.team_id)
    return system


def drop(*, actor: Actor, system_id: int) -> None:
    """Forget a system with its searches; what was fetched from it stays with its cases."""
    with transaction.atomic():
        system = to_change(actor, system_id)
        record(actor, "logsystem.dropped", system, {"name": system.name, "url": system.url}, team_id=system.team_id)
        system.delete()


def attempt(*, actor: Actor, system_id: int) -> Tried:
    """Ask it something light, now, while the administrator waits. Raises NotFound or NotAllowed."""
    system = seen(actor, system_id)
    if not actor.may(WRITE, system.team_id):
        raise NotAllowed("Only an administrator of its team tries a log system.")
    kind = kind_of(system)
    tried = Tried(True, "It answers, and takes the credential.")
    try:
        place = opening.opened(system, kind, deadline_s=limit("PREVIEW_S"))
        answer = opening.asked(system, kind.probe(place), deadline_s=limit("PREVIEW_S"))
        if not 200 <= answer.status < 300:
            tried = Tried(False, failures.of_answer(answer))
    except CallError as error:
        tried = Tried(False, failures.of_call(error))
    except Failed as failed:
        tried = Tried(False, failed.reason)
    told = {"failures": 0, "error": "", "worked_at": Now()} if tried.worked else {"failures": 1, "error": tried.said}
    LogSystem.objects.filter(pk=system.pk).update(**told)
    return tried


def _set(system: LogSystem, values: Mapping[str, Any]) -> None:
    for name in PLAIN:
        if name in values:
            setattr(system, name, values[name].strip() if name == "name" else values[name])


def _free(team_id: int, name: str) -> None:
    if LogSystem.objects.filter(team_id=team_id, name=name.strip()).exists():
        raise Invalid.of({"name": ["there is one of that name already"]})


def _seal(system: LogSystem, secret: str | None) -> None:
    system.sealed = vault.seal(secret, system.place) if secret else b""
    system.save(update_fields=["sealed"])
