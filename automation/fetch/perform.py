"""Run one fetch: ask the system, count what comes against its caps, keep it as evidence of the case.

Nothing is written of the answer until all of it is here: a worker that dies asks again from the start. The person who
asked must still be allowed to work on the case when it runs.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import IO

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from automation import breaker
from automation.containment.people import actor_of, may_now
from automation.fetch import failures
from automation.fetch.answer import Answer, Stopped
from automation.fetch.opening import opened
from automation.fetch.plugins import kind_of
from automation.fetch.protocol import Enough, Failed, Order
from automation.fetch.request import told
from automation.limits import limit
from automation.models import LogFetch, LogSystem
from automation.outbound import CallError
from casebook.cases.evidence import attach
from casebook.errors import DomainError
from casebook.journal.record import record
from casebook.models import Evidence
from casebook.work.lease import Lease, renew

IN_MEMORY = 4 * 1024 * 1024
PIECE = 256 * 1024


def fetch(lease: Lease) -> None:
    """Handler of ``log.fetch``; the subject is the fetch. One that has ended is not run again. Raises LostLease."""
    row = _begin(lease)
    if row is None:
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        try:
            answer = _asked(row, file, lease)
            _keep(row, answer, file, lease)
        except Stopped:
            return
        except (Failed, DomainError) as failed:
            _fail(row, failed.reason if isinstance(failed, Failed) else failed.detail, lease)


def _begin(lease: Lease) -> LogFetch | None:
    """The fetch, now running; None where it has ended, or must not run any more."""
    rows = LogFetch.objects.select_related("system", "case", "asked_by").filter(pk=lease.subject_id)
    row = rows.filter(state__in=(LogFetch.State.WAITING, LogFetch.State.RUNNING)).first()
    if row is None:
        return None
    if row.system is None or not row.system.enabled:
        _fail(row, f"{row.system_name} is switched off, or no longer set up.", lease)
        return None
    if not may_now(row.asked_by, "case.work", row.team_id):
        _fail(row, "Whoever asked may no longer work on this case.", lease)
        return None
    running = {"state": LogFetch.State.RUNNING, "rows": 0, "bytes": 0, "progress": 0}
    return row if rows.filter(state=row.state).update(**running) else None


def _asked(row: LogFetch, file: IO[bytes], lease: Lease) -> Answer:
    """The answer, in ``file``. Raises Failed, with the reason in words that say what to do."""
    system = row.system
    assert system is not None  # _begin saw to it
    wait = breaker.shut_for(_name(system))
    if wait:
        raise Failed(f"It failed {breaker.SHUT_AFTER} times in a row: the next try is let through in {wait:.0f} s.")
    kind = kind_of(system)
    answer = Answer(row, system, file, lease)
    try:
        place = opened(system, kind, deadline_s=limit("CALL_S"))
        order = Order(row.query, row.language, row.window_from, row.window_to, system.most_rows)
        with suppress(Enough):
            kind.fetch(order, place, answer)
        answer.end()
    except CallError as error:
        raise _noted(system, failures.of_call(error)) from error
    except Failed as failed:
        raise _noted(system, failed.reason) from failed
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise _noted(system, f"Its answer is not understood ({type(error).__name__}: {error}).") from error
    breaker.succeeded(_name(system))
    LogSystem.objects.filter(pk=system.pk).update(worked_at=Now(), failures=0, error="")
    return answer


def _noted(system: LogSystem, reason: str) -> Failed:
    breaker.failed(_name(system), reason)
    LogSystem.objects.filter(pk=system.pk).update(failures=F("failures") + 1, error=_text(reason))
    return Failed(reason)


def _keep(row: LogFetch, answer: Answer, file: IO[bytes], lease: Lease) -> None:
    """Evidence, the fetch's end and its entry, together; no evidence where nothing was found."""
    with transaction.atomic():
        mine = LogFetch.objects.select_for_update(of=("self",)).filter(pk=row.pk, state=LogFetch.State.RUNNING)
        held = mine.select_related("case").first()
        if held is None:
            raise Stopped
        held.rows, held.bytes, held.capped = answer.rows, answer.bytes, answer.capped
        if answer.rows:
            held.evidence = _attached(row, file)
        held.state, held.progress, held.ended_at = LogFetch.State.DONE, 100, Now()
        held.save()
        payload = told(held) | {"evidence": held.evidence_id, "capped": f", {held.capped}" if held.capped else ""}
        record(actor_of(row.asked_by), "log.fetched" if answer.rows else "log.empty", held.case, payload)
        renew(lease, 100)


def _attached(row: LogFetch, file: IO[bytes]) -> Evidence:
    file.seek(0)
    name = f"{row.system_name}, {row.search_name}.ndjson".replace("/", "-")
    return attach(
        actor=actor_of(row.asked_by), ref=row.case.ref, name=name, chunks=iter(lambda: file.read(PIECE), b""),
        kind=Evidence.Kind.FETCHED,
    )  # fmt: skip


def _fail(row: LogFetch, reason: str, lease: Lease) -> None:
    ended = {"state": LogFetch.State.FAILED, "error": _text(reason), "ended_at": Now()}
    with transaction.atomic():
        rows = LogFetch.objects.filter(pk=row.pk, state__in=(LogFetch.State.WAITING, LogFetch.State.RUNNING))
        if rows.update(**ended):
            record(lease.actor, "log.failed", row.case, told(row) | {"error": _text(reason)[:300]}, case=row.case)
        renew(lease, 100)


def _name(system: LogSystem) -> str:
    return f"logsystem:{system.pk}"


def _text(reason: str) -> str:
    return reason.replace("\x00", "\ufffd")[:1000]
