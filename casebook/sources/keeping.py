"""Make and change sources. Each change stands in the journal, and every process reads its tables again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.epoch import raise_config_epoch
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Source
from casebook.sources.access import require_team, to_change
from casebook.sources.policy import checked


def create(*, actor: Actor, team: str, values: Mapping[str, Any]) -> Source:
    """A source of a team (slug). ``slug`` and ``name`` are required, the rest of `policy.CHECKS` may be given.

    Raises Invalid naming every wrong field, NotAllowed, or NotFound for a team that is not the actor's.
    """
    missing = {name: ["required"] for name in ("slug", "name") if not str(values.get(name, "")).strip()}
    if missing:
        raise Invalid(f"{' and '.join(missing)}: required.", errors=missing)
    clean = checked(values)
    with transaction.atomic():
        where = require_team(actor, team)
        if Source.objects.filter(slug=clean["slug"]).exists():
            what = f"{clean['slug']} is taken: a source's name is used once in an installation"
            raise Invalid(f"{what}.", errors={"slug": [what]})
        source = Source.objects.create(team=where, **clean)
        record(actor, "source.created", source, {"name": source.name, "adapter": source.adapter}, team_id=where.pk)
        raise_config_epoch()
    return source


def change(*, actor: Actor, slug: str, values: Mapping[str, Any]) -> Source:
    """Set what is given and differs. Raises Invalid naming every wrong field, NotAllowed or NotFound."""
    if "slug" in values:
        raise Invalid("A source keeps its name.", errors={"slug": ["cannot be changed: alerts are known by it"]})
    clean = checked(values)
    with transaction.atomic():
        source = to_change(actor, slug)
        changed = {name: value for name, value in clean.items() if getattr(source, name) != value}
        if not changed:
            return source
        what = "; ".join(f"{name} {_said(getattr(source, name))} → {_said(value)}" for name, value in changed.items())
        for name, value in changed.items():
            setattr(source, name, value)
        source.save(update_fields=list(changed))
        record(actor, "source.changed", source, {"name": source.name, "what": what}, team_id=source.team_id)
        raise_config_epoch()
    return source


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return f"{len(value)} fields"
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())} s"
    return str(value) if value not in (None, "") else "none"
