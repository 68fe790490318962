"""Say how a source is asked for news, have it asked now, or stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from automation import vault
from automation.models import Poll
from automation.pollers.protocol import Poller
from automation.webhooks import policy
from casebook.actor import Actor
from casebook.errors import Invalid, NotFound
from casebook.journal.record import record
from casebook.plugins import load, table
from casebook.sources.access import seen, to_change
from casebook.work.enqueue import enqueue

FIELDS = ("kind", "url", "reach", "settings", "every_s", "enabled", "secret")
EVERY_LEAST, EVERY_MOST = 15, 24 * 3600


def of_source(actor: Actor, slug: str) -> Poll | None:
    """How the source is asked; None where it is not. Raises NotFound."""
    return Poll.objects.filter(source=seen(actor, slug)).select_related("source").first()


def keep(*, actor: Actor, slug: str, values: Mapping[str, Any]) -> Poll:
    """Begin to ask a source, or change how: what is not given stays. Raises Invalid with every wrong field."""
    with transaction.atomic():
        source = to_change(actor, slug)
        poll = Poll.objects.filter(source=source).first()
        kind = str(values.get("kind") or (poll.kind if poll else ""))
        fresh = poll is None or poll.kind != kind
        before = poll or Poll()
        errors = _wrong(values, kind, fresh=fresh) or policy.misplaced(
            values.get("url", before.url), values.get("reach", before.reach)
        )
        if errors:
            raise Invalid.of(errors)
        if poll is None or fresh:
            Poll.objects.filter(source=source).delete()
            poll = Poll.objects.create(source=source, kind=kind, url="")
        for name in ("url", "reach", "settings", "every_s", "enabled"):
            if name in values:
                setattr(poll, name, values[name])
        if values.get("secret"):
            poll.sealed = vault.seal(values["secret"], poll.seal_place)
        poll.failures, poll.error = 0, ""
        poll.save()
        Poll.objects.filter(pk=poll.pk).update(next_at=Now())
        what = f"every {poll.every_s} s" if poll.enabled else "switched off"
        record(actor, "poll.set", source, {"name": source.name, "url": poll.url, "what": what}, team_id=source.team_id)
        if poll.enabled:
            enqueue("source.poll", f"poll:{poll.pk}", team_id=source.team_id)
    return poll


def ask_now(*, actor: Actor, slug: str) -> Poll:
    """Without waiting for its time. Raises NotFound where the source is not asked at all."""
    with transaction.atomic():
        source = to_change(actor, slug)
        poll = Poll.objects.filter(source=source).first()
        if poll is None:
            raise NotFound("This source is not asked for news.")
        Poll.objects.filter(pk=poll.pk).update(next_at=Now())
        enqueue("source.poll", f"poll:{poll.pk}", team_id=source.team_id)
    return poll


def stop(*, actor: Actor, slug: str) -> None:
    """Ask no more, and forget up to where it was read. Raises NotFound."""
    with transaction.atomic():
        source = to_change(actor, slug)
        if not Poll.objects.filter(source=source).delete()[0]:
            raise NotFound("This source is not asked for news.")
        record(actor, "poll.dropped", source, {"name": source.name}, team_id=source.team_id)


def poller_named(name: str) -> Poller:
    """Raises Invalid."""
    known = table("POLLERS")
    if name not in known:
        raise Invalid("There is no such poller.", errors={"kind": [f"one of {', '.join(sorted(known))}"]})
    found: Poller = load(known[name])
    return found


def _wrong(values: Mapping[str, Any], kind: str, *, fresh: bool) -> dict[str, list[str]]:
    poller = poller_named(kind)
    errors = {name: [f"there is no such setting: {', '.join(FIELDS)}"] for name in values if name not in FIELDS}
    errors |= policy.faults({name: values[name] for name in ("url", "reach", "enabled", "secret") if name in values})
    every = values.get("every_s", EVERY_LEAST)
    if isinstance(every, bool) or not isinstance(every, int) or not EVERY_LEAST <= every <= EVERY_MOST:
        errors["every_s"] = [f"a whole number of seconds from {EVERY_LEAST} to {EVERY_MOST:,}"]
    if fresh or "settings" in values:
        errors |= policy.lacking(values.get("settings", {}), poller.needs)
    if fresh:
        errors |= {name: ["required"] for name in ("url",) if not values.get(name)}
        if not values.get("secret"):
            errors["secret"] = [f"required: {poller.credential}"]
    return errors
