"""What was kept and became no alert, read again: once the map, the adapter or the settings of its source are mended.

Each body is one transaction under the lock of its row, so that two who press the button at once make one alert, and
one that was read again is never read a third time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import QuerySet

from casebook.actor import Actor, Automation
from casebook.epoch import config_epoch
from casebook.errors import DomainError, Invalid, NotAllowed, NotFound
from casebook.intake.adapters.reading import Taken, take
from casebook.intake.envelope import understand
from casebook.intake.prepare import Item, prepare
from casebook.intake.receive import Refused, receive_many, refuse
from casebook.intake.sender import Sender, sender_of
from casebook.intake.vendor import NATIVE, adapter_named, options_of
from casebook.jobs import asking
from casebook.jobs.running import running
from casebook.journal.record import record
from casebook.models import Job, RawBody, Source
from casebook.work.lease import Lease

WRITE, READ = "source.write", "source.read"
KIND = "intake.reprocess"
AGAIN = ("not_understood", "refused")
MOST_AT_ONCE = 100
"""More than these are a job."""


@dataclass
class Done:
    """Of the bodies looked at: how many became alerts, and how many alerts that made; the rest stay as they are."""

    bodies: int = 0
    understood: int = 0
    alerts: int = 0


def reprocess(*, actor: Actor, source_slug: str, raw_ids: Sequence[int]) -> Done:
    """Read these bodies of a source again, now. Raises Invalid for too many, NotFound, NotAllowed."""
    source = _source(actor, source_slug)
    if len(raw_ids) > MOST_AT_ONCE:
        raise Invalid("That is too many at once.", errors={"ids": [f"{MOST_AT_ONCE} at most, or all of the source"]})
    done = Done()
    sender = sender_of(source, config_epoch=config_epoch())
    for raw_id in sorted(set(raw_ids)):
        _one(sender, source, raw_id, done)
    _tell(actor, source, done)
    return done


def ask(*, actor: Actor, source_slug: str) -> Job:
    """Have everything of a source that waits read again, by a worker. Raises NotFound, NotAllowed."""
    source = _source(actor, source_slug)
    what = f"bodies of {source.name} to be read again"
    return asking.ask(actor=actor, kind=KIND, asked={"source": source.slug}, team_id=source.team_id, what=what)


def run(lease: Lease) -> None:
    """The worker's part. What is read again in between drops out, so an attempt after a broken one goes on."""
    with running(lease) as progress:
        job = progress.job
        source = Source.objects.get(slug=job.asked["source"])
        sender = sender_of(source, config_epoch=config_epoch())
        done = Done(**job.result)
        waiting = list(_waiting(source).order_by("id").values_list("id", flat=True))
        for number, raw_id in enumerate(waiting):
            progress.advance(number, len(waiting))
            _one(sender, source, raw_id, done)
            job.result = asdict(done)
        job.done = job.total = len(waiting)
        _tell(Automation(name=job.asked_by, team_id=source.team_id), source, done)


def _source(actor: Actor, slug: str) -> Source:
    found = Source.objects.filter(slug=slug, team_id__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if found is None:
        raise NotFound("There is no such source that you may see.")
    if not actor.may(WRITE, found.team_id):
        raise NotAllowed("Only an administrator of its team reads a source's bodies again.")
    return found


def _waiting(source: Source) -> QuerySet[RawBody]:
    return RawBody.objects.filter(source_id=source.pk, outcome__in=AGAIN)


def _one(sender: Sender, source: Source, raw_id: int, done: Done) -> None:
    with transaction.atomic():
        raw = _waiting(source).select_for_update(skip_locked=True).filter(id=raw_id).first()
        if raw is None:
            return
        done.bodies += 1
        items, left, why = _read(source, bytes(raw.body), raw.adapter)
        outcomes, failed = receive_many(sender, items) if items else ({}, {})
        changes = {"reason": why.reason[:2000], "place": why.place[:200], "adapter": why.adapter}
        if outcomes:
            done.understood += 1
            done.alerts += len({outcome.alert for outcome in outcomes.values()})
            refuse(sender, *left, *(Refused(bytes(raw.body), error.detail) for error in failed.values()))
            changes = {"outcome": "reprocessed"}
        _waiting(source).filter(id=raw_id).update(**changes)


def _read(source: Source, body: bytes, came_by: str) -> tuple[list[Item], list[Refused], Refused]:
    """Its alerts, what of it is still not understood, and why it is not where it holds no alert at all.

    The source's present adapter reads first, then the one it was sent to: a source may send more than one thing, and
    some things are sent to the wrong address.
    """
    why = Refused(body, "It holds no alert.", "", adapter=came_by)
    for name in dict.fromkeys((source.adapter, came_by)):
        try:
            if name == NATIVE:
                return [prepare(understand(body).alert, body, 0)], [], why
            adapter = adapter_named(name)
            taken = take(adapter, body, options_of(source))
        except DomainError as error:
            why = Refused(body, error.detail, next(iter(error.errors), ""), adapter=name)
            continue
        if taken.items:
            return _items(name, taken), _missed(name, taken), why
        why = next(iter(_missed(name, taken)), why)
    return [], [], why


def _items(adapter: str, taken: Taken) -> list[Item]:
    return [prepare(part.reading.alert, part.body, part.position, adapter=adapter) for part in taken.items]


def _missed(adapter: str, taken: Taken) -> list[Refused]:
    return [Refused(one.body, one.reason, one.place, "not_understood", adapter) for one in taken.not_understood]


def _tell(actor: Actor, source: Source, done: Done) -> None:
    if done.bodies:
        with transaction.atomic():
            payload = {"source": source.name, **asdict(done)}
            record(actor, "intake.reprocessed", source, payload, team_id=source.team_id)
