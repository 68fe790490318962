"""People and tokens as actors: `casebook.actor.Actor` for this app's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from accounts.models import Person
from accounts.roles import GRANTS, Role

ALIASES = {"report.any": frozenset({"report.read", "report.own"})}
"""Permissions that several grants satisfy."""


class PersonActor:
    """A person in a session, or behind a token. A ``read`` token may do only what changes nothing."""

    is_authenticated = True
    is_active = True

    def __init__(self, person: Person, *, token_id: int | None = None, scopes: frozenset[str] = frozenset()) -> None:
        self.person = person
        self.token_id = token_id
        self.scopes = scopes

    @property
    def kind(self) -> str:
        return "person" if self.token_id is None else "token"

    @property
    def name(self) -> str:
        return self.person.username

    @property
    def person_id(self) -> int:
        return self.person.pk

    @property
    def pk(self) -> int:
        return self.person.pk

    @property
    def read_only(self) -> bool:
        return "read" in self.scopes

    @cached_property
    def _grants(self) -> dict[int, frozenset[str]]:
        return {team: grants_of(roles) for team, roles in self.person.roles_by_team.items()}

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset().union(*self.person.roles_by_team.values())

    def may(self, permission: str, team_id: int | None = None) -> bool:
        wanted = ALIASES.get(permission, frozenset({permission}))
        if team_id is not None:
            return bool(wanted & self._grants.get(team_id, frozenset()))
        return any(wanted & grants for grants in self._grants.values())

    def teams(self, permission: str) -> frozenset[int]:
        return frozenset(team for team in self._grants if self.may(permission, team))


@dataclass(frozen=True)
class SourceActor:
    """A SIEM. It may send alerts for its own team and read back its own, and nothing else.

    With it come the policies of its source, so that intake asks for nothing more; ``field_map`` as its JSON text.
    """

    source_id: int
    team_id: int
    slug: str
    token_id: int
    config_epoch: int
    grouping_window: timedelta
    on_closed_repeat: str
    reopen_within: timedelta
    grouping_on: str
    contract_per_minute: int | None
    zone: str
    field_map: str
    kind: str = "source"
    person_id: int | None = None
    is_authenticated: bool = True
    is_active: bool = True
    read_only: bool = False

    @property
    def name(self) -> str:
        return self.slug

    @property
    def pk(self) -> str:
        return f"source-{self.source_id}"

    def may(self, permission: str, team_id: int | None = None) -> bool:
        return permission == "alert.create" and team_id in (None, self.team_id)

    def teams(self, permission: str) -> frozenset[int]:
        return frozenset({self.team_id}) if permission == "alert.create" else frozenset()


def grants_of(roles: frozenset[Role]) -> frozenset[str]:
    """Every permission a set of roles gives together."""
    return frozenset().union(*(GRANTS[role] for role in roles))
