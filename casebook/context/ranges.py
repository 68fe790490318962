"""Add and remove the organisation's own address ranges."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from django.db import transaction

from casebook.actor import Actor
from casebook.context.access import require_team, there
from casebook.context.addresses import Network, network_of
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import NetworkRange

LABEL_MOST = 120


@dataclass(frozen=True)
class Added:
    """The range, and the ones of the team it overlaps: allowed, and said."""

    range: NetworkRange
    overlaps: list[NetworkRange]


def add_range(*, actor: Actor, team_id: int, cidr: str, label: str) -> Added:
    """Raises Invalid naming the field and what to write, NotAllowed, or NotFound for a team that is not the actor's."""
    network = network_of(cidr)
    label = label.strip()
    if not label:
        raise Invalid("Say what this range is.", errors={"label": ["say what it is, such as “office Vienna”"]})
    if len(label) > LABEL_MOST:
        raise Invalid("The label is too long.", errors={"label": [f"{LABEL_MOST} characters at most"]})
    with transaction.atomic():
        team = require_team(actor, team_id)
        known = list(NetworkRange.objects.filter(team=team))
        added, new = NetworkRange.objects.get_or_create(team=team, cidr=str(network), defaults={"label": label})
        if not new:
            what = f"{network} is there already, as “{added.label}”: remove it first to name it anew"
            raise Invalid(f"{what}.", errors={"cidr": [what]})
        record(actor, "context.changed", added, {"what": f"range {network} ({label}) added"}, team_id=team.pk)
    return Added(added, overlapping(network, known))


def remove_range(*, actor: Actor, range_id: int) -> None:
    """Raises NotFound for a range of a team that is not the actor's."""
    with transaction.atomic():
        found = there(actor, NetworkRange.objects.select_for_update().filter(pk=range_id))
        what = f"range {found.cidr} ({found.label}) removed"
        record(actor, "context.changed", found, {"what": what}, team_id=found.team_id)
        found.delete()


def overlapping(network: Network, known: list[NetworkRange]) -> list[NetworkRange]:
    """Those of ``known`` that share an address with the network."""
    return [one for one in known if _overlap(network, ipaddress.ip_network(one.cidr))]


def _overlap(a: Network, b: Network) -> bool:
    return a.version == b.version and a.overlaps(b)  # type: ignore[arg-type]  # same version, so same type
