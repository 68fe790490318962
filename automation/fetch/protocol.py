"""What a log system is: how it is asked for records, and how a person gets to the same question in it. Pure but for the
`Line` it is given; one file each, named in `config/plugins.py` LOG_SYSTEMS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from automation.webhooks.forms.protocol import Call


class Failed(Exception):
    """It could not be asked, or did not answer as it should. ``reason`` says what happened and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Enough(Exception):
    """A cap is reached: what came so far counts. Raised through a system's ``fetch``, which lets it pass."""


class Line(Protocol):
    """The way to the system and back. All of it raises Failed, Enough, or what stops the worker."""

    def ask(self, call: Call) -> bytes:
        """The whole body of a good answer."""
        ...

    def stream(self, call: Call, take: Callable[[bytes], None]) -> None:
        """A good answer line by line, as it comes, without its line ends."""
        ...

    def row(self, record: bytes) -> None:
        """Keep one record: a JSON object on one line."""
        ...


@dataclass(frozen=True)
class Order:
    """What to run: a query that is filled in, and the window and number of rows it is meant to bring."""

    query: str
    language: str
    start: datetime
    end: datetime
    rows: int


@dataclass(frozen=True)
class Place:
    """Where: ``secret`` is the credential, or the token a login gave for it."""

    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""

    @property
    def base(self) -> str:
        return self.url.rstrip("/")

    def text(self, name: str, default: str = "") -> str:
        """A setting as text."""
        return str(self.settings.get(name) or default).strip()


class Starter(NamedTuple):
    """A search a new system begins with: the kind of event it brings, its name, its language, its template."""

    kind: str
    name: str
    language: str
    template: str


@dataclass(frozen=True)
class LogSystem:
    """``fetch(order, place, line)`` hands every record to ``line.row``; ``probe(place)`` is a light call that shows
    whether address and credential are good; ``link(order, place)`` is where a person sees the same question, "" where
    the settings do not say.

    ``needs`` are settings that must be there, ``wants`` those that may, each with what it is; ``credential`` names the
    secret for the administrator, and ``open`` says that there may be none. ``login`` is as of a webhook form.
    """

    name: str
    title: str
    example: str
    languages: tuple[str, ...]
    fetch: Callable[[Order, Place, Line], None]
    probe: Callable[[Place], Call]
    link: Callable[[Order, Place], str]
    starters: tuple[Starter, ...]
    credential: str
    open: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)
    wants: Mapping[str, str] = field(default_factory=dict)
    login: Callable[[Mapping[str, Any], str], Call] | None = None


def row(record: Any) -> bytes:
    """One line of what came as an object."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def posted(url: str, body: Any, headers: Mapping[str, str]) -> Call:
    return Call("POST", url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


def objects(found: Any) -> list[dict[str, Any]]:
    """A list of objects, as an answer should hold. Raises Failed."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Failed("It answered something else than a list of records: is this address that of the API?")
    return found
