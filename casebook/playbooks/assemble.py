"""From the text of the steps to the steps: keys, polarity and what it means. Shared by every card format."""

from __future__ import annotations

import hashlib

from casebook.playbooks.keys import unique_keys
from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.sentences import Span
from casebook.playbooks.types import ParsedStep


def steps_of_cell(section: str, cell: str, spans: tuple[Span, ...]) -> tuple[ParsedStep, ...]:
    """The steps that stand at ``spans`` in a section's cell. Questions are required, nothing else is."""
    texts = [cell[start:stop] for start, stop in spans]
    return tuple(
        _step(section, position, text, span, key)
        for position, (text, span, key) in enumerate(
            zip(texts, spans, unique_keys(section, texts), strict=True), start=1
        )
    )


def sha256_of(text: str) -> str:
    """Of a card's text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _step(section: str, position: int, text: str, span: Span, key: str) -> ParsedStep:
    polarity = propose_polarity(section, text)
    return ParsedStep(
        section=section,
        position=position,
        text=text,
        span=span,
        key=key,
        polarity=polarity.value,
        polarity_rule=polarity.rule,
        required=section == "question",
        means=what_yes_means(section, polarity.value),
    )
