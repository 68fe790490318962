"""What the guard rails look at for a team, read in three queries, whatever the number of targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Now

from automation.containment.guard_rails import Guarded, Surroundings
from automation.containment.kinds import KINDS
from automation.limits import limit
from automation.models import Action, ActionState, Connector
from casebook.models import Asset, NetworkRange

UNSENT = (ActionState.REFUSED, ActionState.LAPSED, ActionState.WITHDRAWN)


@dataclass(frozen=True)
class AroundTeam:
    """Ranges, assets and this hour's counts by kind."""

    ranges: tuple[tuple[str, str], ...]
    assets: tuple[Guarded, ...]
    this_hour: Mapping[str, int]

    def of(self, kind: str, connectors: Iterable[Connector] = ()) -> Surroundings:
        """The surroundings of one kind; the systems it works through are not to be cut off."""
        spec = KINDS[kind]
        return Surroundings(
            ranges=self.ranges,
            assets=self.assets,
            ourselves=(*_our_hosts(), *(_host(str(row.settings.get("url", ""))) for row in connectors)),
            this_hour=self.this_hour.get(kind, 0),
            limit=int(limit(spec.brake)) if spec.brake else None,
            noun=spec.noun,
        )


def load(team_id: int, *, without: int | None = None) -> AroundTeam:
    """``without`` leaves one action out of the count, when it is the one looked at again."""
    ranges = NetworkRange.objects.filter(team_id=team_id).values_list("cidr", "label")
    assets = Asset.objects.filter(team_id=team_id).values_list("kind", "name", "label", "critical", "protected")
    return AroundTeam(
        ranges=tuple(ranges),
        assets=tuple(Guarded(*asset) for asset in assets),
        this_hour=hour([team_id], without=without),
    )


def hour(team_ids: Iterable[int], *, without: int | None = None) -> dict[str, int]:
    """How many actions of each kind were agreed to in the last hour and not dropped before they were sent."""
    agreed = Action.objects.filter(team_id__in=team_ids, approved_at__gt=Now() - timedelta(hours=1))
    counted = (
        agreed.exclude(state__in=UNSENT).exclude(pk=without or 0).order_by().values("kind").annotate(n=Count("id"))
    )
    return {row["kind"]: row["n"] for row in counted}


def _our_hosts() -> list[str]:
    return [*settings.ALLOWED_HOSTS, _host(settings.PUBLIC_URL)]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
