"""All word rules, and what a step speaks of by them: precision before recall.

A wrong binding puts a wrong proposal before an analyst and teaches distrust; a missing one only leaves a question to be
answered by hand. So the rules are narrow, and what they do not catch an author binds.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from casebook.playbooks.detector_rules import endpoint, hosted, identity, known, listed, related, signin, web, whence
from casebook.playbooks.keys import fold

RULES = (
    *signin.RULES,
    *whence.RULES,
    *web.RULES,
    *endpoint.RULES,
    *identity.RULES,
    *hosted.RULES,
    *listed.RULES,
    *known.RULES,
    *related.RULES,
)
"""Where a deciding and a supporting rule hold for one detector, deciding wins."""

CONTEXT = "D23"
"""The one detector whose yes is good news: known and expected. All others say yes to suspicion."""

_READ = 1000
"""How much of a step is read for its words: more than any question needs."""


class Spoken(NamedTuple):
    """A detector a text speaks of, and the words it does so with, quoted for an author."""

    detector: str
    deciding: bool
    words: str


def spoken_of(text: str, polarity: str, detectors: Container[str]) -> Iterator[Spoken]:
    """What the text asks for among ``detectors``, once for every rule that holds.

    A detector answers yes and no in one direction. Bound to a question that asks the other way round, its yes would
    stand for the opposite: so a benign question is only for `CONTEXT`, and a suspicious one for all but it.
    """
    folded = fold(text[:_READ])
    for rule in RULES:
        good_news = rule.detector == CONTEXT
        if rule.detector not in detectors or polarity == ("suspicious" if good_news else "benign"):
            continue
        if words := rule.words_in(folded):
            yield Spoken(rule.detector, rule.deciding, ", ".join(f"“{word}”" for word in words))
