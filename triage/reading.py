"""Read one piece of evidence under a lease: what it is, how much of it is understood, its events kept as a cache."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_datetime

from casebook import originals
from casebook.clock import db_now
from casebook.journal.record import record
from casebook.models import Evidence
from casebook.models.choices import EvidenceState
from casebook.work.enqueue import enqueue
from casebook.work.lease import Lease, renew
from triage.events.read import read_evidence
from triage.events.result import ReadResult

YEAR_REACH = timedelta(days=180)
"""How far after the alerts' own events a log may run and still be taken for the same year's."""

VERBS = {
    EvidenceState.READY: "evidence.read",
    EvidenceState.NOT_UNDERSTOOD: "evidence.not_understood",
    EvidenceState.REFUSED: "evidence.refused",
    EvidenceState.FAILED: "evidence.failed",
}


def read(lease: Lease) -> None:
    """Read the evidence a lease is about. Twice gives what once gives. Raises LostLease."""
    evidence = _begin(lease)
    if evidence is None:
        return
    result = read_evidence(
        originals.full_path(evidence.path),
        evidence_id=evidence.pk,
        name=evidence.name,
        sha256=evidence.sha256,
        cache_dir=settings.EVENTS_DIR,
        format=evidence.forced_format or None,
        timezone=evidence.timezone or None,
        year=evidence.year,
        received_at=_day_for_the_year(evidence),
        progress=lambda share: _tell(lease, evidence, share),
    )
    originals.number_lines(evidence.path)
    _finish(lease, evidence, result)


def _begin(lease: Lease) -> Evidence | None:
    """The evidence, now *reading*; None where there is nothing to read."""
    with transaction.atomic():
        renew(lease, 0)
        evidence = Evidence.objects.select_for_update(of=("self",)).select_related("case").filter(pk=lease.subject_id)
        found = evidence.first()
        if found is None or not found.path:
            return None
        found.state, found.progress = EvidenceState.READING, 0
        found.save(update_fields=["state", "progress"])
        return found


def _tell(lease: Lease, evidence: Evidence, share: float) -> None:
    percent = min(99, int(share * 100))
    with transaction.atomic():
        renew(lease, percent)
        Evidence.objects.filter(pk=evidence.pk).update(progress=percent)


def _finish(lease: Lease, evidence: Evidence, result: ReadResult) -> None:
    had_events = bool(evidence.events_key)
    with transaction.atomic():
        renew(lease, 100)
        fields = _fields(result) | {"read_at": db_now()}
        Evidence.objects.filter(pk=evidence.pk).update(**fields)
        record(
            lease.actor, VERBS[EvidenceState(result.state)], evidence, _payload(evidence, result), case=evidence.case
        )
        if had_events and result.state != EvidenceState.READY:
            # What was understood before no longer is: findings that rested on it must go.
            enqueue("findings.compute", f"case:{evidence.case_id}", team_id=evidence.team_id)


def _fields(result: ReadResult) -> dict[str, Any]:
    first, last = result.window or (None, None)
    return {
        "state": result.state,
        "format": result.format or "",
        "lines": result.lines,
        "understood": result.understood,
        "not_understood": result.not_understood,
        "samples": result.not_understood_samples,
        "kinds": result.kinds,
        "window_from": parse_datetime(first) if first else None,
        "window_to": parse_datetime(last) if last else None,
        "assumptions": {"timezone": result.timezone, "year": result.year, "said": result.assumptions},
        "events_key": result.cache_key if result.state == EvidenceState.READY else "",
        "progress": 100,
        "error": result.error,
    }


def _payload(evidence: Evidence, result: ReadResult) -> dict[str, Any]:
    return {
        "name": evidence.name,
        "sha256": evidence.sha256,
        "format": result.format,
        "lines": result.lines,
        "understood": result.understood,
        "not_understood": result.not_understood,
        "kinds": result.kinds,
        "assumptions": result.assumptions,
        "error": result.error,
    }


def _day_for_the_year(evidence: Evidence) -> datetime:
    """The day a log without years is dated from: when it was attached, or soon after what the case is about, if that
    lies further back. A log of an old case is not this year's."""
    case = evidence.case
    known = [at for at in (case.first_event_at, case.detected_at) if at]
    return min([evidence.added_at, *(at + YEAR_REACH for at in known)])
