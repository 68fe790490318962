"""A CACAO 2.0 playbook as a card: our own exports exactly, those of others as far as a card can hold them.

The playbook is held to its schema, its workflow is walked, and what is found is written in our YAML form, so that one
reader judges every card. A refusal names the line of the JSON and the JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from casebook.playbooks.assemble import sha256_of
from casebook.playbooks.export.yaml_text import entry_lines
from casebook.playbooks.parse.cacao_json import Document, Way, read_json
from casebook.playbooks.parse.cacao_step import EXTENSION, Item, items_of
from casebook.playbooks.parse.cacao_walk import walk
from casebook.playbooks.parse.yaml import FORMAT, parse_yaml
from casebook.playbooks.propose import with_proposals
from casebook.playbooks.schemas import first_problem
from casebook.playbooks.techniques import find_techniques
from casebook.playbooks.types import SECTIONS, CardError, ParsedCard, ParsedStep

_CLAIMS = re.compile(r'"spec_version"\s*:\s*"cacao-')
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 60

Line = tuple[str, Way]
"""A line of the YAML form, and where in the playbook it comes from."""


def is_cacao(text: str) -> bool:
    """Whether the text claims to be a CACAO playbook of any version."""
    return text.lstrip()[:1] == "{" and _CLAIMS.search(text) is not None


def parse_cacao(text: str, *, file: str, capabilities: Mapping[str, Mapping[str, Any]]) -> ParsedCard:
    """The card, whole. Raises `CardError` naming the line and the JSON pointer."""
    document = checked(text, file=file)
    items = _items(document)
    lines = [*_head(document), *_steps(items)]
    try:
        card = parse_yaml("\n".join(line for line, _ in lines), file=file)
    except CardError as error:
        raise document.error(lines[error.line - 1][1], error.reason) from error
    foreign = {(section, at) for section, found in items.items() for at, one in enumerate(found, 1) if one.foreign}
    return replace(
        card,
        source_format="cacao",
        text=text,
        sha256=sha256_of(text),
        steps=_proposed(card.steps, foreign, capabilities),
    )


def checked(text: str, *, file: str) -> Document:
    """The playbook as JSON that holds to the schema of CACAO 2.0. Raises `CardError`."""
    document = read_json(text, file=file)
    if problem := first_problem(document.value, "cacao-2.0"):
        raise document.error(*problem)
    return document


def _items(document: Document) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {section: [] for section in SECTIONS}
    later = False
    for key in walk(document):
        for item in items_of(document, key, later=later):
            found[item.section].append(item)
        later = later or key.startswith("if-condition")
    if not any(found.values()):
        raise document.error(("workflow",), "holds nothing that could be a step of a card")
    return found


def _head(document: Document) -> Iterator[Line]:
    playbook = document.value
    ours = playbook.get("playbook_extensions", {}).get(EXTENSION)
    there: Way = ("playbook_extensions", EXTENSION)
    said = {"casebook": int(FORMAT), "name": playbook["name"]}
    if ours is None:
        techniques = _techniques(playbook)
        slug = techniques[0] if techniques else _NO_SLUG.sub("-", playbook["name"].lower()).strip("-")[:_LONGEST]
        said |= {"slug": slug, "technique": techniques[0] if techniques else None, "techniques": techniques}
        there = ("name",)
    else:
        said |= {name: ours.get(name) for name in ("slug", "technique", "techniques", "also_for", "tactics")}
    for name, value in said.items():
        way = ("name",) if name == "name" else (*there, name)
        yield from ((line, way) for line in entry_lines(name, value, 0) if value not in (None, []))


def _techniques(playbook: Mapping[str, Any]) -> list[str]:
    """What the playbook says it is about, where such things are said: in references, labels, its name and words."""
    references = [value for one in playbook.get("external_references", ()) for value in one.values()]
    said = [*references, *playbook.get("labels", ()), playbook["name"], playbook.get("description", "")]
    return list(dict.fromkeys(one for text in said for one in find_techniques(text)))


def _steps(items: Mapping[str, list[Item]]) -> Iterator[Line]:
    yield "steps:", ("workflow",)
    for section, found in items.items():
        yield f"  {section}:{'' if found else ' []'}", ("workflow",)
        for item in found:
            mark = "    - "
            for name, value in item.entries.items():
                for line in entry_lines(name, value, 6):
                    yield mark + line[6:] if mark else line, item.way
                    mark = ""


def _proposed(
    steps: tuple[ParsedStep, ...], foreign: set[tuple[str, int]], capabilities: Mapping[str, Mapping[str, Any]]
) -> tuple[ParsedStep, ...]:
    """Steps by other hands get bindings and expressions proposed, as those of a Markdown card do."""
    if not foreign:
        return steps
    proposed = with_proposals(steps, capabilities)
    return tuple(
        new if (old.section, old.position) in foreign else old for old, new in zip(steps, proposed, strict=True)
    )
