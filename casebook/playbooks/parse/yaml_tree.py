"""A YAML document as nodes that know their line: what `yaml.py` reads a card from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from casebook.playbooks.types import CardError

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class At:
    """A node of a file. Every reading either fits or raises `CardError` with the node's line."""

    file: str
    node: Node

    def error(self, reason: str) -> CardError:
        return CardError(self.file, _line(self.node.start_mark), reason)

    def fields(self, what: str, known: Collection[str], needed: Collection[str] = ()) -> dict[str, At]:
        """A mapping's entries by name, in order. An entry that is unknown, missing or given twice is refused."""
        if not isinstance(self.node, MappingNode):
            raise self.error(f"{what} must be a mapping of names to values")
        found: dict[str, At] = {}
        for key, value in self.node.value:
            name = At(self.file, key).text("a name")
            if name in found:
                raise At(self.file, key).error(f"{what} gives “{name}” twice")
            if name not in known:
                raise At(self.file, key).error(f"{what} has an unknown entry “{name}”; known are {', '.join(known)}")
            found[name] = At(self.file, value)
        for name in needed:
            if name not in found:
                raise self.error(f"{what} lacks “{name}”")
        return found

    def items(self, what: str) -> list[At]:
        if not isinstance(self.node, SequenceNode):
            raise self.error(f"{what} must be a list")
        return [At(self.file, node) for node in self.node.value]

    def text(self, what: str) -> str:
        """A text that says something, without the spaces around it."""
        if not isinstance(self.node, ScalarNode) or not self.node.value.strip():
            raise self.error(f"{what} must be a text")
        return str(self.node.value).strip()

    def texts(self, what: str) -> tuple[str, ...]:
        return tuple(item.text(what) for item in self.items(what))

    def flag(self, what: str) -> bool:
        value = self.plain(what)
        if not isinstance(value, bool):
            raise self.error(f"{what} must be true or false")
        return value

    def plain(self, what: str, depth: int = 1) -> Plain:
        """The node as JSON-able data: texts, numbers, true, false, null, lists and mappings with text names."""
        if depth > _MAX_DEPTH:
            raise self.error(f"{what} is nested too deep")
        if isinstance(self.node, SequenceNode):
            return [item.plain(what, depth + 1) for item in self.items(what)]
        if isinstance(self.node, MappingNode):
            names = [At(self.file, key).text("a name") for key, _ in self.node.value]
            return {name: value.plain(what, depth + 1) for name, value in self.fields(what, names).items()}
        return _scalar(self.node, self)


def read_tree(text: str, *, file: str) -> At:
    """The one document of a YAML text. Raises `CardError` for what is no YAML, for aliases and for an empty text."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise CardError(file, _line(event.start_mark), "aliases (*name) are not used in cards")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError as error:
        raise CardError(file, 1, "nested too deep") from error
    except yaml.YAMLError as error:
        raise CardError(file, _line_of(error), f"not YAML: {_reason_of(error)}") from error
    if node is None:
        raise CardError(file, 1, "there is nothing in it")
    return At(file, node)


def _scalar(node: Node, at: At) -> Plain:
    tag = node.tag.rpartition(":")[2]
    if tag == "str":
        return str(node.value)
    if tag not in ("bool", "int", "float", "null"):
        raise at.error(f"“{node.value}” reads as {tag}: write it in quotes")
    value: Plain = yaml.safe_load(node.value)
    return value


def _line_of(error: yaml.YAMLError) -> int:
    return _line(getattr(error, "problem_mark", None))


def _line(mark: Any) -> int:
    """Counted from 1; 1 where the parser gives no place."""
    return mark.line + 1 if mark else 1


def _reason_of(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
