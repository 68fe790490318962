"""From the journal to deliveries: settled entries in their order, each once, however many workers look.

The place up to which it has been read is one row; whoever plans holds it. So nothing that commits late is lost, and
two deliveries of one case are never planned the wrong way round.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from automation.models import Delivery, OutboxPlace, Webhook
from automation.webhooks.message import VERBS, message
from casebook.journal.changes import Cursor, read_head
from casebook.models import Case
from casebook.work.enqueue import enqueue

PAGE = 500
PAGES = 20

# The last settled entry of the stretch moves the place, whether anybody listens to it or not.
_NEXT = """
with stretch as materialized (
    select epoch, tx, id, at, verb, case_id, team_id, actor_name, payload from casebook_journal
     where (epoch, tx, id) > (%(epoch)s, %(tx)s, %(entry_id)s)
       and tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
     order by epoch, tx, id limit %(page)s),
last as (select epoch, tx, id, count(*) over () as entries from stretch order by epoch desc, tx desc, id desc limit 1)
select last.epoch, last.tx, last.id, last.entries, heard.id, heard.at, heard.verb, heard.case_id, heard.team_id,
       heard.actor_name, heard.payload
  from last left join lateral (
    select * from stretch where case_id is not null and team_id = any(%(teams)s) and verb = any(%(verbs)s)
     order by epoch, tx, id) as heard on true
"""


@dataclass(frozen=True)
class Entry:
    """One entry somebody may want to hear of."""

    id: int
    at: datetime
    verb: str
    case_id: int
    team_id: int
    by: str
    payload: dict[str, Any]


def plan() -> int:
    """Plan deliveries of everything settled since the last time; returns how many. One planner at a time: while
    another is at it, this one has nothing to do."""
    planned = 0
    for _ in range(PAGES):
        with transaction.atomic():
            place = OutboxPlace.objects.select_for_update(skip_locked=True).filter(pk=1).first()
            if place is None:
                return planned
            hooks = list(Webhook.objects.filter(enabled=True).select_related("source"))
            if not hooks:
                _move(place, read_head())
                return planned
            entries, full = _read(place, hooks)
            planned += _deliver(entries, hooks)
        if not full:
            break
    return planned


def _read(place: OutboxPlace, hooks: list[Webhook]) -> tuple[list[Entry], bool]:
    """The next entries hooks may want, in order, and whether there may be more behind them. Moves the place."""
    wanted = {verb for hook in hooks for verb in hook.verbs} & set(VERBS)
    values: dict[str, int | list[int] | list[str]] = {
        "epoch": place.epoch, "tx": place.tx, "entry_id": place.entry_id, "page": PAGE,
        "teams": list({hook.team_id for hook in hooks}), "verbs": list(wanted),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, values)
        rows = cursor.fetchall()
    if not rows:
        return [], False
    *last, read = rows[0][:4]
    _move(place, Cursor(*last))
    return [_entry(row[4:]) for row in rows if row[4] is not None], read == PAGE


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, verb, case_id, team_id, by, payload = row
    return Entry(number, at, verb, case_id, team_id, by, json.loads(payload))


def _move(place: OutboxPlace, to: Cursor) -> None:
    OutboxPlace.objects.filter(pk=place.pk).update(epoch=to.epoch, tx=to.tx, entry_id=to.id)


def _deliver(entries: list[Entry], hooks: list[Webhook]) -> int:
    cases = {case.pk: case for case in Case.objects.filter(pk__in={e.case_id for e in entries}).select_related("owner")}
    rows = [
        Delivery(webhook=hook, case_id=entry.case_id, entry_id=entry.id, verb=entry.verb, key=new_key(), body=body)
        for entry in entries
        if (case := cases.get(entry.case_id)) is not None
        for hook, body in _told(entry, case, hooks)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    ring({(row.webhook, row.case_id) for row in rows})
    return len(rows)


def _told(entry: Entry, case: Case, hooks: list[Webhook]) -> Iterable[tuple[Webhook, dict[str, Any]]]:
    listening = [hook for hook in hooks if _hears(hook, entry, case)]
    if not listening:
        return
    body = message(verb=entry.verb, at=entry.at, by=entry.by, payload=entry.payload, case=case)
    for hook in listening:
        yield hook, _narrowed(body, hook)


def _narrowed(body: dict[str, Any], hook: Webhook) -> dict[str, Any]:
    """A listener of one source is told that one's alerts alone, also where a merged case holds others."""
    if hook.source is None:
        return body
    slug = hook.source.slug
    return body | {"alerts": [alert for alert in body["alerts"] if alert["source"] == slug]}


def _hears(hook: Webhook, entry: Entry, case: Case) -> bool:
    """A webhook hears nothing of before it was made."""
    return (
        hook.team_id == entry.team_id
        and entry.verb in hook.verbs
        and hook.source_id in (None, case.source_id)
        and entry.at >= hook.created_at
    )


def ring(pairs: Iterable[tuple[Webhook, int]], *, delay_s: float = 0) -> None:
    """Ask for the deliveries of a webhook and case to be sent, in the caller's transaction."""
    by_hook: dict[Webhook, list[int]] = defaultdict(list)
    for hook, case_id in pairs:
        by_hook[hook].append(case_id)
    for hook in sorted(by_hook, key=lambda one: one.pk):
        for case_id in sorted(by_hook[hook]):
            enqueue("webhook.deliver", f"webhook:{hook.pk}.{case_id}", team_id=hook.team_id, delay_s=delay_s)


def new_key() -> str:
    """What a receiver tells repeats by."""
    return f"msg_{uuid.uuid4().hex}"
