"""Add, change and remove a person, an allow entry or a change window: one way for all three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.context.access import require_team, there
from casebook.context.fields import read, written
from casebook.context.kind import Key, Kind, Row, Values
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Team


def add(kind: Kind[Row], *, actor: Actor, team_id: int, values: Mapping[str, str], zone: tzinfo = UTC) -> Row:
    """``values`` by field, as `casebook.context.fields.read` takes them; times without a zone are in ``zone``.

    Raises Invalid naming each field and what to write, NotAllowed, or NotFound for a team that is not the actor's.
    """
    found = kind.settled(read(kind.fields, values, zone=zone))
    with transaction.atomic():
        team = one_at_a_time(actor, team_id)
        _refuse_twins(kind, team.pk, found)
        row = kind.model.objects.create(team=team, **found)
        record(actor, "context.changed", row, {"what": f"{kind.one} {kind.said(found)} added"}, team_id=team.pk)
        return row


def change(kind: Kind[Row], *, actor: Actor, pk: int, values: Mapping[str, str], zone: tzinfo = UTC) -> Row:
    """The record with the given values in place of its own; those not given stay. Raises as `add` does."""
    with transaction.atomic():
        one_at_a_time(actor, there(actor, kind.model.objects.filter(pk=pk)).team_id)
        before = there(actor, kind.model.objects.select_for_update().filter(pk=pk))
        stand = {field.name: written(field, getattr(before, field.name)) for field in kind.fields}
        found = kind.settled(read(kind.fields, stand | dict(values), zone=zone))
        _refuse_twins(kind, before.team_id, found, but=before)
        changed = alter(kind, before, found)
        if changed:
            what = f"{kind.one} {kind.said(found)} changed: {', '.join(changed)}"
            record(actor, "context.changed", before, {"what": what}, team_id=before.team_id)
        return before


def remove(kind: Kind[Row], *, actor: Actor, pk: int) -> Row:
    """Raises NotFound for a record of a team that is not the actor's."""
    with transaction.atomic():
        row = there(actor, kind.model.objects.select_for_update().filter(pk=pk))
        what = f"{kind.one} {kind.said(kind.values_of(row))} removed"
        record(actor, "context.changed", row, {"what": what}, team_id=row.team_id)
        row.delete()
        return row


def one_at_a_time(actor: Actor, team_id: int) -> Team:
    """The team, which the actor may change and nobody else's record of the context joins meanwhile: no database rule
    keeps two people of a team from sharing one of their many names."""
    team = require_team(actor, team_id)
    return Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def standing(kind: Kind[Row], team_id: int, many: Iterable[Values]) -> dict[Key, Row]:
    """The team's records that are the same thing as any of the values, by what they have in common."""
    rows = kind.model.objects.filter(kind.near(list(many)), team_id=team_id)
    return {key: row for row in rows for key in kind.keys(kind.values_of(row))}


def alter(kind: Kind[Row], row: Row, values: Values) -> list[str]:
    """Give a stored record other values, those that are given; the labels of those that differ."""
    changed = [one for one in kind.fields if one.name in values and getattr(row, one.name) != values[one.name]]
    for field in changed:
        setattr(row, field.name, values[field.name])
    if changed:
        row.save(update_fields=[field.name for field in changed])
    return [field.label.lower() for field in changed]


def _refuse_twins(kind: Kind[Row], team_id: int, values: dict[str, Any], *, but: Row | None = None) -> None:
    for key, row in standing(kind, team_id, [values]).items():
        if key in kind.keys(values) and row != but:
            what = f"{key[0] if len(key) == 1 else kind.said(values)} is there already, as {row}: change that one"
            raise Invalid(f"{what}.", errors={kind.telling: [what]})
