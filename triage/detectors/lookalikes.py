"""Names made to be taken for another: ``adm1nistrator`` for ``administrator``, ``rnichael`` for ``michael``.

Two names are alike when they are the same once characters that look alike are one character and separators are gone, or
when a few keystrokes lie between them. Names that differ in nothing but digits are a series (``svc-01``, ``svc-02``),
not a disguise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from triage.detectors.variations import SHORTEST, distance

WELL_KNOWN: Final = (
    "administrator",
    "admin",
    "root",
    "guest",
    "krbtgt",
    "system",
    "localsystem",
    "networkservice",
    "defaultaccount",
    "sysadmin",
    "superuser",
    "support",
    "helpdesk",
    "backup",
    "postgres",
    "oracle",
    "mysql",
    "www-data",
    "daemon",
    "nobody",
    "ubuntu",
    "ec2-user",
    "azureuser",
)
"""Accounts that every organisation has: a disguise needs no knowledge of ours."""

ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "3": "e", "4": "a", "@": "a", "5": "s"}) | (
    str.maketrans({"$": "s", "7": "t", "8": "b", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "і": "l"})
)
"""Digits and signs for the letters they look like; the Cyrillic letters no eye tells from Latin ones."""

PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
SEPARATORS = re.compile(r"[\s._\-]+")
DIGITS = re.compile(r"\d+")
SHORT = 4
"""Shorter names are like no other: too little is left to see."""

LONG = 8
"""Shorter names of people are often a keystroke apart, and honest (maria, mario); of the well known one is enough."""

COMPARED = 25
KNOWN_COMPARED = 400


def lookalikes(names: Iterable[str], known: Iterable[str], keystrokes: int) -> dict[str, str]:
    """Of the names each that looks like one of the known or well known, with that one. By the eye all are compared, by
    keystrokes the first 25 with 400."""
    shapes = [_shape(one) for one in (*WELL_KNOWN, *sorted({account(one) for one in known} - {""}))]
    by_name = {shape.name for shape in shapes}
    by_look = {shape.look: shape for shape in reversed(shapes)}
    found: dict[str, str] = {}
    for number, name in enumerate(sorted(set(names))):
        new = _shape(account(name))
        if len(new.name) < SHORT or new.name in by_name:
            continue  # an account of that very name is no disguise
        like = by_look.get(new.look)
        if (like is None or _series(new, like)) and number < COMPARED:
            like = _nearest(new, shapes[:KNOWN_COMPARED], keystrokes)
        if like is not None and not _series(new, like):
            found[name] = like.name
    return found


def account(name: str) -> str:
    """The account's own part of a name, in small letters: without domain, realm or mail domain."""
    return name.rpartition("\\")[2].partition("@")[0].strip().lower()


class _Shape(NamedTuple):
    """A name; as it looks; what is left of it without digits; the set of its characters, as bits."""

    name: str
    look: str
    bare: str
    letters: int


@lru_cache(maxsize=4096)
def _shape(name: str) -> _Shape:
    look = SEPARATORS.sub("", name)
    for pair, letter in PAIRS:
        look = look.replace(pair, letter)
    letters = 0
    for character in name:
        letters |= 1 << (ord(character) % 61)
    return _Shape(name, look.translate(ALIKE), DIGITS.sub("", name), letters)


def _nearest(new: _Shape, known: Sequence[_Shape], keystrokes: int) -> _Shape | None:
    # A keystroke changes two letters of a pair at most: most pairs are told apart without counting keystrokes.
    close = [one for one in known if (new.letters ^ one.letters).bit_count() <= 2 * keystrokes]
    return next((one for one in close if _near(new, one, keystrokes)), None)


def _near(new: _Shape, known: _Shape, keystrokes: int) -> bool:
    shorter = min(len(new.name), len(known.name))
    limit = keystrokes if shorter >= LONG else min(keystrokes, 1) * (known.name in WELL_KNOWN)
    if not limit or shorter < SHORTEST or _series(new, known):
        return False
    return distance(new.name, known.name, limit) <= limit


def _series(one: _Shape, other: _Shape) -> bool:
    """``svc-01`` and ``svc-02``, ``ada`` and ``ada2``."""
    return one.bare == other.bare
