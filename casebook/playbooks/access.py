"""Who may read and write which playbook: a shared one everybody of the role, a team's its own; drafts authors only."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from casebook.actor import Actor
from casebook.errors import NotAllowed, NotFound
from casebook.models import Playbook, PlaybookVersion

READ, WRITE = "playbook.read", "playbook.write"


def visible(actor: Actor) -> QuerySet[PlaybookVersion]:
    """The versions an actor may read: of playbooks that are shared or their team's, drafts where they may write."""
    final = ~Q(state=PlaybookVersion.State.DRAFT)
    readable = _of(actor, READ) & final
    if actor.may(WRITE):
        readable |= _of(actor, WRITE)
    return PlaybookVersion.objects.filter(readable).select_related("playbook")


def may_write(actor: Actor, playbook: Playbook) -> bool:
    """A team's playbook is its own authors'; a shared one is any author's."""
    return actor.may(WRITE, playbook.team_id) if playbook.team_id else actor.may(WRITE)


def playbook_to_write(actor: Actor, slug: str, *, lock: bool = False) -> Playbook:
    """The playbook, locked for the transaction if asked. Raises NotFound where the actor may not know of it, and
    NotAllowed where they may only read."""
    found = Playbook.objects.filter(slug=slug)
    if lock:
        found = found.select_for_update(no_key=True)
    playbook = found.first()
    if playbook is not None and may_write(actor, playbook):
        return playbook
    if playbook is None or not visible(actor).filter(playbook=playbook).exists():
        raise NotFound(f"There is no playbook {slug} that you may see.")
    raise NotAllowed(f"Your role does not write {slug}." if not actor.may(WRITE) else f"{slug} is another team's.")


def _of(actor: Actor, permission: str) -> Q:
    return Q(playbook__team=None) | Q(playbook__team_id__in=actor.teams(permission))
