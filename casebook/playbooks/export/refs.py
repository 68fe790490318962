"""Short names for steps, by which the expressions of one file speak of them: the author's own, else made from the text.

"Did sign-ins to the same accounts fail again and again?" becomes ``sign-ins-same-accounts-fail``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from casebook.playbooks.keys import fold
from casebook.playbooks.types import ParsedStep

_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_PLAIN = {
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for",
    "from", "had", "has", "have", "here", "how", "if", "in", "into", "is", "it", "its", "of", "on", "or", "our", "s",
    "should", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "were",
    "what", "when", "where", "whether", "which", "who", "whom", "whose", "why", "will", "with", "would", "you",
    "your",
}  # fmt: skip
"""Words that tell no step from another."""

_WORDS = 4
_LONGEST = 40


def refs_of(steps: Iterable[ParsedStep]) -> dict[str, str]:
    """A short name for each step's key, each given once. An author's own name is never taken by a made one."""
    steps = list(steps)
    refs = {step.key: step.ref for step in steps if step.ref}
    taken = set(refs.values())
    for step in steps:
        if step.key not in refs:
            refs[step.key] = _free(_made(step), taken)
            taken.add(refs[step.key])
    return refs


def _made(step: ParsedStep) -> str:
    words = [word for word in _WORD.findall(fold(step.text)) if word not in _PLAIN]
    name = "-".join(words[:_WORDS])[:_LONGEST].rstrip("-")
    return name if len(name) > 1 else f"{step.section.replace('_', '-')}-{step.position}"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(one for number in range(2, len(taken) + 3) if (one := f"{name}-{number}") not in taken)
