"""What may stand between the steps of a cell: lead-ins, list marks and connectives, and nothing else."""

from __future__ import annotations

import re

from casebook.playbooks.marks import HEAD
from casebook.playbooks.sentences import BREAK, sentences, shielded

_GLUE_WORD = re.compile(
    r"&\w+;|\b(?:and|or|also|alternatively|\d{1,2}|[a-z]|[ivx]{2,4}|(?:step|question|q)\s*#?\d{1,2})\b",
    re.IGNORECASE,
)

_SILENT = re.compile(rf"(?:{BREAK.pattern})|&\w+;", re.IGNORECASE)
_MARK = re.compile(r"\(?\b(?:\d{1,2}|[a-z]|[ivx]{2,4})[.)]", re.IGNORECASE)
_STOP = re.compile(r"[.?!;]")
_NO_WORD = " \t;,()[]*_`'\"•▪‣●◦➤►-"


def says(text: str) -> bool:
    """Whether there is a word in it besides what breaks its lines."""
    return any(char.isalnum() for char in _SILENT.sub(" ", text))


def loses(gap: str) -> bool:
    """Whether leaving this out would lose what the author said."""
    lead, _, tail = _SILENT.sub(" ", gap).rpartition(":")
    return not (_is_glue(tail) or _is_head(tail)) or not _is_one_sentence(lead)


def _is_glue(text: str) -> bool:
    return not any(char.isalnum() for char in _unglued(text))


def _is_head(text: str) -> bool:
    """Whether it is a lead-in without a colon, such as "Escalate if (1)", with nothing but glue before it."""
    glue, _, head = _STOP.sub(";", _MARK.sub(" ", text)).rstrip(_NO_WORD).rpartition(";")
    return _is_glue(glue) and HEAD.fullmatch(head) is not None


def _is_one_sentence(text: str) -> bool:
    """With its marks or without: "Q2. Ask:" is one, and so is "Ask of 4.2.1:"."""
    return any(len(list(sentences(said, (0, len(said)), shielded(said)))) <= 1 for said in (text, _unglued(text)))


def _unglued(text: str) -> str:
    return _GLUE_WORD.sub(" ", text)
