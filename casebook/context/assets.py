"""Add and remove hosts, addresses and accounts that matter."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from casebook.actor import Actor
from casebook.context.access import require_team, there
from casebook.context.addresses import address_of
from casebook.context.names import stored
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Asset

NAME_MOST, LABEL_MOST = 255, 120


def add_asset(
    *,
    actor: Actor,
    team_id: int,
    kind: str,
    name: str,
    label: str = "",
    critical: bool = False,
    protected: bool = False,
    zone: str = "",
) -> Asset:
    """Raises Invalid naming each field and what to write, NotAllowed, or NotFound for a team not the actor's."""
    values = {"label": label.strip(), "critical": critical, "protected": protected, "zone": zone.strip()}
    canonical = _checked(kind, name, str(values["label"]), str(values["zone"]))
    with transaction.atomic():
        team = require_team(actor, team_id)
        asset, new = Asset.objects.get_or_create(team=team, kind=kind, name=canonical, defaults=values)
        if not new:
            what = f"{canonical} is there already: remove it first to describe it anew"
            raise Invalid(f"{what}.", errors={"name": [what]})
        record(actor, "context.changed", asset, {"what": f"{_described(asset)} added"}, team_id=team.pk)
        return asset


def remove_asset(*, actor: Actor, asset_id: int) -> None:
    """Raises NotFound for an asset of a team that is not the actor's."""
    with transaction.atomic():
        asset = there(actor, Asset.objects.select_for_update().filter(pk=asset_id))
        record(actor, "context.changed", asset, {"what": f"{_described(asset)} removed"}, team_id=asset.team_id)
        asset.delete()


def _checked(kind: str, name: str, label: str, zone: str) -> str:
    """The name in its stored spelling; every field that is wrong is named at once."""
    errors: dict[str, list[str]] = {}
    canonical = stored(kind, name)
    if kind not in Asset.Kind.values:
        errors["kind"] = [f"one of {', '.join(Asset.Kind.values)}"]
    if not canonical:
        errors["name"] = ["write its name, address or account"]
    elif kind == Asset.Kind.ADDRESS:
        try:
            canonical = str(address_of(name))
        except Invalid as refusal:
            errors |= refusal.errors
    elif any(mark.isspace() or not mark.isprintable() for mark in canonical):
        errors["name"] = ["one name, without blanks"]
    if len(canonical) > NAME_MOST:
        errors["name"] = [f"{NAME_MOST} characters at most"]
    if len(label) > LABEL_MOST:
        errors["label"] = [f"{LABEL_MOST} characters at most"]
    if zone and not _is_zone(zone):
        errors["zone"] = [f"{zone!r} is no time zone: write one such as Europe/Vienna, or leave it empty"]
    if errors:
        raise Invalid("Some of it cannot be kept like this; see errors.", errors=errors)
    return canonical


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _described(asset: Asset) -> str:
    marks = [word for word, held in (("critical", asset.critical), ("protected", asset.protected)) if held]
    return f"{asset.get_kind_display().lower()} {asset.name}" + (f" ({', '.join(marks)})" if marks else "")
