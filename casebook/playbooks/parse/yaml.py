"""Our own card format: YAML that says everything a step can hold, ``cards/T1589.yaml`` being the example.

Read as a tree of nodes, so that every refusal has its line, an entry given twice is seen, and nothing is constructed
from tags. A step may carry an ``id``, a short name by which expressions of the same card speak of it; in the parsed
card they speak of its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from casebook.playbooks.assemble import sha256_of
from casebook.playbooks.expression import problems, rewrite_steps
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.text import quoted
from casebook.playbooks.parse.yaml_step import YamlStep, parse_step
from casebook.playbooks.parse.yaml_tree import At, read_tree
from casebook.playbooks.techniques import normalise, parent_of
from casebook.playbooks.types import MAX_NAME, MAX_STEPS, MAX_TACTIC, SECTIONS, ParsedCard, ParsedStep

FORMAT = "1"
RESERVED = frozenset({"import", "new", "export"})
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_KNOWN = ("casebook", "slug", "name", "technique", "techniques", "also_for", "tactics", "steps")


def is_yaml_card(text: str) -> bool:
    """Whether the text claims to be a card of this format: a line ``casebook: …`` at its left edge."""
    return any(line.startswith("casebook:") for line in text.splitlines())


def parse_yaml(text: str, *, file: str) -> ParsedCard:
    """The card, whole. Raises `CardError` naming the line."""
    root = read_tree(text, file=file)
    entries = root.fields("the card", _KNOWN, needed=["casebook", "name", "steps"])
    if entries["casebook"].text("casebook") != FORMAT:
        raise entries["casebook"].error(f"this reads format {FORMAT} of cards")
    technique = _technique(entries["technique"]) if "technique" in entries else None
    if technique is None and "slug" not in entries:
        raise root.error("a card without a technique needs a slug, such as “general”")
    sections = entries["steps"].fields("steps", SECTIONS, needed=SECTIONS)
    written = [step for section in SECTIONS for step in _section(section, sections[section])]
    if not written:
        raise entries["steps"].error("there is no step in it")
    return ParsedCard(
        slug=_slug(entries["slug"]) if "slug" in entries else str(technique),
        technique=technique,
        parent=parent_of(technique) if technique else None,
        techniques=tuple(dict.fromkeys([*([technique] if technique else []), *_techniques(entries, "techniques")])),
        tactics=entries["tactics"].texts("a tactic", MAX_TACTIC) if "tactics" in entries else (),
        name=entries["name"].text("name", MAX_NAME),
        source_format="yaml",
        text=text,
        sha256=sha256_of(text),
        steps=_resolved(written),
        cells={section: _cell(section, written) for section in SECTIONS},
        also_for=_techniques(entries, "also_for"),
    )


def _section(section: str, at: At) -> Iterator[YamlStep]:
    """A section's cell is its steps' texts, a line each; spans count into that. A section may be empty, a card not."""
    start = 0
    items = at.items(section)
    if len(items) > MAX_STEPS:
        raise at.error(f"{len(items)} steps in {section}; a card has at most {MAX_STEPS} in one")
    for position, item in enumerate(items, start=1):
        written = parse_step(item, section, position, start)
        start = written.step.span[1] + 1
        yield written


def _cell(section: str, written: list[YamlStep]) -> str:
    return "\n".join(one.step.text for one in written if one.step.section == section)


def _resolved(written: list[YamlStep]) -> tuple[ParsedStep, ...]:
    keyed = _with_keys(written)
    names = _names(keyed)
    return tuple(_with_names(one, names) for one in keyed)


def _with_keys(written: list[YamlStep]) -> list[YamlStep]:
    keyed = []
    for section in SECTIONS:
        here = [one for one in written if one.step.section == section]
        made = unique_keys(section, (one.step.text for one in here))
        keyed += [
            replace(one, step=replace(one.step, key=one.step.key or key)) for one, key in zip(here, made, strict=True)
        ]
    return keyed


def _names(keyed: list[YamlStep]) -> dict[str, str]:
    """Every name an expression may use for a step (its id, its key) with the key it stands for."""
    names: dict[str, str] = {}
    for one in keyed:
        for name in filter(None, (one.step.ref, one.step.key)):
            if name in names:
                raise one.at.error(f"two steps are called “{name}”")
            names[name] = one.step.key
    return names


def _with_names(one: YamlStep, names: dict[str, str]) -> ParsedStep:
    if one.step.expression is None or one.expression_at is None:
        return one.step
    if wrong := problems(one.step.expression, steps=names):
        raise one.expression_at.error(str(wrong[0]))
    return replace(one.step, expression=rewrite_steps(one.step.expression, names.__getitem__))


def _slug(at: At) -> str:
    """What becomes part of an address, so it is one word of it, and none that leads to a page of ours."""
    value = at.text("slug")
    if not _SLUG.fullmatch(value):
        raise at.error(f"{quoted(value)} is no slug: letters, digits, dots, dashes and underscores, at most 60")
    if value in RESERVED:
        raise at.error(f"“{value}” is an address of ours: choose another slug")
    return value


def _techniques(entries: dict[str, At], name: str) -> tuple[str, ...]:
    return tuple(_technique(item) for item in entries[name].items(name)) if name in entries else ()


def _technique(at: At) -> str:
    value = at.text("a technique")
    technique = normalise(value)
    if technique is None:
        raise at.error(f"“{value}” is no technique id such as T1589 or T1589.003")
    return technique
