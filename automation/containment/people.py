"""The rights a person has now, for a worker that acts on what they asked for or agreed to a while ago."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from casebook.actor import Actor
from casebook.plugins import load

DEFAULT = "accounts.actors.PersonActor"


def actor_of(person: Any) -> Actor:
    """A person as an actor. The class is named in settings, because who people are is a stranger to this app."""
    found: Actor = load(getattr(settings, "CASEBOOK_PERSON_ACTOR", DEFAULT))(person)
    return found


def may_now(person: Any, permission: str, team_id: int) -> bool:
    """Whether a person who is still here may do this today. Reads their roles again."""
    return bool(person.is_active) and actor_of(person).may(permission, team_id)
