"""A stored version as the card it says: for export, the editor and the comparison of versions."""

from __future__ import annotations

from dataclasses import replace

from casebook.models import PlaybookVersion, Step
from casebook.playbooks.parse.yaml import parse_yaml
from casebook.playbooks.techniques import parent_of
from casebook.playbooks.types import SECTIONS, Binding, CardError, ParsedCard, ParsedStep


def card_of(version: PlaybookVersion) -> ParsedCard:
    """The whole card: its steps as the rows say them, with the short names its author wrote, where the text has any.

    Reads the version's steps and its playbook. ``text`` is the version's own, in its own ``source_format``.
    """
    refs = _refs(version) if version.source_format == "yaml" else {}
    return ParsedCard(
        slug=version.playbook.base_slug,
        technique=version.technique or None,
        parent=parent_of(version.technique),
        techniques=tuple(version.techniques),
        tactics=tuple(version.tactics),
        name=version.name,
        source_format=version.source_format,
        text=version.card,
        sha256=version.sha256,
        steps=tuple(replace(step, ref=refs.get(step.key, "")) for step in steps_of(version)),
        cells=dict(version.cells),
        also_for=tuple(version.also_for),
    )


def steps_of(version: PlaybookVersion) -> list[ParsedStep]:
    """The version's steps in the order a card gives them, without short names: those live in the text alone."""
    rows = sorted(version.steps.all(), key=lambda row: (SECTIONS.index(row.section), row.position))
    return [_step(row) for row in rows]


def _step(row: Step) -> ParsedStep:
    return ParsedStep(
        section=row.section,
        position=row.position,
        text=row.text,
        span=(row.span_from, row.span_to),
        key=row.key,
        polarity=row.polarity,
        polarity_rule=row.polarity_rule,
        required=row.required,
        why=row.why,
        means=row.means,
        bindings=tuple(Binding(one["detector"], one["deciding"], one["rule"]) for one in row.bindings),
        expression=row.expression,
        expression_rule=row.expression_rule,
        confirmed=row.confirmed,
        options=dict(row.options),
    )


def _refs(version: PlaybookVersion) -> dict[str, str]:
    """Short names by key. A draft's text may be one that cannot be read: then it has none."""
    try:
        read = parse_yaml(version.card, file=version.playbook.slug)
    except CardError:
        return {}
    return {step.key: step.ref for step in read.steps if step.ref}
