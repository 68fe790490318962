"""An expression as an author types it: YAML or JSON that speaks of steps by their short names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from casebook.playbooks.export.yaml_text import entry_lines
from casebook.playbooks.expression import problems, rewrite_steps
from casebook.playbooks.parse.yaml_tree import read_tree
from casebook.playbooks.types import CardError, Expression

_PART = re.compile(r"([a-z_]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: the line of the typed text, the place in the expression (``any[2].finding``), and the reason."""

    line: int
    path: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}{', ' if self.path else ''}{self.path}: {self.reason}"


def to_text(expression: Expression | None, refs: Mapping[str, str]) -> str:
    """The expression as lines of YAML; steps by their short names. ``refs`` gives these by key."""
    if expression is None:
        return ""
    named = rewrite_steps(expression, lambda key: refs.get(key, key))
    return "\n".join(line for name, value in named.items() for line in entry_lines(name, value, 0))


def from_text(text: str, refs: Mapping[str, str]) -> tuple[Expression | None, list[Fault]]:
    """The expression by step keys, or all that is wrong with it. Nothing typed is no expression.

    A step may be named by its short name or by its key.
    """
    if not text.strip():
        return None, []
    try:
        root = read_tree(text, file="expression")
        data = root.plain("expression")
    except CardError as error:
        return None, [Fault(error.line, "", error.reason)]
    keys = {ref: key for key, ref in refs.items()} | {key: key for key in refs}
    faults = [Fault(_line(root.node, wrong.path), wrong.path, wrong.reason) for wrong in problems(data, steps=keys)]
    if faults or not isinstance(data, dict):
        return None, faults
    expression: dict[str, Any] = data
    return rewrite_steps(expression, keys.__getitem__), []


def _line(node: Node, path: str) -> int:
    """The line of the place a path leads to, or of the nearest place around it that is there."""
    for name, number in _PART.findall(path):
        inner = _named(node, name) if name else _numbered(node, int(number))
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _named(node: Node, name: str) -> Node | None:
    entries = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in entries if key.value == name), None)


def _numbered(node: Node, number: int) -> Node | None:
    items = node.value if isinstance(node, SequenceNode) else ()
    return items[number] if number < len(items) else None
