"""What becomes of versions: a draft is published and is final; a published one is reviewed, or retired."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.epoch import one_at_a_time, raise_config_epoch
from casebook.errors import Conflict, Invalid, WrongState
from casebook.journal.record import record
from casebook.models import Case, Playbook, PlaybookVersion
from casebook.playbooks import drafts
from casebook.playbooks.access import playbook_to_write
from casebook.playbooks.compare import Comparison, compare
from casebook.playbooks.corrections import keep
from casebook.playbooks.outline import names_of
from casebook.playbooks.stored import steps_of

PUBLISHED, RETIRED = PlaybookVersion.State.PUBLISHED, PlaybookVersion.State.RETIRED


def publish(*, actor: Actor, slug: str, revision: int, note: str = "", over: int | None = None) -> PlaybookVersion:
    """Make the draft the version that new cases get; the one before it is retired, and cases that have it keep it.

    Raises Invalid where the draft cannot be read, and Conflict where somebody saved or published since it was begun:
    ``over`` is the number of the version that is published now, from who knows of it and means to replace it.
    """
    with transaction.atomic():
        one_at_a_time()
        draft = drafts.fetch(actor, slug, lock=True)
        drafts.require_revision(draft, revision)
        _require_readable(draft)
        former = published(draft.playbook)
        _require_known(draft, former, over)
        if former is not None:
            _retire(actor, former)
        _finish(actor, draft, note.strip())
        raise_config_epoch()
        return draft


def retire(*, actor: Actor, slug: str, reason: str) -> PlaybookVersion:
    """Take the published version out of use: no new case gets it. Cases that have it keep it."""
    reason = reason.strip()
    if not reason:
        raise Invalid("Say why it is retired.", errors={"reason": ["required"]})
    with transaction.atomic():
        one_at_a_time()
        version = _published(playbook_to_write(actor, slug, lock=True))
        _retire(actor, version)
        payload = _payload(version) | {"reason": reason, "reason_text": f": {reason}"}
        record(actor, "playbook.retired", version, payload, team_id=version.playbook.team_id)
        raise_config_epoch()
        return version


def review(*, actor: Actor, slug: str, note: str = "") -> PlaybookVersion:
    """Say that somebody read the published version and found it still right."""
    note = note.strip()
    with transaction.atomic():
        version = _published(playbook_to_write(actor, slug, lock=True))
        version.reviewed_by, version.reviewed_at = actor.name, db_now()
        version.save(update_fields=["reviewed_by", "reviewed_at"])
        payload = _payload(version) | {"note": note, "note_text": f": {note}" if note else ""}
        record(actor, "playbook.reviewed", version, payload, team_id=version.playbook.team_id)
        return version


def published(playbook: Playbook) -> PlaybookVersion | None:
    """The version new cases get, if any."""
    return playbook.versions.filter(state=PUBLISHED).select_related("playbook").first()


def next_number(draft: PlaybookVersion) -> int:
    """The number the draft gets once it is published: past those an import published meanwhile."""
    last = draft.playbook.versions.exclude(pk=draft.pk).aggregate(last=Max("number"))["last"] or 0
    return max(draft.number, last + 1)


def moved_on(draft: PlaybookVersion, former: PlaybookVersion | None) -> bool:
    """Whether a version was published since the draft was begun: a draft takes the next number there is."""
    return former is not None and former.number > draft.number


def between(old: PlaybookVersion, new: PlaybookVersion) -> Comparison:
    """What became of each step from one version of a playbook to another."""
    before, after = steps_of(old), steps_of(new)
    return compare(before, after, names_of([*before, *after]))


def cases_that_keep(playbook: Playbook) -> int:
    """Open cases, of every team, that follow some version of a playbook: a publish changes none of them."""
    return Case.objects.open().filter(playbook_version__playbook=playbook).count()


def _require_readable(draft: PlaybookVersion) -> None:
    checked = drafts.read(draft)
    if checked.flaws:
        lines = [f"line {flaw.line}: {flaw.reason}" for flaw in checked.flaws]
        raise Invalid("The draft cannot be read yet, so it cannot be published.", errors={"card": lines})


def _require_known(draft: PlaybookVersion, former: PlaybookVersion | None, over: int | None) -> None:
    """Refuse to replace a version the author did not begin from, unless they say that they know of it."""
    if former is None or not moved_on(draft, former) or former.number == over:
        return
    changes = between(draft.based_on, former) if draft.based_on else between(former, draft)
    raise Conflict(
        f"{former.published_by} published version {former.number} since this draft was begun: {changes.summary}.",
        extra={
            "published": former.number,
            "changed_by": former.published_by,
            "changed": f"published version {former.number}",
            "changed_at": former.published_at.isoformat() if former.published_at else None,
            "diff": dict(changes.counts),
        },
    )


def _finish(actor: Actor, draft: PlaybookVersion, note: str) -> None:
    draft.number = next_number(draft)
    draft.state, draft.note = PUBLISHED, note
    draft.published_by, draft.published_at = actor.name, db_now()
    draft.save(update_fields=["number", "state", "note", "published_by", "published_at"])
    if draft.based_on is not None:
        keep(actor=actor, playbook=draft.playbook, before=steps_of(draft.based_on), after=steps_of(draft))
    payload = _payload(draft) | {"sha256": draft.sha256, "note": note, "note_text": f": {note}" if note else ""}
    record(actor, "playbook.published", draft, payload, team_id=draft.playbook.team_id)


def _retire(actor: Actor, version: PlaybookVersion) -> None:
    version.state, version.retired_by, version.retired_at = RETIRED, actor.name, db_now()
    version.save(update_fields=["state", "retired_by", "retired_at"])


def _published(playbook: Playbook) -> PlaybookVersion:
    version = published(playbook)
    if version is None:
        raise WrongState(f"No version of {playbook.slug} is published.", extra={"state": "not published"})
    return version


def _payload(version: PlaybookVersion) -> dict[str, object]:
    return {"playbook": version.playbook.slug, "version": version.number}
