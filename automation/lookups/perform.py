"""Ask one enricher about one observable: the call outside any transaction, the answer and its entry in one."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from automation import breaker
from automation.enrichers import marking
from automation.enrichers.protocol import LIMITED, Enricher, EnricherError, Found, Question
from automation.limits import limit
from automation.lookups.plugins import enricher
from automation.models import Lookup, LookupResult
from casebook.actor import Actor
from casebook.errors import NotFound
from casebook.journal.record import record
from casebook.models import Alert, Case
from casebook.work.lease import MAX_ATTEMPTS, Lease, RetryLater

GATED_FRESH_S = 24 * 3600.0
FAILED_FRESH_S = 300.0
TRIES = 4


def perform(lease: Lease) -> None:
    """Handler of ``lookup.perform``; the subject is the lookup. One that is done already is not asked again."""
    lookup = Lookup.objects.select_related("observable").filter(pk=lease.subject_id).first()
    if lookup is None:
        raise NotFound(f"There is no lookup {lease.subject_id}.")
    if lookup.state not in ("waiting", "running"):
        return
    plugin = enricher(lookup.enricher)
    if plugin is None:
        raise NotFound(f"The enricher {lookup.enricher} is not installed here.")
    Lookup.objects.filter(pk=lookup.pk).update(state="running")
    gated = _gate(plugin, lookup)
    if gated is not None:
        _write(lookup, lease.actor, Found(LIMITED, gated, fresh_s=GATED_FRESH_S))
        return
    _hold_back(plugin, lookup, lease.actor)
    try:
        found = plugin.ask(_question(lookup), deadline_s=limit("CALL_S"))
    except EnricherError as error:
        _failed(plugin, lookup, lease, error)
    else:
        breaker.succeeded(_name(plugin))
        _write(lookup, lease.actor, found)


def _gate(plugin: Enricher, lookup: Lookup) -> str | None:
    """Why the value may not be told to this enricher, by the strictest alert it stands in."""
    if not plugin.leaves_the_house:
        return None
    alerts = Alert.objects.filter(observable_links__observable=lookup.observable_id)
    markings = list(alerts.values_list("tlp", "pap").distinct())
    return marking.objection(
        marking.strictest([tlp for tlp, _ in markings]),
        marking.strictest([pap for _, pap in markings]),
        most_tlp=plugin.most_tlp,
        most_pap=plugin.most_pap,
    )


def _hold_back(plugin: Enricher, lookup: Lookup, actor: Actor) -> None:
    """Raises RetryLater while the breaker is open or the quota used up; until then the lookup reads *limited*."""
    wait = breaker.shut_for(_name(plugin))
    why = "it has failed too often just now"
    if not wait and plugin.per_hour is not None:
        wait = breaker.spend(_name(plugin), plugin.per_hour)
        why = f"its quota of {plugin.per_hour} an hour is used up"
    if wait:
        _write(lookup, actor, Found(LIMITED, f"not asked yet: {why}"), state="waiting")
        raise RetryLater(why, after_s=wait)


def _failed(plugin: Enricher, lookup: Lookup, lease: Lease, error: EnricherError) -> None:
    breaker.failed(_name(plugin), error.reason)
    again = lease.attempt < min(TRIES, MAX_ATTEMPTS)
    answer = Found(LookupResult.ERROR, error.reason, fresh_s=FAILED_FRESH_S)
    _write(lookup, lease.actor, answer, state="waiting" if again else "failed")
    if again:
        raise RetryLater(error.reason, after_s=error.after_s)


def _write(lookup: Lookup, actor: Actor, found: Found, *, state: str = "done") -> None:
    """The answer, and its entry on every open case that holds the observable, where it says something new."""
    said_before = (lookup.result, lookup.summary)
    with transaction.atomic():
        Lookup.objects.filter(pk=lookup.pk).update(
            state=state,
            result=found.result,
            summary=found.summary,
            score=found.score,
            hits=found.hits,
            list_date=found.list_date,
            link=found.link,
            at=Now(),
            stale_after=Now() + timedelta(seconds=found.fresh_s),
        )
        if (found.result, found.summary) != said_before:
            _record(lookup, actor, found)


def _record(lookup: Lookup, actor: Actor, found: Found) -> None:
    plugin = enricher(lookup.enricher)
    cases = Case.objects.open().filter(observable_links__observable=lookup.observable_id).distinct().order_by("pk")
    for case in cases:
        told = plugin.told_of(found, type=lookup.observable.type, case_id=case.pk) if plugin else found
        payload = {
            "lookup": lookup.pk,
            "enricher": plugin.title if plugin else lookup.enricher,
            "type": lookup.observable.type,
            "value": lookup.observable.value,
            "result": told.result,
            "summary": told.summary,
        }
        record(actor, "lookup.finished", lookup, payload, case=case)


def _question(lookup: Lookup) -> Question:
    observable = lookup.observable
    return Question(lookup.team_id, observable.pk, observable.type, observable.value)


def _name(plugin: Enricher) -> str:
    return f"enricher:{plugin.name}"
