"""What an adapter is: a vendor's own message in, our alert out. Pure; one file each, named in `config/plugins.py`.

A body may hold many messages. `Adapter.messages` finds them, `Adapter.read` understands one; `reading.take` does the
rest for all adapters: decoding, exact bytes, the checks every alert must pass, and what was not understood and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.intake.envelope import AlertIn


@dataclass(frozen=True)
class Options:
    """What a source's administrator has set. ``zone`` is the IANA zone of times that carry none; "" is UTC, assumed.
    ``field_map`` is the generic adapter's: our field → expression, and ``severity_map``: their word → ours."""

    zone: str = ""
    field_map: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """What the vendor asserts and we have not computed: shown apart from evidence. ``pointer`` is a JSON pointer
    (RFC 6901) into the message."""

    label: str
    value: str
    pointer: str


@dataclass(frozen=True)
class Reading:
    """One message, understood. ``assumed`` tells in whole sentences what was guessed: an unknown severity, a time
    without a zone, a text that was cut."""

    alert: AlertIn
    facts: tuple[Fact, ...] = ()
    assumed: tuple[str, ...] = ()


class NotUnderstood(Exception):
    """This message is not what the adapter reads. ``reason`` says what is missing and what to do; ``place`` is a JSON
    pointer into the message."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


@dataclass(frozen=True)
class Adapter:
    """``messages(body)`` yields (JSON pointer, message) for each message a decoded body holds, in order; raises
    NotUnderstood where it holds none. ``read(message, options)`` gives its Reading or raises NotUnderstood.
    ``split`` stands in for ``messages`` where the administrator says what lies where: ask ``found``."""

    name: str
    title: str
    messages: Callable[[Any], Iterable[tuple[str, Any]]]
    read: Callable[[Any, Options], Reading]
    split: Callable[[Any, Options], Iterable[tuple[str, Any]]] | None = None

    def found(self, body: Any, options: Options) -> Iterable[tuple[str, Any]]:
        """The messages of a body, by this source's options."""
        return self.split(body, options) if self.split else self.messages(body)


def one(body: Any) -> Iterable[tuple[str, Any]]:
    """A body that is a message, or a list of them."""
    if isinstance(body, list):
        return [(f"/{place}", message) for place, message in enumerate(body)]
    return [("", body)]
