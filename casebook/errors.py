"""Refusals as types. Services raise these; `config/problems.py` and `config/middleware.py` make each one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal a person can act on.

    ``detail`` says what is wrong and what to do. ``errors`` maps a field name to what is wrong with it.
    ``extra`` is merged into the problem document (for example the state and owner behind a conflict).
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(
        self, detail: str, *, errors: dict[str, Any] | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or {}
        self.extra = extra or {}


class Unparsable(DomainError):
    """The bytes are not what they claim to be. ``detail`` names the position."""

    status, title = 400, "Not parsable"


class NotAllowed(DomainError):
    """The actor may see the object but not do this to it."""

    status, title = 403, "Not allowed"


class NotFound(DomainError):
    """There is no such object, or it belongs to a team the actor is not in: both read the same."""

    status, title = 404, "Not found"

    def __init__(self, detail: str = "There is nothing here by that name that you may see.", **kw: Any) -> None:
        super().__init__(detail, **kw)


class Conflict(DomainError):
    """Somebody else was first. ``extra`` says who and what."""

    status, title = 409, "Conflict"


class WrongState(Conflict):
    """The object's state forbids the verb."""

    title = "Not possible in this state"


class TooLarge(DomainError):
    """Over a cap of the contract. ``detail`` names the cap."""

    status, title = 413, "Too large"


class WrongType(DomainError):
    """A body of a kind the route does not read. ``detail`` names those it does."""

    status, title = 415, "Unsupported media type"


class TooMany(DomainError):
    """One sender is far past what it may send. ``extra["retry_after"]``: seconds."""

    status, title = 429, "Too many requests"


class Invalid(DomainError):
    """Understood, but a value is missing or wrong; ``errors`` names each field."""

    status, title = 422, "Invalid"

    @classmethod
    def of(cls, errors: Mapping[str, list[str]]) -> Invalid:
        """A refusal of several fields, not none: all of them in ``errors``, the first in words."""
        first = next(iter(errors))
        return cls(f"{first}: {errors[first][0]}.", errors=dict(errors))


class Unavailable(DomainError):
    """PostgreSQL cannot take it now; the sender should try again."""

    status, title = 503, "Try again"
