"""What a search is about, and a template filled with it. Pure.

Values come from alerts, so they are hostile: each is written as the language's own literal, in one pass over the
template, and one the language has no way to say is left out and named, never passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

LISTS = ("users", "ips", "hosts")
PLACES = (*LISTS, "any", "from", "to", "rows", "index")
"""What may stand in braces. ``any`` is all three lists as words to look for anywhere in a line."""

MOST_VALUES = 100
"""Of one list: a case of a scan names thousands, and no system takes a query that long."""

NOBODY = {"users": "no-user-known", "ips": "100::", "hosts": "no-host-known"}
"""Stands for a list the case knows nothing for, so that the query stays one. 100:: is the address nobody can have
(RFC 6666): a field of addresses refuses words."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class About:
    """Entities of a case and a window (aware, ``start`` before ``end``)."""

    start: datetime
    end: datetime
    users: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a list's place."""
        found = (*self.users, *self.ips, *self.hosts) if name == "any" else getattr(self, name)
        return tuple(dict.fromkeys(found))


class Left(NamedTuple):
    """A value that is not asked for, and why."""

    value: str
    why: str


@dataclass(frozen=True)
class Language:
    """How one query language writes things down.

    ``one(value)`` is a value as the language's literal, or None where it has no way to say it (``cannot`` tells people
    why); ``many`` joins literals as `IN (…)` of the language takes them, ``words`` as its search for words does;
    ``instant`` writes an aware time in UTC. ``windowed`` says that the window is part of the query, not of the call.
    """

    name: str
    title: str
    one: Callable[[str], str | None]
    instant: Callable[[datetime], str]
    many: Callable[[Sequence[str]], str] = ", ".join
    words: Callable[[Sequence[str]], str] | None = None
    word: Callable[[str], str | None] | None = None
    cannot: str = ""
    windowed: bool = True


@dataclass(frozen=True)
class Filled:
    """A query to copy or to run; ``left_out`` are values it does not ask for, ``named`` whether it names any."""

    text: str
    left_out: tuple[Left, ...] = ()
    named: bool = True


def places_of(template: str) -> tuple[str, ...]:
    """The names in braces, in order, ours or not."""
    return tuple(dict.fromkeys(_PLACE.findall(template)))


def unknown_places(template: str) -> tuple[str, ...]:
    return tuple(name for name in places_of(template) if name not in PLACES)


def fill(template: str, language: Language, about: About, *, rows: int, index: str = "") -> Filled:
    """The query. A brace that holds none of `PLACES` stays as it is: many languages write braces of their own."""
    left: dict[Left, None] = {}
    said = {"from": language.instant(about.start.astimezone(UTC)), "to": language.instant(about.end.astimezone(UTC))}
    said |= {"rows": str(int(rows)), "index": index}
    wanted = [name for name in places_of(template) if name in (*LISTS, "any")]
    known = False
    for name in wanted:
        literals, without = _literals(about.values(name), language, name)
        left |= dict.fromkeys(without)
        known = known or bool(literals)
        said[name] = _joined(literals, language, name)
    text = _PLACE.sub(lambda place: said.get(place[1], place[0]), template)
    return Filled(text, tuple(left), known or not wanted)


def _literals(values: Sequence[str], language: Language, name: str) -> tuple[list[str], Iterable[Left]]:
    write = (language.word or language.one) if name == "any" else language.one
    literals: list[str] = []
    left: list[Left] = []
    for value in filter(None, values):
        literal = write(value)
        if literal is None or len(literals) == MOST_VALUES:
            why = f"more than {MOST_VALUES} of them" if literal is not None else language.cannot
            left.append(Left(value, why or "it cannot be written in this language"))
        else:
            literals.append(literal)
    return literals, left


def _joined(literals: list[str], language: Language, name: str) -> str:
    if not literals:
        write = (language.word or language.one) if name == "any" else language.one
        nobody = write(NOBODY.get(name, NOBODY["users"]))
        literals = [nobody] if nobody is not None else []
    join = (language.words or language.many) if name == "any" else language.many
    return join(literals)
