"""Names and values as lines of YAML that people like to read and any YAML reader reads back exactly.

Long text is folded at single spaces, text of several lines stands as it is, and whatever could be mistaken (``yes``,
``1.0``, control characters) is quoted. PyYAML decides what needs quotes; the layout is ours, because its own breaks a
line only after the margin is passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

COLUMNS = 120

_SINGLE_SPACE = re.compile(r"(?<=\S) (?=\S)")
_ODD = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What may stand in a file only as an escape: control characters, and what YAML takes for a line break or a mark."""

_LOOSE = re.compile(r"[^\S\n]\n|\A\s|\s\Z")
_TEXT = "tag:yaml.org,2002:str"


class Flow(tuple[Any, ...]):
    """A list that is written on one line where it fits: ``[D01, D02]``."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    mistaken = dumper.resolve(yaml.ScalarNode, value, (True, False)) != _TEXT
    return dumper.represent_scalar(_TEXT, value, style='"' if mistaken or "\n" in value or _ODD.search(value) else None)


def _represent_flow(dumper: _Dumper, value: Flow) -> yaml.SequenceNode:
    return dumper.represent_list(list(value))


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Flow, _represent_flow)


def entry_lines(name: str, value: Any, indent: int, *, inside: bool = False) -> Iterator[str]:
    """``name: value`` as lines, the first at column ``indent``.

    A mapping opens lines of its own; one ``inside`` another that holds no third stands on one line where it fits.
    """
    head = f"{' ' * indent}{_scalar(name)}:"
    if isinstance(value, str):
        yield from _text(head, value, indent + 2)
    elif not value or _on_one_line(head, value, inside):
        yield f"{head} {_flow(value)}"
    elif isinstance(value, dict):
        yield head
        for inner, one in value.items():
            yield from entry_lines(inner, one, indent + 2, inside=True)
    elif isinstance(value, list | tuple):
        yield head
        yield from _items(value, indent + 2)
    else:
        yield f"{head} {_flow(value)}"


def _items(values: Iterable[Any], indent: int) -> Iterator[str]:
    mark = f"{' ' * indent}- "
    for value in values:
        if isinstance(value, dict) and value:
            lines = [line for name, one in value.items() for line in entry_lines(name, one, indent + 2, inside=True)]
            yield f"{mark}{lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{mark}{_scalar(value) if isinstance(value, str) else _flow(value)}"


def _text(head: str, value: str, indent: int) -> Iterator[str]:
    margin, plain = " " * indent, f"{head} {_scalar(value)}"
    tidy = not _ODD.search(value) and not _LOOSE.search(value)
    if tidy and "\n" in value:
        yield f"{head} |-"
        yield from (f"{margin}{line}" if line else "" for line in value.split("\n"))
    elif tidy and len(plain) > COLUMNS and _SINGLE_SPACE.search(value):
        yield f"{head} >-"
        yield from (f"{margin}{line}" for line in _folded(value, COLUMNS - indent))
    else:
        yield plain


def _folded(value: str, width: int) -> Iterator[str]:
    """The text in lines that, joined by one space each, are the text again."""
    first, *rest = _SINGLE_SPACE.split(value)
    line = first
    for word in rest:
        if len(line) + 1 + len(word) <= width:
            line = f"{line} {word}"
        else:
            yield line
            line = word
    yield line


def _on_one_line(head: str, value: Any, inside: bool) -> bool:
    if isinstance(value, dict):
        flat = inside and not any(isinstance(one, dict) for one in value.values())
    else:
        flat = not any(isinstance(one, dict) for one in value) if isinstance(value, list | tuple) else True
    return flat and len(f"{head} {_flow(value)}") <= COLUMNS


def _scalar(value: str) -> str:
    return _dumped(value, flow=False)


def _flow(value: Any) -> str:
    return _dumped(value, flow=True)


def _dumped(value: Any, *, flow: bool) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return text.removesuffix("\n").removesuffix("\n...")
