"""A card in our own format, as a person would write it: what `parse_yaml` reads back to the same steps.

Only what the reader would not find out by itself is written. Cards that are equal are written equally, to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator

from casebook.playbooks.export.entries import Entries, entries_of
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.export.yaml_text import Flow, entry_lines
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.yaml import FORMAT
from casebook.playbooks.types import SECTIONS, ParsedCard


def write_yaml(card: ParsedCard) -> str:
    """The card as YAML text, in lines of at most 120 columns where its words allow it."""
    return "\n".join([*_head(card), "", "steps:", *_steps(card)]) + "\n"


def _head(card: ParsedCard) -> Iterator[str]:
    others = [one for one in card.techniques if one != card.technique]
    entries: Entries = {"casebook": int(FORMAT), "slug": card.slug, "name": card.name, "technique": card.technique}
    entries |= {"techniques": Flow(others), "also_for": Flow(card.also_for), "tactics": Flow(card.tactics)}
    for name, value in entries.items():
        if value not in (None, Flow(())):
            yield from entry_lines(name, value, 0)


def _steps(card: ParsedCard) -> Iterator[str]:
    refs = refs_of(card.steps)
    for number, section in enumerate(SECTIONS):
        if number:
            yield ""
        here = [step for step in card.steps if step.section == section]
        yield f"  {section}:" if here else f"  {section}: []"
        made = unique_keys(section, (step.text for step in here))
        for step, key in zip(here, made, strict=True):
            yield from _step(entries_of(step, key, refs))


def _step(entries: Entries) -> Iterator[str]:
    lines = [line for name, value in entries.items() for line in entry_lines(name, value, 6)]
    yield f"    - {lines[0].lstrip()}"
    yield from lines[1:]
