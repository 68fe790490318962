"""Everything that is wrong with a value, by place, where the decoder names only the first. Pure.

The decoder is asked again part by part: a value that converts is right, one that does not is taken apart until the
part at fault is found. So there is one set of rules, the types themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

MOST = 50
"""So many faults are told; a sender that makes more of them learns enough from these."""
_PATH = re.compile(r" - at `.*`$")
_IN_OUR_WORDS = (
    (re.compile("timezone component"), "a time needs its zone: 2026-11-24T08:00:00Z"),
    (re.compile(r"Expected `datetime"), "a time is text with its zone: 2026-11-24T08:00:00Z"),
    (re.compile(r"Invalid RFC3339"), "a time is written 2026-11-24T08:00:00Z"),
    (re.compile(r"Expected `str` matching regex '\\\\S'"), "blank"),
    (re.compile(r"Expected `str` matching"), "a technique is written T1110 or T1110.001"),
)


@dataclass
class Findings:
    """``wrong``: what refuses the value; ``unknown``: names nobody reads, with the names known at that place."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


def find(value: Any, shape: type[msgspec.Struct]) -> Findings:
    """Every fault of a decoded JSON value read as ``shape``. Unknown names are taken out of ``value`` as they are
    found, so that what is left converts where nothing is wrong."""
    found = Findings()
    for place, what in _walk(value, shape, "", found):
        if len(found.wrong) >= MOST:
            break
        found.wrong.setdefault(place, []).append(what)
    return found


def _walk(value: Any, kind: Any, place: str, found: Findings) -> Iterator[tuple[str, str]]:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(value, dict):
        yield from _in_struct(value, bare, place, found)
        return
    inside = False
    if get_origin(bare) is list and isinstance(value, list):
        for number, one in enumerate(value):
            for fault in _walk(one, get_args(bare)[0], f"{place}.{number}", found):
                inside = True
                yield fault
    refusal = None if inside else _refusal(value, kind)
    if refusal is not None:
        yield place or "body", _said(refusal, value, bare)


def _in_struct(
    value: dict[str, Any], shape: type[msgspec.Struct], place: str, found: Findings
) -> Iterator[tuple[str, str]]:
    known: dict[str, FieldInfo] = {one.encode_name: one for one in fields(shape)}
    for name in [name for name in value if name not in known]:
        found.unknown.append((place, name, tuple(known)))
        del value[name]
    for name, one in known.items():
        where = f"{place}.{name}" if place else name
        if name in value:
            yield from _walk(value[name], one.type, where, found)
        elif one.required:
            yield where, "required"


def _refusal(value: Any, kind: Any) -> str | None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return _PATH.sub("", str(error))
    return None


def _said(fault: str, value: Any, kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"{msgspec.json.encode(value).decode()[:60]} is not one of {', '.join(get_args(kind))}"
    return next((words for pattern, words in _IN_OUR_WORDS if pattern.search(fault)), fault)
