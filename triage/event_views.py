"""Questions about events, answered by the evidence worker: web reads no frames.

A page writes its question down (`ask`) and shows the answer once it is there. The same question about the same events
is answered once; answers are a cache and go after a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from casebook.models import Case, Evidence
from casebook.work.enqueue import enqueue
from casebook.work.lease import Lease, RetryLater
from casebook.work.tick import first_in_this_hour
from triage import detector_inputs, inline_evidence
from triage.events import children
from triage.models import EventView
from triage.rereading import read_again

FIRST = 0
"""Somebody sits before the page: before any reading that waits."""

DEADLINE_S = 20.0
MEMORY_MB = 900
KEPT = timedelta(days=1)
SEEN = timedelta(seconds=5)
READ_AGAIN_S = 1.0

TASKS = {
    EventView.What.EVENTS: "triage.events.looking.page",
    EventView.What.EXPORT: "triage.events.looking.export",
    EventView.What.TIES: "triage.timeline.ties.ties",
}


def ask(case: Case, what: str, asked: Mapping[str, Any], *, evidence: Evidence | None = None) -> EventView:
    """The question's row, answered or waiting, for a case the caller was allowed to fetch. One that could not be
    answered is asked again once that has been seen."""
    key = _key(what, asked, evidence)
    found = EventView.objects.filter(case=case, key=key).first()
    if found is not None and not _stale(found):
        return found
    with transaction.atomic():
        fields = {"team_id": case.team_id, "evidence": evidence, "what": what, "asked": dict(asked)}
        row, made = EventView.objects.get_or_create(case=case, key=key, defaults=fields)
        if not made:  # it failed before: once more
            EventView.objects.filter(pk=row.pk).update(state=EventView.State.WAITING, error="")
            row.state = EventView.State.WAITING
        enqueue("evidence.view", f"eventview:{row.pk}", team_id=case.team_id, lane=FIRST)
    return row


def answer(lease: Lease) -> None:
    """Answer the question a lease is about. Raises RetryLater while its events are made again."""
    found = EventView.objects.select_related("case", "evidence").filter(pk=lease.subject_id).first()
    if found is None or found.state != EventView.State.WAITING:
        return
    try:
        said = children.ask(
            TASKS[EventView.What(found.what)], _request(found), lane="small", deadline_s=DEADLINE_S, memory_mb=MEMORY_MB
        )
    except children.ChildFailed as failure:
        failed = {"state": EventView.State.FAILED, "error": str(failure), "made_at": Now()}
        EventView.objects.filter(pk=found.pk).update(**failed)
    else:
        EventView.objects.filter(pk=found.pk).update(state=EventView.State.READY, answer=said)


def _stale(view: EventView) -> bool:
    return view.state == EventView.State.FAILED and timezone.now() - view.made_at > SEEN


def export_path(view: EventView) -> Path:
    """Where the file of an export lies, among the caches."""
    return Path(settings.EVENTS_DIR) / "exports" / f"{view.key}.{view.asked['form']}"


def tidy() -> int:
    """A sweep, effective once an hour: delete answers nobody has asked for lately, and their files."""
    if not first_in_this_hour("event_views"):
        return 0
    old = EventView.objects.filter(made_at__lt=Now() - KEPT)
    for view in old.filter(what=EventView.What.EXPORT):
        export_path(view).unlink(missing_ok=True)
    return old.delete()[0]


def _key(what: str, asked: Mapping[str, Any], evidence: Evidence | None) -> str:
    """A digest of all that the answer rests on. Of a whole case the question itself says so (``basis``)."""
    basis = [evidence.pk, evidence.sha256, evidence.events_key] if evidence else None
    return hashlib.sha256(json.dumps([what, basis, asked], sort_keys=True).encode()).hexdigest()


def _request(view: EventView) -> dict[str, Any]:
    """What the child is told: the question, and where the events are."""
    if view.evidence is None:
        inputs, gone = detector_inputs.evidence_of(view.case)
        if gone:
            raise _read_again(view.case, gone)
        return {"inputs": [asdict(one) for one in inputs], "scope": asdict(detector_inputs.scope_of(view.case))}
    evidence = view.evidence
    about = {"file": evidence.name, "sha256": evidence.sha256}
    request = {**view.asked, "evidence": about, "path": None, "inline": None}
    if view.what == EventView.What.EXPORT:
        request["to_file"] = str(export_path(view))
    if evidence.kind == Evidence.Kind.INLINE:
        carried = {one.id: one.inline for one in inline_evidence.of_case(view.case)}
        return request | {"inline": list(carried.get(evidence.pk) or ())}
    events = detector_inputs.events_path(evidence.events_key)
    if not events.is_file():
        raise _read_again(view.case, [evidence])
    return request | {"path": str(events)}


def _read_again(case: Case, gone: list[Evidence]) -> RetryLater:
    read_again(case, gone, lane=FIRST)
    return RetryLater("its events are made again from the original", READ_AGAIN_S)
