"""A body tried as if its source had sent it: the whole way through intake, and then taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from casebook.actor import Actor
from casebook.epoch import config_epoch
from casebook.errors import NotAllowed
from casebook.intake.adapters.protocol import Fact, Reading
from casebook.intake.adapters.reading import take
from casebook.intake.envelope import AlertIn, understand
from casebook.intake.outcome import Outcome
from casebook.intake.prepare import prepare
from casebook.intake.receive import receive_many
from casebook.intake.sender import sender_of
from casebook.intake.vendor import NATIVE, adapter_named, options_of
from casebook.models import Alert, Case, Source
from casebook.sources.access import WRITE, seen

MOST = 20
"""Messages of one body that are tried."""


@dataclass(frozen=True)
class Tried:
    """What one message would have become. ``joins`` is the open case it would join; ``playbook`` and ``why`` are of the
    case it would open."""

    alert: AlertIn
    outcome: str
    facts: tuple[Fact, ...] = ()
    assumed: tuple[str, ...] = ()
    joins: str = ""
    playbook: str = ""
    why: str = ""
    suppressed_by: str = ""


@dataclass(frozen=True)
class Trial:
    """``missed`` are (reason, place) of messages that would be kept and not understood; ``more`` were not tried."""

    tried: list[Tried]
    missed: list[tuple[str, str]]
    more: int = 0


def attempt(*, actor: Actor, slug: str, body: bytes) -> Trial:
    """Nothing of it stays. Raises Unparsable or Invalid as the source would be told, NotFound or NotAllowed."""
    source = seen(actor, slug)
    if not actor.may(WRITE, source.team_id):
        raise NotAllowed("Only an administrator of its team tries a source's messages.")
    readings, missed, more = _read(source, body)
    adapter = source.adapter
    items = [prepare(one.alert, body, number, adapter=adapter) for number, one in enumerate(readings)]
    with transaction.atomic():
        outcomes, failed = receive_many(sender_of(source, config_epoch=config_epoch()), items)
        tried = [_tried(readings[number], outcome) for number, outcome in sorted(outcomes.items())]
        transaction.set_rollback(True)
    return Trial(tried, [*missed, *((error.detail, "") for error in failed.values())], more)


def _read(source: Source, body: bytes) -> tuple[list[Reading], list[tuple[str, str]], int]:
    """The first messages understood, what was not, and how many more there are."""
    if source.adapter == NATIVE:
        return [Reading(understand(body).alert)], [], 0
    taken = take(adapter_named(source.adapter), body, options_of(source))
    missed = [(one.reason, one.place) for one in taken.not_understood]
    return [one.reading for one in taken.items[:MOST]], missed, max(0, len(taken.items) - MOST)


def _tried(reading: Reading, outcome: Outcome) -> Tried:
    """Read back while it is still there."""
    alert = Alert.objects.select_related("suppressed_by").get(pk=outcome.alert)
    case = Case.objects.select_related("playbook_version__playbook").filter(pk=outcome.case or 0).first()
    opens = outcome.outcome == "opened" and case is not None
    return Tried(
        alert=reading.alert,
        outcome=outcome.outcome,
        facts=reading.facts,
        assumed=reading.assumed,
        joins=case.ref if case and not opens else "",
        playbook=case.playbook_version.name if opens and case else "",
        why=case.playbook_why if opens and case else "",
        suppressed_by=alert.suppressed_by.name if alert.suppressed_by else "",
    )
