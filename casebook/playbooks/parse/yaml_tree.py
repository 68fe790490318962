"""A YAML document as nodes that know their line: what `yaml.py` reads a card from."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from casebook.playbooks.parse.text import hidden_in
from casebook.playbooks.types import CardError

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_MAX_DEPTH = 20
_DEEPEST = _MAX_DEPTH + 10
"""Of the whole document: a step's own data begins five levels down."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: four times as fast, same nodes."""


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

    def text(self, what: str, most: int | None = None) -> str:
        """A text that says something, without the spaces around it; of at most ``most`` characters."""
        if not isinstance(self.node, ScalarNode) or not self.node.value.strip():
            raise self.error(f"{what} must be a text")
        found = _visible(self).strip()
        if most is not None and len(found) > most:
            raise self.error(f"{what} has {len(found)} characters; at most {most} can be kept")
        return found

    def texts(self, what: str, most: int | None = None) -> tuple[str, ...]:
        return tuple(item.text(what, most) for item in self.items(what))

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
    """The one document of a YAML text. Raises `CardError` for what is no YAML or empty, and for what no card needs:
    aliases, tags, deep nesting."""
    try:
        _refuse_tricks(text, file)
        node = yaml.compose(text, Loader=_LOADER)
    except RecursionError as error:
        raise CardError(file, 1, "nested too deep") from error
    except yaml.YAMLError as error:
        raise CardError(file, _line_of(error), f"not YAML: {_reason_of(error)}") from error
    except (ValueError, OverflowError) as error:  # "\U00110000": an escape of a character there is not
        raise CardError(file, 1, f"not YAML: {error}") from error
    if node is None:
        raise CardError(file, 1, "there is nothing in it")
    return At(file, node)


def _refuse_tricks(text: str, file: str) -> None:
    """Read as events, which costs no stack however deep a text is nested."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise CardError(file, line, "aliases (*name) are not used in cards")
        if tag := getattr(event, "tag", None):
            raise CardError(file, line, f"tags ({_tag_name(tag)}) are not used in cards")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise CardError(file, line, "nested too deep")


def _tag_name(tag: str) -> str:
    """As it is written in the file: ``!!python/object``."""
    return tag.replace("tag:yaml.org,2002:", "!!")[:80]


def _scalar(node: Node, at: At) -> Plain:
    tag = node.tag.rpartition(":")[2]
    if tag == "str":
        return _visible(at)
    if tag not in ("bool", "int", "float", "null"):
        raise at.error(f"“{node.value}” reads as {tag}: write it in quotes")
    try:
        value: Plain = yaml.safe_load(node.value)
    except ValueError as error:  # more digits than Python converts
        raise at.error("a number with too many digits") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise at.error(f"“{node.value}” is no number to calculate with")
    return value


def _visible(at: At) -> str:
    """The node's text. An escape such as ``"\\0"`` says what the file itself could not: that is refused too."""
    if hidden := hidden_in(at.node.value):
        raise at.error(f"{hidden} is not taken in a card")
    return str(at.node.value)


def _line_of(error: yaml.YAMLError) -> int:
    return _line(getattr(error, "problem_mark", None))


def _line(mark: Any) -> int:
    """Counted from 1; 1 where the parser gives no place."""
    return mark.line + 1 if mark else 1


def _reason_of(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
