"""Texts, lists and technique ids out of the many shapes vendors write them in. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from casebook.playbooks.techniques import find_techniques

ABSENT = frozenset({"", "-", "--", "?", "n/a", "na", "none", "null", "(null)", "undefined", "unknown", "<unknown>"})
"""What vendors write where they have nothing to say."""

DEEPEST = 6
"""How deep lists and objects are searched for texts."""

_SEPARATORS = re.compile(r"[,;|\n\r\t]")
_ID_KEYS = ("id", "technique_id", "techniqueId", "uid", "external_id", "externalId", "mitre_technique_id")


def text(value: Any) -> str:
    """A scalar as text, of a list its first; ``""`` for nothing, and for what is not a scalar."""
    if isinstance(value, list):
        value = next((one for one in value if text(one)), None)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def absent(value: str) -> bool:
    """Whether a text says nothing: blank, a dash, ``unknown``."""
    return value.strip().lower() in ABSENT


def texts(value: Any) -> list[str]:
    """Every scalar in a value as text, each once, in order: a text, a list, a list of lists, the values of an object.
    JSON written as text is opened first."""
    return list(dict.fromkeys(one for one in _scalars(opened(value), DEEPEST) if one))


def listed(value: Any) -> list[str]:
    """As `texts`, and each text is split at commas, semicolons, bars and line ends."""
    parts = (part.strip() for one in texts(value) for part in _SEPARATORS.split(one))
    return list(dict.fromkeys(part for part in parts if not absent(part)))


def opened(value: Any) -> Any:
    """The value of a text that holds a JSON object or list; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def technique_words(*values: Any) -> list[str]:
    """What the values say of techniques, each once: ids in their dotted form where there are any in a text, else the
    text as it came, so that whoever checks can say what was dropped. Of an object its id counts, and the ids below it.

    ``"T1110"``, ``["T1110.001"]``, ``"T1110.001 - Password Guessing"``, ``"attack.t1110"``, ``{"technique": [{"id":
    "T1110", "subtechnique": [{"id": "T1110.001"}]}]}`` and JSON text of any of them are read.
    """
    said: dict[str, None] = {}
    for value in values:
        for word in _technique_texts(opened(value), DEEPEST):
            ids = find_techniques(word.replace("_", "."))
            said |= dict.fromkeys(ids or (() if absent(word) else (word,)))
    return list(said)


def tagged_techniques(value: Any) -> list[str]:
    """The technique ids among tags; tags that name none say nothing of techniques."""
    return list(dict.fromkeys(one for word in texts(value) for one in find_techniques(word.replace("_", "."))))


def _scalars(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, dict | list):
        if depth:
            for one in value.values() if isinstance(value, dict) else value:
                yield from _scalars(one, depth - 1)
    else:
        yield text(value)


def _technique_texts(value: Any, depth: int) -> Iterator[str]:
    """Texts that may be techniques. An object with an id speaks by it and by the objects it holds, not by its names."""
    if isinstance(value, str):
        yield from listed(value)
    elif isinstance(value, list) and depth:
        for one in value:
            yield from _technique_texts(one, depth - 1)
    elif isinstance(value, dict) and depth:
        named = next((text(value[key]) for key in _ID_KEYS if text(value.get(key))), "")
        if named:
            yield named
        for key, one in value.items():
            if isinstance(one, dict | list) and key != "tactic":
                yield from _technique_texts(one, depth - 1)
