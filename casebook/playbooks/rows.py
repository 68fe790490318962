"""Parsed steps as the rows that store them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casebook.models import PlaybookVersion, Step
from casebook.playbooks.types import ParsedStep

POLARITY_RULE, EXPRESSION_RULE = 200, 300
"""So much of a rule's words is kept."""


def rows_of(version: PlaybookVersion, steps: Iterable[ParsedStep]) -> Iterator[Step]:
    """A row for each step, not saved yet."""
    for step in steps:
        yield Step(
            version=version,
            section=step.section,
            position=step.position,
            key=step.key,
            text=step.text,
            span_from=step.span[0],
            span_to=step.span[1],
            polarity=step.polarity,
            polarity_rule=step.polarity_rule[:POLARITY_RULE],
            required=step.required,
            why=step.why,
            means=step.means,
            bindings=[binding.to_json() for binding in step.bindings],
            expression=step.expression,
            expression_rule=step.expression_rule[:EXPRESSION_RULE],
            confirmed=step.confirmed,
            options=step.options,
        )
