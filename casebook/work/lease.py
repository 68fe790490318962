"""Take the next due row, renew it, finish it, try it again later, put it aside. All times are the database's."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from casebook.actor import Automation
from casebook.errors import DomainError
from casebook.journal.record import record
from casebook.plugins import table
from casebook.work.ring import ring

MAX_ATTEMPTS = 8
BASE_S = 1.0
CAP_S = 300.0
WRITERS_S, PAUSE_S = 2.0, 0.005


class RetryLater(Exception):
    """A handler's word that the same work may succeed later. ``after_s`` honours a Retry-After."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class LostLease(Exception):
    """Somebody else has the row now: stop, and write nothing more."""


@dataclass(frozen=True)
class Lease:
    """One row, ours until ``lease_until``, guarded by ``fence``."""

    id: int
    kind: str
    subject: str
    team_id: int | None
    attempt: int
    fence: int
    payload: dict[str, Any]

    @property
    def subject_id(self) -> int:
        """The number in ``case:12``."""
        return int(self.subject.partition(":")[2])

    @property
    def actor(self) -> Automation:
        return Automation(name="casebook", team_id=self.team_id)


# Attempts are counted before the run, so that a row that kills its worker is counted too. The lane goes first:
# critical work is taken before older work that can wait.
_TAKE = """
update casebook_work set state = 'running', attempt = attempt + 1, fence = fence + 1, progress = 0,
       lease_until = now() + make_interval(secs => coalesce((%(leases)s::jsonb ->> kind)::int, 60))
 where id = (
    select id from casebook_work
     where queue = %(queue)s and run_after <= now()
       and (state = 'waiting' or (state = 'running' and lease_until < now()))
     order by lane, run_after, id limit 1 for update skip locked)
returning id, kind, subject, team_id, attempt, fence, payload
"""
# A number of our own is above that of everybody who writes already; a snapshot's xmax is not.
_NOW_AT = "select pg_current_xact_id()::text::bigint"
_OLDEST = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_OURS = "update casebook_work set {} where id = %(id)s and fence = %(fence)s and state = 'running' returning id"


def take_next(queue: str) -> Lease | None:
    """The next due row of a queue, leased to us, or None. One short transaction."""
    leases = {kind: spec["lease_s"] for kind, spec in table("WORK").items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"queue": queue, "leases": json.dumps(leases)})
        row = cursor.fetchone()
    if row is None:
        return None
    number, kind, subject, team_id, attempt, fence, payload = row
    known = payload if isinstance(payload, dict) else json.loads(payload)
    return Lease(number, kind, subject, team_id, attempt, fence, known)


def let_writers_finish() -> None:
    """Wait, two seconds at most, until every transaction that was writing when the row was taken has ended.

    Intake asks for work with "a waiting row is enough" and locks nothing, or a storm would queue behind that row. A
    sender may so have relied on the row just taken and not have committed yet: only from here on is it seen.
    """
    if connection.in_atomic_block:  # a caller's own transaction is never over while we run in it
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOW_AT)
        (ours,) = cursor.fetchone()
        give_up = time.monotonic() + WRITERS_S
        while time.monotonic() < give_up:
            cursor.execute(_OLDEST)
            if cursor.fetchone()[0] > ours:
                return
            time.sleep(PAUSE_S)


def renew(lease: Lease, progress: int = 0) -> None:
    """Keep a long job's lease alive with a sign of progress. Raises LostLease."""
    seconds = table("WORK")[lease.kind]["lease_s"]
    changes = "lease_until = now() + make_interval(secs => %(secs)s), progress = %(progress)s"
    if not _write(changes, lease, secs=seconds, progress=progress):
        raise LostLease(lease.subject)


def finish(lease: Lease) -> bool:
    """Done. False if the lease was lost meanwhile."""
    return _write("state = 'done', lease_until = null, finished_at = now(), error = ''", lease)


def retry(lease: Lease, reason: str, after_s: float | None = None) -> None:
    """Again later: full jitter under a cap, or after what the other side asked for. Past the cap: put aside."""
    if lease.attempt >= MAX_ATTEMPTS:
        quarantine(lease, reason)
        return
    # Jitter, no secret: many rows that failed together must not come back together.
    delay = after_s if after_s is not None else random.uniform(0, min(CAP_S, BASE_S * 2**lease.attempt))  # noqa: S311
    changes = "state = 'waiting', lease_until = null, run_after = now() + make_interval(secs => %(delay)s)"
    try:
        with transaction.atomic():
            _write(changes + ", error = %(error)s", lease, delay=delay, error=_text(reason))
            if known := table("WORK").get(lease.kind):
                transaction.on_commit(lambda: ring(known["queue"], delay))
    except IntegrityError:  # a newer request for the same subject waits already: this one has nothing left to do
        superseded = "state = 'done', lease_until = null, finished_at = now(), error = %(error)s"
        _write(superseded, lease, error=_text(reason))


def quarantine(lease: Lease, reason: str) -> None:
    """Put aside where people see it, for retry by hand."""
    with transaction.atomic():
        if _write(
            "state = 'quarantined', lease_until = null, finished_at = now(), error = %(error)s",
            lease,
            error=_text(reason),
        ):
            record(
                lease.actor,
                "work.quarantined",
                f"work:{lease.id}",
                {"kind": lease.kind, "subject": lease.subject, "attempts": lease.attempt, "error": _text(reason)[:500]},
                team_id=lease.team_id,
            )


def refuse(lease: Lease, error: DomainError) -> None:
    """The work cannot be done and trying again would not help."""
    _write(
        "state = 'failed', lease_until = null, finished_at = now(), error = %(error)s", lease, error=_text(error.detail)
    )


def _text(reason: str) -> str:
    """What a column of text can hold of an error; drivers quote what they choked on."""
    return reason.replace("\x00", "\ufffd")[:2000]


def _write(changes: str, lease: Lease, **values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_OURS.format(changes), {"id": lease.id, "fence": lease.fence} | values)
        return cursor.fetchone() is not None
