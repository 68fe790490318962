"""One pass over a chunk of alerts, inside the caller's transaction: look, join or open, store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from django.db import connection

from casebook.actor import Actor, Automation
from casebook.errors import Conflict
from casebook.intake import reopen_on_repeat, silences, statements, suppress
from casebook.intake.follow_up import follow_up
from casebook.intake.outcome import Known, Outcome, clocks_of
from casebook.intake.prepare import Item
from casebook.intake.sender import Sender
from casebook.models import Source
from casebook.playbooks.table import MEMORY
from casebook.sla.reckoning import IN_THE_QUEUE

MOST_SLACK = timedelta(seconds=60)
"""A window is moved on when it is this far behind, or a fiftieth of itself: not once for every alert of a storm."""
_encode = msgspec.json.Encoder().encode


class Again(Exception):
    """Another sender was between our look and our write; a new look will see what it did."""


class Pass:
    """Folded items in, outcomes by position out."""

    def __init__(self, sender: Sender, items: list[Item]) -> None:
        self.sender = sender
        self.items = items
        self.who = {
            "team": sender.team_id, "source": sender.source_id, "actor": sender.name, "token": sender.token_id,
        }  # fmt: skip
        self.rules = silences.MEMORY.rules(sender.team_id, sender.source_id, sender.config_epoch)
        self.outcomes: dict[int, Outcome] = {}
        self.now: datetime
        self.known: dict[str, Known] = {}
        self.groups: dict[str, int] = {}
        self.closing_in: dict[str, datetime] = {}

    def run(self) -> tuple[dict[int, Outcome], set[tuple[str, float]]]:
        """Returns the outcomes, and the queues to ring once this is committed, each after how many seconds."""
        for item in self.items:  # a second try starts from nothing
            item.start_over()
        self._run(statements.BY_INDEX)
        self._look()
        fresh = [item for item in self.items if item.external_id not in self.known]
        counted, moved = self._sort_out([item for item in self.items if item.external_id in self.known])
        for item in fresh:
            item.suppressed_by = self._silenced(item)
        self._join([item for item in (*fresh, *moved) if item.suppressed_by is None])
        self._slide(fresh + counted)
        self._count(counted)
        self._move(moved)
        work = follow_up(fresh=fresh, moved=moved, counted=counted)
        if fresh:
            self._store(fresh, work)
        elif work:
            self._run(statements.WORK, work=work)
        return self.outcomes, {(row["queue"], row["delay"]) for row in work}

    def _look(self) -> None:
        wanted = [{"external_id": item.external_id, "key": item.key} for item in self.items]
        seen = {value for item in self.items for value, _ in item.observables}
        observables = [value._asdict() for value in seen]
        for what, name, alert_id, case_id, state, moment in self._run(
            statements.LOOK, items=wanted, observables=observables
        ):
            if what == "alert":
                self.known[name] = Known(alert_id, case_id, state)
            elif what == "group":
                self.groups[name], self.closing_in[name] = case_id, moment
            else:
                self.now = moment

    def _silenced(self, item: Item) -> int | None:
        return suppress.first(self.rules, item, self.now) if self.rules else None

    def _sort_out(self, seen: list[Item]) -> tuple[list[Item], list[Item]]:
        """Repeats to be counted where they are, and those that move: to a case that follows, or under a suppression."""
        counted, moved = [], []
        for item in seen:
            known = self.known[item.external_id]
            item.alert_id, item.case_id = known.alert_id, known.case_id
            if known.is_worked:
                counted.append(item)
                continue
            item.suppressed_by = self._silenced(item)
            stays = item.suppressed_by is not None and known.case_id is None
            if stays or (item.suppressed_by is None and known.case_id is not None and self._reopen(item)):
                counted.append(item)
            else:
                item.follows, item.case_id = known.case_id, None
                moved.append(item)
        return counted, moved

    def _reopen(self, item: Item) -> bool:
        """Has the source's policy opened the closed case of a repeat again? Then it collects again."""
        if item.case_id is None or not self._reopened(item.case_id):
            return False
        if item.key not in self.groups:
            group = [{"key": item.key, "case_id": item.case_id}]
            self._run(statements.REGROUP, items=group, window=self.sender.window)
        return True

    def _reopened(self, case_id: int) -> bool:
        if self.sender.on_closed_repeat != Source.OnClosedRepeat.REOPEN:
            return False
        actor: Actor = Automation(name=self.sender.name, team_id=self.sender.team_id)
        return reopen_on_repeat.reopen(actor, case_id, within=self.sender.reopen_within)

    def _join(self, items: list[Item]) -> None:
        """Give each item its case: an open one of its key, one that is opened again, or a new one."""
        of_key: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            if item.key not in self.groups:
                of_key[item.key].append(item)
        if of_key:
            self._claim(of_key)
        for item in items:
            item.case_id = self.groups[item.key]

    def _claim(self, of_key: dict[str, list[Item]]) -> None:
        opening, again = [], []
        keys = [{"key": key} for key in sorted(of_key)]
        for key, case_id, next_id, closed_id in self._run(
            statements.CLAIM, items=keys, closed_within=self.sender.reopen_within
        ):
            self.groups[key] = case_id or next_id
            if case_id is not None:
                continue
            if closed_id is not None and self._reopened(closed_id):
                self.groups[key] = closed_id
                again.append({"key": key, "case_id": closed_id})
                continue
            first = of_key[key][0]
            first.opened, first.follows = True, first.follows or closed_id
            opening.append(self._case(of_key[key], next_id))
        window = self.sender.window
        if again:
            self._run(statements.REGROUP, items=again, window=window)
        if opening:
            clocks = clocks_of(self.sender.config_epoch)
            self._run(statements.OPEN, cases=opening, plan=clocks, window=window, began=IN_THE_QUEUE)

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

    def _slide(self, items: Iterable[Item]) -> None:
        """Move on the windows of groups that were added to, where they have fallen behind."""
        window = self.sender.window
        slack = min(window / 50, MOST_SLACK)
        behind = {
            item.key
            for item in items
            if item.key in self.closing_in
            and item.case_id == self.groups[item.key]
            and self.closing_in[item.key] < self.now + window - slack
        }
        if behind:
            keys = [{"key": key} for key in sorted(behind)]
            self._run(statements.SLIDE, items=keys, window=window, slack=slack)

    def _count(self, counted: list[Item]) -> None:
        if not counted:
            return
        rows = [{"alert": i.alert_id, "times": i.times, "severity": i.row["severity"]} for i in counted]
        counts = dict(self._run(statements.REPEAT, items=rows))
        for item in counted:
            for position in (item.position, *item.twins):
                self.outcomes[position] = Outcome(item.alert_id or 0, "repeated", item.case_id, counts[item.alert_id])

    def _move(self, moved: list[Item]) -> None:
        if not moved:
            return
        rows = [
            {"alert": i.alert_id, "case_id": i.case_id, "suppressed_by": i.suppressed_by, "times": i.times,
             "severity": i.row["severity"]}
            for i in moved
        ]  # fmt: skip
        self._run(statements.MOVE, items=rows)
        links = [
            {"alert": i.alert_id, "case_id": i.case_id, "type": value.type, "key": value.key, "role": role}
            for i in moved
            for value, role in i.observables
        ]
        if links:
            self._run(statements.LINKS, links=links)
        self._tell(moved)

    def _store(self, fresh: list[Item], work: list[dict[str, Any]]) -> None:
        rows = [
            item.row
            | {"case_id": item.case_id, "suppressed_by": item.suppressed_by, "opened": item.opened, "times": item.times}
            for item in fresh
        ]
        links = [
            {"external_id": item.external_id, "type": value.type, "key": value.key, "role": role}
            for item in fresh
            for value, role in item.observables
        ]
        stored = dict(self._run(statements.STORE, items=rows, links=links, work=work))
        if len(stored) < len(fresh):
            raise Again
        for item in fresh:
            item.alert_id = stored[item.external_id]
        self._tell(fresh)

    def _tell(self, items: list[Item]) -> None:
        for item in items:
            outcome = "opened" if item.opened else "suppressed" if item.suppressed_by else "attached"
            self.outcomes[item.position] = Outcome(item.alert_id or 0, outcome, item.case_id)
            for position in item.twins:
                self.outcomes[position] = Outcome(item.alert_id or 0, "repeated", item.case_id, item.times)

    def _run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        encoded = {
            name: _encode(value).decode() if isinstance(value, list) else value for name, value in values.items()
        }
        # psycopg's own cursor: Django's binds on the client, and a statement so bound is never prepared.
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(statement, self.who | encoded if values else None, prepare=bool(values))
            return cursor.fetchall() if cursor.description else []
