"""Ask one source for news, and store what it answers: page by page, each with its place in one transaction.

So a worker that dies between two pages goes on behind the last one stored; nothing is missed and nothing counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from automation import vault
from automation.limits import limit
from automation.models import Poll
from automation.outbound import CallError, Reach, call
from automation.pollers.protocol import Failed, Page, Poller
from automation.webhooks.forms.protocol import Call, token_in
from casebook.epoch import config_epoch
from casebook.errors import DomainError
from casebook.intake.adapters.reading import take
from casebook.intake.prepare import prepare
from casebook.intake.receive import Refused, receive_many, refuse
from casebook.intake.sender import sender_of
from casebook.intake.vendor import adapter_named, options_of
from casebook.plugins import load, table
from casebook.work.lease import Lease, LostLease, renew

SPACED_MOST_S = 900.0
"""The longest pause after failures."""


def fetch(lease: Lease) -> None:
    """Handler of ``source.poll``; the subject is the poll."""
    poll = Poll.objects.select_related("source").filter(pk=lease.subject_id).first()
    if poll is None or not poll.enabled or not poll.source.enabled:
        return
    try:
        for page in _pages(poll):
            _store(poll, page)
            renew(lease)
    except (Failed, DomainError) as failed:
        _note(poll, str(failed))
    else:
        again = Now() + timedelta(seconds=poll.every_s)
        Poll.objects.filter(pk=poll.pk).update(next_at=again, worked_at=Now(), failures=0, error="")


def poller_of(poll: Poll) -> Poller:
    """The plug-in behind a poll. Raises KeyError where this installation has none by that name."""
    found: Poller = load(table("POLLERS")[poll.kind])
    return found


def _pages(poll: Poll) -> Iterator[Page]:
    """Pages, with everything that can go wrong outside told as Failed."""
    try:
        poller = poller_of(poll)
        secret = vault.unseal(bytes(poll.sealed), poll.seal_place)
        reach = Reach(poll.reach)
        if poller.login:
            secret = token_in(_ask(reach, poller.login(poll.settings, secret)))
        yield from poller.pages(poll.place, poll.url, poll.settings, secret, lambda one: _ask(reach, one))
    except vault.Unreadable as error:
        raise Failed(str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Failed(f"its answer is not understood: {type(error).__name__}: {error}") from error


def _ask(reach: Reach, one: Call) -> bytes:
    """The body of a good answer. Raises Failed."""
    try:
        answer = call(
            one.method, one.url, reach_of=reach, body=one.body or None, headers=one.headers, deadline_s=limit("CALL_S")
        )
    except CallError as error:
        raise Failed(error.reason) from error
    if answer.status not in (200, 206):
        raise Failed(f"answered {answer.status}: {answer.body[:200].decode('utf-8', 'replace')}")
    return answer.body


def _store(poll: Poll, page: Page) -> None:
    """The page's alerts and its place, together or not at all. Raises LostLease where somebody else went on."""
    with transaction.atomic():
        held = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("source").get(pk=poll.pk)
        if held.place != poll.place:
            raise LostLease(f"poll:{poll.pk}")
        took = 0
        if page.body is not None:
            took = _receive(held, page.body)
        Poll.objects.filter(pk=poll.pk).update(place=page.place, took=F("took") + took)
    poll.place = json.loads(json.dumps(page.place))


def _receive(poll: Poll, body: bytes) -> int:
    """How many alerts the body held. What is not understood is kept under the source, as of any sender."""
    name = poller_of(poll).adapter
    sender = sender_of(poll.source, config_epoch=config_epoch())
    taken = take(adapter_named(name), body, options_of(sender))
    items = [prepare(one.reading.alert, one.body, one.position, adapter=name) for one in taken.items]
    _, failed = receive_many(sender, items)
    missed = [Refused(one.body, one.reason, one.place, "not_understood", name) for one in taken.not_understood]
    bodies = {one.position: one.body for one in taken.items}
    unstored = [Refused(bodies[position], error.detail, adapter=name) for position, error in failed.items()]
    refuse(sender, *missed, *unstored)
    return len(items) - len(unstored)


def _note(poll: Poll, why: str) -> None:
    failures = poll.failures + 1
    pause_s = min(SPACED_MOST_S, poll.every_s * 2.0 ** min(failures, 10))
    again = Now() + timedelta(seconds=pause_s)
    Poll.objects.filter(pk=poll.pk).update(next_at=again, failures=failures, error=why.replace("\x00", "\ufffd")[:1000])
