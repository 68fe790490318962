"""What may be asked of the events of one piece of evidence. Without frames: web writes it, a child reads it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

FIELDS: Final = (
    "event.outcome", "event.action", "user.name", "source.ip", "source.host", "actor.user.name", "user.effective.name",
    "host.name", "service.name", "process.name", "http.request.method", "http.response.status_code", "url.path",
    "user_agent.original", "email.from", "email.to", "email.status", "destination.ip", "destination.port",
    "event.code", "event.reason",
)  # fmt: skip
"""What can be filtered by and counted by value, in the order it is shown."""

ENTITIES: Final = ("user.name", "source.ip", "source.host", "host.name", "process.name", "url.path", "email.from")
"""What a picture can be drawn for one by one."""


@dataclass(frozen=True, slots=True)
class Question:
    """``where`` holds the wanted values by field: any of a field's, all of the fields. The window is half-open, aware.

    ``after`` is how many matching records come before the page; ``by`` a field of `ENTITIES` to draw one by one.
    """

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    by: str | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.where or self.since or self.until)

    def only(self, name: str, value: str) -> Question:
        """The same for one value of a field, from the start."""
        return replace(self, where={**self.where, name: (value,)}, after=0)

    def without(self, name: str) -> Question:
        return replace(self, where={key: value for key, value in self.where.items() if key != name}, after=0)

    def to_json(self) -> dict[str, Any]:
        """As the child reads it, and as a digest is made of it: equal questions are equal texts."""
        return {
            "where": {name: sorted(values) for name, values in sorted(self.where.items())},
            "from": _rfc3339(self.since),
            "to": _rfc3339(self.until),
            "after": self.after,
            "by": self.by,
        }


def _rfc3339(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
