"""Who does it: what this app needs to know of a person, a token or a worker, and nothing more.

`accounts` provides people and tokens; workers act as `Automation`. Nothing here knows either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """Whoever performs a verb.

    ``person_id`` is the human behind it, also through a token, and None for a source or a worker: four-eyes
    compares it. ``may`` takes a permission name of `casebook.cases.access.Permission` and, where it matters, a team id.
    """

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def token_id(self) -> int | None: ...

    def may(self, permission: str, team_id: int | None = None) -> bool: ...
    def teams(self, permission: str) -> frozenset[int]: ...


@dataclass(frozen=True)
class Automation:
    """A worker acting for one team, or for all when ``team_id`` is None. It may do what its handler does."""

    name: str = "casebook"
    team_id: int | None = None
    kind: str = "worker"
    person_id: int | None = None
    token_id: int | None = None

    def may(self, permission: str, team_id: int | None = None) -> bool:
        return self.team_id is None or team_id is None or team_id == self.team_id

    def teams(self, permission: str) -> frozenset[int]:
        return frozenset() if self.team_id is None else frozenset({self.team_id})
