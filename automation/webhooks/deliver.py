"""Send what waits for one webhook and case, oldest first, until nothing waits or one will not go.

At least once: a worker that dies between the call and its note sends again, under the same key. In order: the next of
a case waits while the one before it is tried again; what was given up is passed by, and can be sent again by hand.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from automation import breaker, vault
from automation.limits import limit
from automation.models import Delivery, Webhook
from automation.outbound import Answer, CallError, NotSent, Reach, call
from automation.webhooks.forms.protocol import Call, Form, Letter, token_in
from automation.webhooks.outbox import ring
from casebook.actor import Automation
from casebook.clock import db_now
from casebook.journal.record import record
from casebook.plugins import load, table
from casebook.work.lease import Lease, renew

WAITS_S = (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 8 * 3600)
"""Between one try and the next. After the last, some 28 hours in, a delivery is given up."""
GONE = 410
TOO_EARLY = frozenset({429, 503})


class _Failed(Exception):
    """The other side did not take it. ``status`` is its answer, where there was one."""

    def __init__(self, reason: str, status: int | None = None, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.after_s = reason, status, after_s


def deliver(lease: Lease) -> None:
    """Handler of ``webhook.deliver``; the subject is ``webhook:<id>.<case>``."""
    hook_id, _, case_id = lease.subject.partition(":")[2].partition(".")
    hook = Webhook.objects.filter(pk=hook_id).first()
    while hook is not None and hook.enabled:
        row = (
            Delivery.objects.filter(webhook=hook, case_id=case_id, state=Delivery.State.WAITING).order_by("id").first()
        )
        if row is None:
            return
        # The breaker is asked last: going past it takes the one probe it lets through.
        wait_s = (row.next_at - db_now()).total_seconds()
        wait_s = wait_s if wait_s > 0 else breaker.shut_for(_name(hook))
        if wait_s > 0:
            with transaction.atomic():
                ring([(hook, row.case_id)], delay_s=wait_s)
            return
        renew(lease)
        _try(hook, row)
        hook.refresh_from_db()


def _try(hook: Webhook, row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, tried_at=Now())
    row.attempts += 1
    began = time.monotonic()
    try:
        status = _send(hook, row)
    except _Failed as failed:
        breaker.failed(_name(hook), failed.reason)
        _note_failure(hook, row, failed, _ms(began))
    else:
        breaker.succeeded(_name(hook))
        done = {"state": Delivery.State.DELIVERED, "status": status, "error": "", "took_ms": _ms(began)}
        Delivery.objects.filter(pk=row.pk).update(**done)


def _send(hook: Webhook, row: Delivery) -> int | None:
    """The last status; None where the form has nothing to say of this message. Raises _Failed."""
    try:
        secret = vault.unseal(bytes(hook.sealed), hook.place) if hook.sealed else ""
        form = form_of(hook)
        if form.login:
            secret = _token(hook, form.login(hook.settings, secret))
        calls = form.calls(Letter(row.key, int(time.time()), row.body), hook.url, hook.settings, secret)
    except (vault.Unreadable, KeyError, ValueError) as error:
        raise _Failed(f"not set up: {error}") from error
    status = None
    for one in calls:
        status = _one(hook, one).status
    return status


def _token(hook: Webhook, login: Call) -> str:
    """What a login answers with, for the calls that follow. Raises _Failed."""
    answer = _one(hook, login).body
    try:
        return token_in(answer)
    except ValueError as error:
        raise _Failed(str(error)) from error


def _one(hook: Webhook, one: Call) -> Answer:
    try:
        answer = call(
            one.method, one.url, reach_of=Reach(hook.reach), body=one.body, headers=one.headers,
            deadline_s=limit("CALL_S"),
        )  # fmt: skip
    except CallError as error:
        raise _Failed(error.reason if isinstance(error, NotSent) else f"{error.reason}; it may have arrived") from error
    if 200 <= answer.status < 300 or answer.status in one.also_fine:
        return answer
    words = answer.body[:300].decode("utf-8", "replace").replace("\x00", "\ufffd").strip()
    after_s = answer.retry_after_s if answer.status in TOO_EARLY else None
    raise _Failed(f"answered {answer.status}{f': {words}' if words else ''}", answer.status, after_s)


def _note_failure(hook: Webhook, row: Delivery, failed: _Failed, took_ms: int) -> None:
    over = row.attempts > len(WAITS_S) or failed.status == GONE
    wait_s = 0.0 if over else max(WAITS_S[row.attempts - 1], failed.after_s or 0)
    with transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(
            state=Delivery.State.GIVEN_UP if over else Delivery.State.WAITING,
            status=failed.status,
            error=failed.reason[:1000],
            took_ms=took_ms,
            next_at=Now() + timedelta(seconds=wait_s),
        )
        if failed.status == GONE:
            why = "the listener answered 410 Gone"
            Webhook.objects.filter(pk=hook.pk).update(enabled=False, stopped_why=why)
            actor = Automation(team_id=hook.team_id)
            record(actor, "webhook.stopped", hook, {"name": hook.name, "why": why}, team_id=hook.team_id)


def form_of(hook: Webhook) -> Form:
    """The plug-in behind a webhook. Raises KeyError where this installation has none by that name."""
    found: Form = load(table("WEBHOOK_FORMS")[hook.form])
    return found


def _name(hook: Webhook) -> str:
    return f"webhook:{hook.pk}"


def _ms(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
