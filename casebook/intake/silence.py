"""Begin and end suppressions and maintenance windows: silence with a scope, an owner, a reason and an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Now

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.epoch import raise_config_epoch
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.intake.suppress import faults
from casebook.journal.record import record
from casebook.models import Alert, Source, Suppression

READ, WRITE = "source.read", "suppression.write"
LONGEST = timedelta(days=90)
NAME_MOST, REASON_MOST = 120, 2000
_PAST = Q(ended_at__isnull=False) | Q(expires_at__lte=Now())
STATES: Mapping[str, Q] = {
    "in_force": ~_PAST & Q(starts_at__lte=Now()),
    "coming": ~_PAST & Q(starts_at__gt=Now()),
    "past": _PAST,
}
"""How a suppression may stand, and of which rows that holds now."""


def visible_to(actor: Actor) -> QuerySet[Suppression]:
    """Suppressions of the actor's teams, the latest first, each with its ``state`` of `STATES`."""
    teams = actor.teams(READ) | actor.teams(WRITE)
    state = Case(*(When(holds, then=Value(name)) for name, holds in STATES.items()), output_field=CharField())
    rows = Suppression.objects.filter(team__in=teams).select_related("team", "source", "owner")
    return rows.annotate(state=state)


def in_state(rows: QuerySet[Suppression], state: str) -> QuerySet[Suppression]:
    """Those that stand so. Raises Invalid for a state there is not."""
    if state not in STATES:
        raise Invalid("There is no such state.", errors={"state": [f"one of {', '.join(STATES)}"]})
    return rows.filter(STATES[state])


def begin(
    *,
    actor: Actor,
    team_id: int,
    name: str,
    reason: str,
    match: Mapping[str, Any],
    expires_at: datetime | None,
    starts_at: datetime | None = None,
    source_slug: str = "",
    kind: str = "suppression",
) -> Suppression:
    """From ``starts_at`` (default now) until ``expires_at``, alerts of the team that match open no case.

    The actor owns it, and is a person. Raises Invalid naming every wrong field, NotFound for another team's source,
    NotAllowed for a role without the right.
    """
    if actor.person_id is None or not actor.may(WRITE, team_id):
        raise NotAllowed("Leads and administrators silence alerts, in their own name.")
    with transaction.atomic():
        source = _source(team_id, source_slug) if source_slug else None
        now = db_now()
        begins = starts_at or now
        wrong = _faults(kind, name, reason, match, source) | _odd_times(begins, expires_at, now)
        if wrong or expires_at is None:
            raise Invalid.of(wrong)
        made = Suppression.objects.create(
            team_id=team_id, source=source, kind=kind, name=name.strip(), match=dict(match), reason=reason.strip(),
            owner_id=actor.person_id, starts_at=begins, expires_at=expires_at,
        )  # fmt: skip
        payload = {"name": made.name, "reason": made.reason, "match": made.match, "until": expires_at.isoformat()}
        record(actor, "suppression.begun", made, payload, team_id=team_id)
        raise_config_epoch()
    return made


def end(*, actor: Actor, suppression_id: int, reason: str = "") -> Suppression:
    """From now on it silences nothing; what it swallowed stays where it is until it comes again.

    Raises NotFound, NotAllowed, or WrongState where it has ended already.
    """
    with transaction.atomic():
        found = visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=suppression_id).first()
        if found is None:
            raise NotFound("There is no such suppression that you may see.")
        if not actor.may(WRITE, found.team_id):
            raise NotAllowed("Leads and administrators end a suppression.")
        now = db_now()
        if found.ended_at is not None or found.expires_at <= now:
            raise WrongState("It has ended already.", extra={"state": "ended"})
        found.ended_at, found.ended_by = now, actor.name
        found.save(update_fields=["ended_at", "ended_by"])
        payload = {"name": found.name, "reason_text": f": {reason.strip()}" if reason.strip() else ""}
        record(actor, "suppression.ended", found, payload, team_id=found.team_id)
        raise_config_epoch()
    return found


def swallowed(suppression_ids: Iterable[int]) -> dict[int, tuple[int, int, datetime]]:
    """Of each: how many alerts lie under it, how often they came in all, and when the last one did."""
    rows = Alert.objects.filter(suppressed_by__in=list(suppression_ids)).order_by().values("suppressed_by")
    counted = rows.annotate(alerts=Count("pk"), times=Sum("count"), last=Max("last_seen_at"))
    return {row["suppressed_by"]: (row["alerts"], row["times"], row["last"]) for row in counted}


def _source(team_id: int, slug: str) -> Source:
    found = Source.objects.filter(team_id=team_id, slug=slug).first()
    if found is None:
        raise NotFound("There is no such source of this team.")
    return found


def _faults(kind: str, name: str, reason: str, match: Mapping[str, Any], source: Source | None) -> dict[str, list[str]]:
    wrong = faults(match)
    if kind not in Suppression.Kind.values:
        wrong["kind"] = [f"one of {', '.join(Suppression.Kind.values)}"]
    if not 0 < len(name.strip()) <= NAME_MOST:
        wrong["name"] = [f"say in 1 to {NAME_MOST} characters what it silences"]
    if not 0 < len(reason.strip()) <= REASON_MOST:
        wrong["reason"] = [f"say why, in 1 to {REASON_MOST:,} characters"]
    aimless = not set(match) - {"severity_at_most"} and (source is None or kind != Suppression.Kind.MAINTENANCE)
    if not wrong and aimless:
        wrong["match"] = ["say what it is about: a rule, a title, a technique or an observable; only a maintenance "
                          "window of one source may silence all of it"]  # fmt: skip
    return wrong


def _odd_times(starts_at: datetime, expires_at: datetime | None, now: datetime) -> dict[str, list[str]]:
    if expires_at is None:
        return {"expires_at": ["required: silence has an end"]}
    if expires_at <= max(starts_at, now):
        return {"expires_at": ["lies after its beginning, and ahead"]}
    if expires_at - max(starts_at, now) > LONGEST or starts_at - now > LONGEST:
        return {"expires_at": [f"at most {LONGEST.days} days long, and begun within as many"]}
    return {}
