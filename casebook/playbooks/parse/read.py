"""Any file of a library: which format it is in, if any. The content decides; a name only says where YAML is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casebook.playbooks.detector_words import RULES
from casebook.playbooks.parse.cacao import is_cacao, parse_cacao
from casebook.playbooks.parse.card import is_card, parse_card
from casebook.playbooks.parse.text import decode, guess
from casebook.playbooks.parse.yaml import is_yaml_card, parse_yaml
from casebook.playbooks.types import CardError, ParsedCard, Skipped

Capabilities = Mapping[str, Mapping[str, Any]]
MAX_BYTES = 256 << 10
KNOWN_BY_WORDS: Capabilities = {rule.detector: {} for rule in RULES}


def parse_file(path: str | Path, *, capabilities: Capabilities | None = None) -> ParsedCard | Skipped:
    """The card in a file, or why it is none. Raises `CardError` for a card that cannot be taken whole.

    ``capabilities`` are the detectors that may be proposed. Left out, they are all the words speak of, built or not:
    a binding to a detector that does not exist cannot tell, and does its work on the day the detector arrives.
    """
    with Path(path).open("rb") as file:
        return parse_bytes(file.read(MAX_BYTES + 1), name=str(path), capabilities=capabilities)


def parse_bytes(body: bytes, *, name: str, capabilities: Capabilities | None = None) -> ParsedCard | Skipped:
    """As `parse_file`, for bytes that came another way. ``name`` stands in every message.

    Only what looks like a card is refused; a text that does not is skipped, whatever else is wrong with it.
    """
    looks = guess(body[:MAX_BYTES])
    table = is_card(looks)
    cacao = is_cacao(looks)
    if not table and not cacao and not _is_yaml(looks, name):
        return Skipped(name, _no_card(looks, name))
    if len(body) > MAX_BYTES:
        raise CardError(name, 1, f"larger than a card can be ({MAX_BYTES >> 10} KiB)")
    text = decode(body, file=name)
    known = KNOWN_BY_WORDS if capabilities is None else capabilities
    if table:
        return parse_card(text, file=name, capabilities=known)
    if cacao:
        return parse_cacao(text, file=name, capabilities=known)
    return parse_yaml(text, file=name)


def _is_yaml(text: str, name: str) -> bool:
    """A card of ours by its first line of content, so that a page which quotes one is none."""
    return is_yaml_card(text) and (_is_named_yaml(name) or _begins_as_yaml(text))


def _begins_as_yaml(text: str) -> bool:
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith(("#", "---", "%")))
    return re.match(r"[A-Za-z_]+:", next(lines, "")) is not None


def _is_named_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _no_card(text: str, name: str) -> str:
    if _is_named_yaml(name):
        return "YAML without “casebook: 1”, so not a card of ours"
    return "no playbook table in it" if text.strip() else "nothing in it"
