"""Alerts in: one transaction, set-based, nothing that waits for Redis. When this returns, the alert is durable.

The one place exempt from "a verb per write": a case is opened, clocked and journalled by one statement. See
`docs/adr/0004-intake-in-sets.md` for the shapes that were measured.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError

from casebook.actor import Actor, Automation
from casebook.crashpoints import crash_here
from casebook.errors import Conflict, Unavailable
from casebook.intake import reopen_on_repeat, statements
from casebook.intake.canonical import printable
from casebook.intake.prepare import Item, fold
from casebook.models import Source
from casebook.playbooks.table import MEMORY
from casebook.plugins import load, table
from casebook.sla.policies import plan
from casebook.sla.reckoning import IN_THE_QUEUE
from casebook.work.ring import ring

log = logging.getLogger(__name__)
TRIES = 6
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Sender:
    """What intake needs of the source that sends: its policies, and how new the tables in memory must be."""

    source_id: int
    team_id: int
    name: str
    token_id: int | None
    config_epoch: int
    window: timedelta
    on_closed_repeat: str
    reopen_within: timedelta


@dataclass(frozen=True)
class Outcome:
    """What became of one alert: opened, attached or repeated."""

    alert: int
    outcome: str
    case: int | None
    count: int = 1


class _Again(Exception):
    """Another sender was between our look and our write; a new look will see what it did."""


def sender_of(source: Source, *, token_id: int | None = None, config_epoch: int) -> Sender:
    """The sender behind a source row."""
    return Sender(
        source.pk, source.team_id, source.slug, token_id, config_epoch,
        source.grouping_window, source.on_closed_repeat, source.reopen_within,
    )  # fmt: skip


def receive(sender: Sender, items: list[Item]) -> dict[int, Outcome]:
    """Store, group and open; returns each item's outcome by its position. Durable before it returns.

    Raises Unavailable when PostgreSQL cannot take it now, and Conflict when no playbook at all is published.
    """
    folded = fold(items)
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                outcomes, queues = _Transaction(sender, folded).run()
                for queue in queues:
                    transaction.on_commit(partial(ring, queue))
            crash_here("intake.committed")
            return outcomes
        except _Again:
            log.info("intake starts again for %s (try %s)", sender.name, attempt + 1)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
            log.warning("intake starts again for %s: %s", sender.name, error)
        except (OperationalError, psycopg.OperationalError) as error:
            connection.close()
            raise Unavailable("The database cannot take alerts now. Nothing was stored; send again.") from error
    raise Unavailable("Too many senders at once for these alerts. Nothing was stored; send again.")


class _Transaction:
    """One pass over a request's alerts, inside the caller's transaction."""

    def __init__(self, sender: Sender, items: list[Item]) -> None:
        self.sender = sender
        self.items = items
        self.who = {
            "team": sender.team_id, "source": sender.source_id, "actor": sender.name, "token": sender.token_id,
        }  # fmt: skip
        self.outcomes: dict[int, Outcome] = {}
        self.lanes: dict[int, int] = {}

    def run(self) -> tuple[dict[int, Outcome], set[str]]:
        for item in self.items:  # a second try starts from nothing
            item.alert_id, item.case_id, item.opened, item.follows = None, None, False, None
        known, groups = self._look()
        fresh = [item for item in self.items if item.external_id not in known]
        seen = [item for item in self.items if item.external_id in known]
        counted, moved = self._sort_out(seen, known)
        self._join(fresh + moved, groups)
        self._repeat(counted)
        self._store(fresh, moved)
        return self.outcomes, self._follow_up(fresh, moved)

    def _look(self) -> tuple[dict[str, tuple[Any, ...]], dict[str, int]]:
        rows = [{"external_id": item.external_id, "key": item.key} for item in self.items]
        known, groups = {}, {}
        for what, name, *rest in self._run(statements.LOOK, items=rows):
            if what == "alert":
                known[name] = tuple(rest)
            else:
                groups[name] = rest[1]
        return known, groups

    def _sort_out(self, seen: list[Item], known: dict[str, tuple[Any, ...]]) -> tuple[list[Item], list[Item]]:
        """Repeats to be counted into their open cases, and those whose case is closed and that need a new one."""
        counted, moved = [], []
        for item in seen:
            alert_id, case_id, state, closed_at = known[item.external_id]
            item.alert_id, item.case_id = alert_id, case_id
            if state != "closed" or self._reopen(case_id, closed_at):
                counted.append(item)
            else:
                item.follows, item.case_id = case_id, None
                moved.append(item)
        return counted, moved

    def _repeat(self, counted: list[Item]) -> None:
        if not counted:
            return
        rows = [{"alert": i.alert_id, "times": i.times, "severity": i.row["severity"]} for i in counted]
        counts = dict(self._run(statements.REPEAT, items=rows))
        for item in counted:
            for position in (item.position, *item.twins):
                self.outcomes[position] = Outcome(item.alert_id or 0, "repeated", item.case_id, counts[item.alert_id])
            self._lane(item)

    def _reopen(self, case_id: int, closed_at: datetime) -> bool:
        if self.sender.on_closed_repeat != Source.OnClosedRepeat.REOPEN:
            return False
        actor: Actor = Automation(name=self.sender.name, team_id=self.sender.team_id)
        return reopen_on_repeat.reopen(actor, case_id, within=self.sender.reopen_within)

    def _join(self, items: list[Item], groups: dict[str, int]) -> None:
        """Give each item its case: an open one of its key, or a new one."""
        lost = [item for item in items if item.key not in groups]
        if lost:
            of_key: dict[str, list[Item]] = {}
            for item in lost:
                of_key.setdefault(item.key, []).append(item)
            keys = [{"key": key} for key in sorted(of_key)]
            opening = []
            for key, case_id, next_id in self._run(statements.CLAIM, items=keys):
                groups[key] = case_id or next_id
                if case_id is None:
                    of_key[key][0].opened = True
                    opening.append(self._case(of_key[key], next_id))
            if opening:
                plan_of_clocks = _plan(self.sender.config_epoch)
                window = self.sender.window
                self._run(statements.OPEN, cases=opening, plan=plan_of_clocks, window=window, began=IN_THE_QUEUE)
        for item in items:
            item.case_id = groups[item.key]

    def _case(self, items: list[Item], case_id: int) -> dict[str, Any]:
        """The case that several alerts of one key open together: the first names it, the worst rates it."""
        item = items[0]
        matched = MEMORY.match(item.techniques, self.sender.team_id, self.sender.config_epoch)
        if matched is None:
            raise Conflict("No playbook is published, not even the general one: run import_playbooks cards/.")
        named = MEMORY.named(matched.playbook_version_id)
        row = item.row
        return {
            "id": case_id, "key": item.key, "title": row["title"], "about": row["about"],
            "severity": max(one.row["severity"] for one in items),
            "playbook_version": matched.playbook_version_id, "why": matched.why,
            "playbook": f"{named.slug} v{named.number}", "techniques": item.techniques,
            "first_event_at": row["first_event_at"], "detected_at": row["detected_at"], "follows": item.follows,
        }  # fmt: skip

    def _store(self, fresh: list[Item], moved: list[Item]) -> None:
        if fresh:
            rows = [item.row | {"case_id": item.case_id, "opened": item.opened, "times": item.times} for item in fresh]
            stored = dict(self._run(statements.ALERTS, items=rows))
            if len(stored) < len(fresh):
                raise _Again
            for item in fresh:
                item.alert_id = stored[item.external_id]
        if moved:
            rows = [
                {"alert": i.alert_id, "case_id": i.case_id, "times": i.times, "severity": i.row["severity"]}
                for i in moved
            ]
            self._run(statements.MOVE, items=rows)
        links = [
            {"alert": i.alert_id, "case_id": i.case_id, "role": role, **value._asdict()}
            for i in (*fresh, *moved)
            for value, role in i.observables
        ]
        if links:
            self._run(statements.OBSERVABLES, links=links)
            self._run(statements.LINKS, links=links)
        for item in (*fresh, *moved):
            self._lane(item)
            outcome = "opened" if item.opened else "attached"
            self.outcomes[item.position] = Outcome(item.alert_id or 0, outcome, item.case_id)
            for position in item.twins:
                self.outcomes[position] = Outcome(item.alert_id or 0, "repeated", item.case_id, item.times)

    def _follow_up(self, fresh: list[Item], moved: list[Item]) -> set[str]:
        """The work rows that opening and attaching ask for, and a recount of each case touched."""
        reactions, kinds = load(settings.CASEBOOK_REACTIONS), table("WORK")
        asked = {(kind, case_id, 0.0) for i in (*fresh, *moved) for case_id in [i.case_id]
                 for kind in reactions["case.opened" if i.opened else "alert.attached"]}  # fmt: skip
        asked |= {("case.recount", case_id, RECOUNT_S) for case_id in self.lanes.keys() - self._right_already()}
        work = [
            {"kind": kind, "queue": kinds[kind]["queue"], "subject": f"case:{case_id}",
             "lane": self.lanes.get(case_id or 0, 5), "delay": delay}
            for kind, case_id, delay in asked
        ]  # fmt: skip
        if work:
            self._run(statements.WORK, work=work)
        return {row["queue"] for row in work if not row["delay"]}

    def _right_already(self) -> set[int]:
        """Cases whose counters need no second look: opened here, by one alert that never came before."""
        joined = Counter(item.case_id for item in self.items)
        return {
            item.case_id
            for item in self.items
            if item.case_id and item.opened and item.times == 1 and item.follows is None and joined[item.case_id] == 1
        }

    def _lane(self, item: Item) -> None:
        lane = 4 - item.row["severity"]
        self.lanes[item.case_id or 0] = min(lane, self.lanes.get(item.case_id or 0, lane))

    def _run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        encoded = {
            name: _encode(value).decode() if isinstance(value, list) else value for name, value in values.items()
        }
        # psycopg's own cursor: Django's binds on the client, and a statement so bound is never prepared.
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(statement, self.who | encoded, prepare=True)
            return cursor.fetchall() if cursor.description else []


RECOUNT_S = 1.0
"""Counters of a case move at most about once a second, by one re-armable row, so that a storm into one case does not
queue behind its row."""


def _plan(epoch: int) -> list[dict[str, Any]]:
    return [
        {"severity": severity, "measure": measure, "policy": policy, "target_s": target_s}
        for severity in range(5)
        for measure, policy, target_s in plan(severity, epoch)
    ]


@dataclass(frozen=True)
class Refused:
    """Bytes that could not be taken: why, and where in them."""

    body: bytes
    reason: str
    place: str = ""


def refuse(sender: Sender, *refused: Refused, outcome: str = "refused") -> None:
    """Keep what could not be taken, with why and where, under its source: all of a request in one commit."""
    rows: list[dict[str, Any]] = [
        {
            "team": sender.team_id, "source": sender.source_id, "body": one.body, "outcome": outcome,
            "reason": printable(one.reason)[:2000], "place": printable(one.place)[:200],
        }
        for one in refused
    ]  # fmt: skip
    if rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statements.REFUSE, rows)
