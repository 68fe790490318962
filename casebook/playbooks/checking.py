"""All that is wrong with a card's text, by line: what an author mends. Pure.

A reader of files refuses a card at its first mistake; somebody who writes one wants to see them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml
from yaml.nodes import MappingNode, SequenceNode

from casebook.playbooks.expression import problems
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.read import MAX_BYTES
from casebook.playbooks.parse.yaml import parse_yaml
from casebook.playbooks.parse.yaml_step import YamlStep, parse_step
from casebook.playbooks.parse.yaml_tree import At, read_tree
from casebook.playbooks.types import SECTIONS, CardError, ParsedCard

FILE = "card"


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """One mistake: the line, from 1, and what is wrong there."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text comes to: the card, or what is wrong with it; never both."""

    card: ParsedCard | None
    flaws: tuple[Flaw, ...] = ()


@lru_cache(maxsize=32)
def check(text: str) -> Checked:
    """Read a card in our YAML. Remembered, for a page asks several times about the text it shows."""
    if len(text.encode()) > MAX_BYTES:
        return Checked(None, (Flaw(1, f"larger than a card can be ({MAX_BYTES >> 10} KiB)"),))
    try:
        return Checked(parse_yaml(text, file=FILE))
    except CardError as first:
        found = {Flaw(first.line, first.reason), *_of_steps(text)}
    return Checked(None, tuple(sorted(found)))


def has_comments(text: str) -> bool:
    """Whether a YAML text holds comments, which a text that is written anew would not. False for what is no YAML."""
    end = 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if "#" in text[end : token.start_mark.index]:
                return True
            end = max(end, token.end_mark.index)
    except yaml.YAMLError:
        return False
    return "#" in text[end:]


def _of_steps(text: str) -> Iterator[Flaw]:
    """The mistakes of each step by itself, and of each expression against the steps that could be read."""
    try:
        sections = dict(_sections(read_tree(text, file=FILE)))
    except CardError:
        return
    written: list[YamlStep] = []
    for section, items in sections.items():
        for position, item in enumerate(items, start=1):
            try:
                written.append(parse_step(item, section, position, 0))
            except CardError as error:
                yield Flaw(error.line, error.reason)
    if sum(map(len, sections.values())) == len(written):  # else a step that is named may be one that was not read
        yield from _of_expressions(written)


def _of_expressions(written: list[YamlStep]) -> Iterator[Flaw]:
    names = {name for one in written for name in (one.step.ref, one.step.key) if name}
    for section in SECTIONS:
        names.update(unique_keys(section, (one.step.text for one in written if one.step.section == section)))
    for one in written:
        if one.expression_at is not None:
            for wrong in problems(one.step.expression, steps=names):
                yield Flaw(one.expression_at.error("").line, str(wrong))


def _sections(root: At) -> Iterator[tuple[str, list[At]]]:
    """The lists of steps, wherever the text is shaped as a card's."""
    steps = dict(_entries(root)).get("steps")
    for name, at in _entries(steps) if steps else ():
        if name in SECTIONS and isinstance(at.node, SequenceNode):
            yield name, at.items(name)


def _entries(at: At) -> Iterator[tuple[str, At]]:
    if isinstance(at.node, MappingNode):
        for key, value in at.node.value:
            yield str(key.value), At(at.file, value)


def lines_of_steps(text: str) -> dict[tuple[str, int], int]:
    """Where each step begins: the line of its first entry, by section and position. Nothing for what is no YAML."""
    try:
        sections = _sections(read_tree(text, file=FILE))
        return {(name, n): item.error("").line for name, items in sections for n, item in enumerate(items, start=1)}
    except CardError:
        return {}
