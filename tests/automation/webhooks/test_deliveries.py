"""Webhooks from journal to listener: signed, once for each entry, in order, again until it is taken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from automation import breaker
from automation.models import Delivery, Webhook
from automation.webhooks import keeping, outbox
from automation.webhooks.deliver import WAITS_S
from automation.webhooks.forms.signed import signature
from automation.webhooks.keeping import Made
from casebook.actor import Actor
from casebook.cases.closing import close
from casebook.cases.notes import note
from casebook.cases.ownership import take
from casebook.clock import db_now
from casebook.models import Case, Journal, Work
from tests.automation.webhooks.conftest import Listener

Settle = Callable[[], None]


def bring_forward(hook: Webhook) -> None:
    """The time of waiting passes."""
    Delivery.objects.filter(webhook=hook).update(next_at=Now() - timedelta(seconds=1))
    Work.objects.filter(kind="webhook.deliver", state="waiting").update(run_after=Now() - timedelta(seconds=1))


def deliveries(hook: Webhook) -> list[Delivery]:
    return list(Delivery.objects.filter(webhook=hook).order_by("id"))


def shut(case: Case, actor: Actor, reason: str = "our own scanner") -> None:
    """Closed, with the closing note a SIEM wants to learn."""
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        close(actor=actor, case=locked, verdict="false_positive", reason=reason, now=db_now())


def test_a_listener_learns_state_verdict_and_note(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case], lina: Actor
) -> None:
    case = opened(link="https://siem.example/a/1")
    shut(case, lina)
    settle()
    assert listener.verbs == ["case.opened", "case.closed"]
    told = listener.told[1].json
    assert (told["case"]["ref"], told["case"]["state"], told["case"]["verdict"]) == (
        case.ref,
        "closed",
        "false_positive",
    )
    assert (told["reason"], told["by"]) == ("our own scanner", "lina")
    assert [alert["link"] for alert in told["alerts"]] == ["https://siem.example/a/1"]


def test_what_arrives_is_signed_with_the_secret_shown_once(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case]
) -> None:
    opened()
    settle()
    [told] = listener.told
    key, at = told.headers["webhook-id"], int(told.headers["webhook-timestamp"])
    assert told.headers["webhook-signature"] == signature(hook.secret, key, at, told.body)
    assert told.json["id"] == key
    assert signature(hook.secret, key, at, told.body + b" ") != told.headers["webhook-signature"]
    assert hook.secret.encode() not in bytes(Webhook.objects.get(pk=hook.webhook.pk).sealed)


def test_planned_once_however_many_look(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case]
) -> None:
    for _ in range(5):
        opened()

    def look(_: int) -> int:
        try:
            return outbox.plan()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look, range(16))) == 5
    settle()
    assert len(listener.told) == 5
    assert len({told.headers["webhook-id"] for told in listener.told}) == 5


def test_a_test_message_goes_out_signed(hook: Made, listener: Listener, settle: Settle, adam: Actor) -> None:
    row = keeping.send_test(actor=adam, hook_id=hook.webhook.pk)
    settle()
    assert listener.verbs == ["webhook.test"]
    told = listener.told[0]
    at = int(told.headers["webhook-timestamp"])
    assert told.headers["webhook-signature"] == signature(hook.secret, row.key, at, told.body)
    row.refresh_from_db()
    assert (row.state, row.status) == ("delivered", 200)


def test_tried_again_in_order_under_the_same_key(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case], lina: Actor
) -> None:
    listener.answers = [500, 500]
    case = opened()
    shut(case, lina)
    settle()
    assert listener.verbs == ["case.opened"]  # the second waits behind the first
    first = deliveries(hook.webhook)[0]
    assert (first.state, first.attempts, first.status, first.error) == ("waiting", 1, 500, "answered 500: ok")
    settle()
    assert len(listener.told) == 1  # not before its time

    for _ in range(2):
        bring_forward(hook.webhook)
        settle()
    assert listener.verbs == ["case.opened"] * 3 + ["case.closed"]
    assert len({told.headers["webhook-id"] for told in listener.told}) == 2
    assert [row.state for row in deliveries(hook.webhook)] == ["delivered", "delivered"]


def test_given_up_in_the_end_and_sent_again_by_hand(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case], adam: Actor, lina: Actor
) -> None:
    listener.answers = [500] * (len(WAITS_S) + 1)
    case = opened()
    for _ in range(len(WAITS_S) + 1):
        bring_forward(hook.webhook)
        breaker.succeeded(f"webhook:{hook.webhook.pk}")
        settle()
    [row] = deliveries(hook.webhook)
    assert (row.state, row.attempts) == ("given_up", len(WAITS_S) + 1)
    shut(case, lina)
    breaker.succeeded(f"webhook:{hook.webhook.pk}")
    settle()
    assert listener.verbs[-1] == "case.closed"  # what was given up is passed by

    keeping.send_again(actor=adam, delivery_id=row.pk)
    settle()
    assert listener.verbs[-1] == "case.opened"
    keeping.send_again(actor=adam, delivery_id=row.pk)  # delivered by now: a copy, under its key
    settle()
    assert [told.headers["webhook-id"] for told in listener.told[-2:]] == [row.key] * 2
    assert [one.resent for one in deliveries(hook.webhook)] == [False, False, True]


def test_a_dead_listener_is_left_in_peace(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case]
) -> None:
    listener.answers = [500] * 50
    for _ in range(12):
        opened()
    settle()
    assert len(listener.told) == breaker.SHUT_AFTER
    assert all(row.state == "waiting" for row in deliveries(hook.webhook))


def test_gone_is_gone(hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case]) -> None:
    listener.answers = [410]
    opened()
    settle()
    hook.webhook.refresh_from_db()
    assert (hook.webhook.enabled, hook.webhook.stopped_why) == (False, "the listener answered 410 Gone")
    assert Journal.objects.filter(verb="webhook.stopped", subject=f"webhook:{hook.webhook.pk}").count() == 1


def test_switched_off_it_keeps_and_switched_on_it_sends(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case], adam: Actor
) -> None:
    opened()
    outbox.plan()
    keeping.change(actor=adam, hook_id=hook.webhook.pk, values={"enabled": False})
    settle()
    assert listener.told == []
    keeping.change(actor=adam, hook_id=hook.webhook.pk, values={"enabled": True})
    settle()
    assert listener.verbs == ["case.opened"]


def test_it_hears_only_what_it_asked_for(
    hook: Made,
    listener: Listener,
    settle: Settle,
    opened: Callable[..., Case],
    adam: Actor,
    lina: Actor,
) -> None:
    keeping.change(actor=adam, hook_id=hook.webhook.pk, values={"verbs": ["case.noted"], "source": "siem"})
    case = opened()
    take(actor=lina, ref=case.ref)
    note(actor=lina, ref=case.ref, text="asked the owner")
    settle()
    assert [(told.json["verb"], told.json["reason"]) for told in listener.told] == [("case.noted", "asked the owner")]


def test_nothing_private_is_reached_unless_it_was_marked(
    hook: Made, listener: Listener, settle: Settle, opened: Callable[..., Case]
) -> None:
    Webhook.objects.filter(pk=hook.webhook.pk).update(
        reach="public"
    )  # as if its name had resolved elsewhere when saved
    opened()
    settle()
    assert listener.told == []
    [row] = deliveries(hook.webhook)
    assert "this machine" in row.error
