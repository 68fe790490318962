"""Any file of a library: which format it is in, if any. The content decides; a name only says where YAML is meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casebook.playbooks.detector_words import RULES
from casebook.playbooks.parse.card import is_card, parse_card
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
    return parse_bytes(Path(path).read_bytes(), name=str(path), capabilities=capabilities)


def parse_bytes(body: bytes, *, name: str, capabilities: Capabilities | None = None) -> ParsedCard | Skipped:
    """As `parse_file`, for bytes that came another way. ``name`` stands in every message."""
    if len(body) > MAX_BYTES:
        return Skipped(name, f"larger than a card can be ({MAX_BYTES >> 10} KiB)")
    if b"\0" in body:
        return Skipped(name, "not a text file")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise CardError(name, line, f"not UTF-8: byte 0x{body[error.start]:02x}") from error
    if is_card(text):
        return parse_card(text, file=name, capabilities=KNOWN_BY_WORDS if capabilities is None else capabilities)
    if is_yaml_card(text):
        return parse_yaml(text, file=name)
    if name.lower().endswith((".yaml", ".yml")):
        return Skipped(name, "YAML without “casebook: 1”, so not a card of ours")
    return Skipped(name, "no playbook table in it")
