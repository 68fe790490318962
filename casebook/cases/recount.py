"""What alerts change of their case without a person: counters, earliest instants, a severity that rises."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, Min, Sum
from django.db.models.functions import Now

from casebook.actor import Automation
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.journal.record import record
from casebook.models import Alert, AlertObservable, Case, CaseObservable, Grouping, Journal, Severity
from casebook.sla import clocks
from casebook.work.enqueue import enqueue
from casebook.work.lease import Lease

SETTLE_S = 5.0


def recount(lease: Lease) -> None:
    """Handler of ``case.recount``. Runs again until nothing more arrives: an alert may commit after we counted."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=lease.subject_id)
        found = Alert.objects.filter(case=case).aggregate(
            count=Sum("count"), severity=Max("severity"), first=Min("first_event_at"), detected=Min("detected_at")
        )
        count = found["count"] or 0
        if count == case.alert_count:
            return
        actor = Automation(team_id=case.team_id)
        change(
            actor, case, "alerts", by_person=False, alert_count=count,
            first_event_at=found["first"] or case.first_event_at, detected_at=found["detected"] or case.detected_at,
        )  # fmt: skip
        _count_observables(case)
        _keep_collecting(case)
        if case.is_open and (found["severity"] or 0) > case.severity and not _lowered_by_hand(case):
            _raise_severity(actor, case, Severity(found["severity"]))
        enqueue("case.recount", f"case:{case.pk}", team_id=case.team_id, lane=6, delay_s=SETTLE_S)


def _count_observables(case: Case) -> None:
    links = AlertObservable.objects.filter(alert__case=case).values("observable", "role")
    counts = {(row["observable"], row["role"]): row["n"] for row in links.annotate(n=Sum("alert__count"))}
    for link in CaseObservable.objects.filter(case=case):
        wanted = counts.get((link.observable_id, link.role), link.count)
        if wanted != link.count:
            CaseObservable.objects.filter(pk=link.pk).update(count=wanted)


def _keep_collecting(case: Case) -> None:
    """The grouping window counts from the last alert. Only while it is open: a closed one must not come to life."""
    rows = Grouping.objects.filter(case=case, until__gt=Now()).select_related("source")
    # Without waiting: whoever holds the row exclusively is closing the case, or taking its key for another.
    for row in rows.select_for_update(of=("self",), no_key=True, skip_locked=True):
        last = Alert.objects.filter(case=case, source=row.source).aggregate(at=Max("last_seen_at"))["at"]
        if last is not None and last + row.source.grouping_window > row.until:
            row.until = last + row.source.grouping_window
            row.save(update_fields=["until"])


def _lowered_by_hand(case: Case) -> bool:
    """A person's word on severity stands until a person changes it."""
    return Journal.objects.filter(case_id=case.pk, verb="case.severity").exists()


def _raise_severity(actor: Automation, case: Case, severity: Severity) -> None:
    before = case.severity_word
    change(actor, case, "case.severity_risen", by_person=False, severity=int(severity))
    record(actor, "case.severity_risen", case, {"before": before, "after": severity.word})
    clocks.severity_changed(case, db_now(), actor)
