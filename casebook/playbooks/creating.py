"""A playbook that is written here from its first word."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models import Q

from casebook.actor import Actor
from casebook.epoch import one_at_a_time
from casebook.errors import Conflict, Invalid, NotAllowed
from casebook.models import Playbook, PlaybookVersion, Team
from casebook.playbooks.access import WRITE
from casebook.playbooks.drafts import start
from casebook.playbooks.skeleton import skeleton
from casebook.playbooks.techniques import normalise

LIBRARY = "local"
"""Where a playbook belongs that was written here."""

TAKEN = frozenset({"import", "new"})
"""Names of pages beside those of playbooks."""

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def create(*, actor: Actor, slug: str, name: str, technique: str = "", team: str = "") -> PlaybookVersion:
    """A playbook that does not exist yet, as a draft with one step in each section to be written over.

    ``team`` is a team's slug; without it the playbook is shared by all.
    """
    found = normalise(technique) if technique.strip() else None
    slug, name = slug.strip() or found or "", name.strip()
    owner = _team(actor, team)
    _require_new(slug, name, technique, found)
    text = skeleton(slug=slug, name=name, technique=found)
    with transaction.atomic():
        one_at_a_time()
        if Playbook.objects.filter(Q(slug=slug) | Q(library=LIBRARY, base_slug=slug)).exists():
            raise Conflict(f"There is a playbook {slug} already.", extra={"slug": slug})
        playbook = Playbook.objects.create(slug=slug, base_slug=slug, library=LIBRARY, team=owner)
        return start(actor, playbook, text)


def _team(actor: Actor, slug: str) -> Team | None:
    if not slug:
        if actor.may(WRITE):
            return None
        raise NotAllowed("Your role does not write playbooks.")
    team = Team.objects.filter(slug=slug, pk__in=actor.teams(WRITE)).first()
    if team is None:
        raise Invalid("You write no playbooks of that team.", errors={"team": ["no such team of yours"]})
    return team


def _require_new(slug: str, name: str, technique: str, found: str | None) -> None:
    errors = {}
    if not name:
        errors["name"] = ["required"]
    if technique.strip() and found is None:
        errors["technique"] = ["not an ATT&CK technique id such as T1110 or T1110.001"]
    if not _SLUG.fullmatch(slug) or slug.lower() in TAKEN:
        errors["slug"] = ["letters, digits, dots and dashes; required where there is no technique"]
    if errors:
        raise Invalid("The playbook needs a name, and a technique or a short name.", errors=errors)
