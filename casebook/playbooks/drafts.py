"""The one draft of a playbook: begun, saved again and again, thrown away. Seen by authors only, matched by nothing.

A draft is a text of our own format, whatever the card was imported from. A text that cannot be read is kept as typed;
the draft's steps are then those of the last one that could. ``created_by`` and ``created_at`` of a draft are who wrote
its present text and when: on publishing they become who wrote that version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Max

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Conflict, Invalid, NotFound
from casebook.journal.record import record
from casebook.models import Playbook, PlaybookVersion, Step
from casebook.playbooks.access import playbook_to_write
from casebook.playbooks.assemble import sha256_of
from casebook.playbooks.checking import Checked, Flaw, check
from casebook.playbooks.diff import carry_keys
from casebook.playbooks.digest import digest_of
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.parse.read import MAX_BYTES
from casebook.playbooks.rows import rows_of
from casebook.playbooks.stored import card_of, steps_of
from casebook.playbooks.types import ParsedCard, ParsedStep

DRAFT = PlaybookVersion.State.DRAFT
_SLUG_LINE = re.compile(r"^slug:", re.MULTILINE)


def begin(*, actor: Actor, slug: str, number: int | None = None) -> PlaybookVersion:
    """The playbook's draft: the one there is, or a new one that says what the published version says.

    ``number`` begins from another version. Raises Conflict where it is given and there is a draft already.
    """
    with transaction.atomic():
        playbook = playbook_to_write(actor, slug, lock=True)
        draft = playbook.versions.filter(state=DRAFT).select_related("playbook").first()
        if draft is not None and number is None:
            return draft
        if draft is not None:
            raise Conflict(f"{draft.created_by} has a draft of {slug} already.", extra=standing(draft))
        base = _base(playbook, number)
        return start(actor, playbook, source_of(base), based_on=base)


def fetch(actor: Actor, slug: str, *, lock: bool = False) -> PlaybookVersion:
    """The draft of a playbook one may write. Raises NotFound where there is none."""
    playbook = playbook_to_write(actor, slug, lock=lock)
    found = playbook.versions.filter(state=DRAFT).select_related("playbook", "based_on")
    draft = (found.select_for_update(of=("self",), no_key=True) if lock else found).first()
    if draft is None:
        raise NotFound(f"There is no draft of {slug}.")
    return draft


def save(*, actor: Actor, slug: str, text: str, revision: int) -> PlaybookVersion:
    """Keep a text as the draft. ``revision`` is the one it was made from.

    Raises Conflict, saying who wrote meanwhile, where that is no longer the draft's: nothing is written then.
    """
    if len(text.encode()) > MAX_BYTES or "\0" in text:
        raise Invalid(
            f"A card is a text of at most {MAX_BYTES >> 10} KiB.", errors={"text": ["too long, or not a text"]}
        )
    with transaction.atomic():
        draft = fetch(actor, slug, lock=True)
        require_revision(draft, revision)
        if text != draft.card:
            _write(draft, text, by=actor.name)
        return draft


def save_card(*, actor: Actor, slug: str, card: ParsedCard, revision: int) -> PlaybookVersion:
    """Keep a card that was changed step by step. Raises as `save`, and Invalid where it could not be read again."""
    text = write_yaml(card)
    flaws = check(text).flaws
    if flaws:
        raise Invalid(
            "That cannot be part of a card.", errors={"card": [f"line {flaw.line}: {flaw.reason}" for flaw in flaws]}
        )
    return save(actor=actor, slug=slug, text=text, revision=revision)


def discard(*, actor: Actor, slug: str) -> None:
    """Throw the draft away, and a playbook that was never more than a draft with it."""
    with transaction.atomic():
        draft = fetch(actor, slug, lock=True)
        payload = {"playbook": slug, "version": draft.number}
        record(actor, "playbook.discarded", draft, payload, team_id=draft.playbook.team_id)
        playbook = draft.playbook
        draft.delete()
        if not playbook.versions.exists():
            playbook.delete()


def read(draft: PlaybookVersion) -> Checked:
    """The draft's text as a card with the keys its steps have, or what is wrong with it."""
    return read_text(draft, draft.card)


def read_text(draft: PlaybookVersion, text: str) -> Checked:
    """As `read`, for a text that is not saved."""
    return _read(draft.playbook, text, steps_of(draft))


def require_revision(draft: PlaybookVersion, revision: int) -> None:
    """Raises Conflict where somebody saved since."""
    if draft.revision != revision:
        detail = f"{draft.created_by} saved this draft since you opened it. Nothing of yours was written over it."
        raise Conflict(detail, extra=standing(draft))


def standing(draft: PlaybookVersion) -> dict[str, object]:
    """What a conflict tells."""
    return {
        "revision": draft.revision,
        "changed_by": draft.created_by,
        "changed": "saved the draft",
        "changed_at": draft.created_at.isoformat(),
    }


def source_of(version: PlaybookVersion) -> str:
    """A version in our format: its own text where that says all its rows say, with its comments; else written anew."""
    card = card_of(version)
    if version.source_format == "yaml":
        said = check(version.card).card
        if said and _same(carry_keys(card.steps, said.steps), card.steps):
            return version.card
    return write_yaml(card)


def start(actor: Actor, playbook: Playbook, text: str, based_on: PlaybookVersion | None = None) -> PlaybookVersion:
    """A playbook's first draft, or the next. Inside a transaction; the playbook is the caller's to write."""
    last = playbook.versions.aggregate(last=Max("number"))["last"] or 0
    draft = PlaybookVersion(playbook=playbook, number=last + 1, based_on=based_on, source_format="yaml")
    if based_on is not None:
        _say_as(draft, based_on)
    _write(draft, text, by=actor.name)
    if based_on is not None and not draft.steps.exists():
        Step.objects.bulk_create(rows_of(draft, steps_of(based_on)))  # its text cannot be read until it is completed
    payload = {"playbook": playbook.slug, "version": draft.number}
    record(actor, "playbook.drafted", draft, payload, team_id=playbook.team_id)
    return draft


def _say_as(draft: PlaybookVersion, base: PlaybookVersion) -> None:
    for name in ("name", "technique", "techniques", "also_for", "tactics", "cells", "digest"):
        setattr(draft, name, getattr(base, name))


def _write(draft: PlaybookVersion, text: str, *, by: str) -> None:
    """The text, and where it can be read what it says. Its steps carry the keys of those they were."""
    known = steps_of(draft) if draft.pk else steps_of(draft.based_on) if draft.based_on else []
    card = _read(draft.playbook, text, known).card
    draft.card, draft.sha256, draft.revision = text, sha256_of(text), draft.revision + 1
    draft.created_by, draft.created_at = by, db_now()
    if card is None:
        draft.save()
        return
    draft.name, draft.technique = card.name[:200], card.technique or ""
    draft.techniques, draft.also_for, draft.tactics = list(card.techniques), list(card.also_for), list(card.tactics)
    draft.cells, draft.digest = card.cells, digest_of(card.steps)
    draft.save()
    Step.objects.filter(version=draft).delete()
    Step.objects.bulk_create(rows_of(draft, card.steps))


def _read(playbook: Playbook, text: str, known: Sequence[ParsedStep]) -> Checked:
    checked = check(text)
    if checked.card is None:
        return checked
    if checked.card.slug != playbook.base_slug:
        return Checked(None, (_other_slug(playbook, text),))
    return Checked(replace(checked.card, steps=carry_keys(known, checked.card.steps)))


def _same(one: Sequence[ParsedStep], other: Sequence[ParsedStep]) -> bool:
    """Whether two lists of steps say the same, leaving aside where they stand in their texts and their short names."""
    return [replace(step, span=(0, 0), ref="") for step in one] == [
        replace(step, span=(0, 0), ref="") for step in other
    ]


def _base(playbook: Playbook, number: int | None) -> PlaybookVersion:
    found = playbook.versions.select_related("playbook").exclude(state=DRAFT).order_by("-number")
    state = PlaybookVersion.State.PUBLISHED
    base = found.filter(number=number).first() if number else found.filter(state=state).first() or found.first()
    if base is None:
        raise NotFound(f"{playbook.slug} has no version {number}.")
    return base


def _other_slug(playbook: Playbook, text: str) -> Flaw:
    found = _SLUG_LINE.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return Flaw(line, f"a playbook keeps its slug: this one is “{playbook.base_slug}”")
