"""What a connector must be. A folder of `automation/connectors`, one line in `config/plugins.py`.

A connector is opened for one row (`automation.models.Connector`) and answers for one outside system. It keeps no
state: what must survive a crash is in the action's row before a call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

KEY = "key"
READ_BACK = "read_back"


class TargetError(Exception):
    """A call that did not do what was asked. ``reason`` is fit to be shown."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s


class Declined(TargetError):
    """The target said no. Nothing happened, and asking again would not help."""


class NotNow(TargetError):
    """It was not reached, or said later (``after_s``). Nothing happened."""


class NoWord(TargetError):
    """It may have acted: the call went out and no answer that can be relied on came back."""


@dataclass(frozen=True)
class Done:
    """The target's own word for what it did, for people."""

    detail: str = ""


@dataclass(frozen=True)
class Reached:
    """Who else is behind a target, as far as the target knows. ``lines`` are for people."""

    lines: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)


class Target(Protocol):
    """One outside system, opened.

    ``capabilities``: `KEY` means a call repeated with its key is done once and `find` knows it; `READ_BACK` that
    `read_back` tells whether a target is in effect. Every method ends within its ``deadline_s`` and raises only
    TargetError. ``before`` is what `capture` gave, a JSON object.
    """

    capabilities: frozenset[str]

    def preview(self, *, kind: str, target: str, deadline_s: float) -> Reached: ...

    def capture(self, *, kind: str, target: str, deadline_s: float) -> dict[str, Any]:
        """What must be known to undo it, and to tell by reading back whether it was done. Changes nothing."""
        ...

    def apply(self, *, kind: str, target: str, parameters: Mapping[str, Any], key: str, deadline_s: float) -> Done: ...

    def undo(self, *, kind: str, target: str, before: Mapping[str, Any], key: str, deadline_s: float) -> Done: ...

    def find(self, *, key: str, deadline_s: float) -> Done | None:
        """What a call with this key did, or None if no such call was ever done. Only with `KEY`."""
        ...

    def read_back(self, *, kind: str, target: str, before: Mapping[str, Any], deadline_s: float) -> bool:
        """Whether it is in effect now, compared with how it was before. Only with `READ_BACK`."""
        ...


class ConnectorType(Protocol):
    """What `config/plugins.py` CONNECTORS names."""

    name: str
    kinds: frozenset[str]

    def open(self, settings: Mapping[str, Any]) -> Target:
        """Raises ValueError with a reason for settings that cannot be used."""
        ...
