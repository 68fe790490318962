"""One step of a CACAO playbook as steps of a card.

A step that carries our extension says itself what it is; its text is the command's, so that an edit made elsewhere
counts. A step by other hands is read soberly: a condition is a criterion for a person to judge, a manual command is
work (for Tier 1 before the first condition, for Tier 2 after it), and a command that asks is a question. What a
machine would run is not run here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from casebook.playbooks.parse.cacao_json import Document, Way
from casebook.playbooks.parse.text import hidden_in
from casebook.playbooks.types import SECTIONS

EXTENSION = "extension-definition--6d2f1c0e-9b57-4a43-8f0e-2a7c5d41b9e3"
"""Our extension: what a card says and CACAO has no place for. Its properties are told in docs/extending/formats.md."""

QUERIES = ("elastic", "jupyter", "kestrel", "sigma", "yara")
RUN = ("bash", "caldera-cmd", "http-api", "openc2-http", "powershell", "ssh")
COMMANDS = ("manual", *QUERIES, *RUN)
"""The command types of CACAO 2.0: for people, questions to a system (kept as saved searches), and what would be run."""

_CONTAINS = ("restrict-access", "disconnect-system", "eliminate-risk")


@dataclass(frozen=True, slots=True)
class Item:
    """A step as the YAML form says it. ``foreign``: proposals may be made for it."""

    section: str
    entries: dict[str, Any]
    way: Way
    foreign: bool


def items_of(document: Document, key: str, *, later: bool) -> Iterator[Item]:
    """What a card keeps of a step; ``later`` where a condition stands before it. Raises `CardError`."""
    step, way = document.value["workflow"][key], ("workflow", key)
    ours = step.get("step_extensions", {}).get(EXTENSION)
    if ours is not None:
        if not ours.get("glue"):
            yield _ours(document, step, ours, way)
    elif step["type"] == "action":
        yield from _actions(document, step, way, later=later)
    elif step["type"] == "if-condition":
        text = _first(step, "description", "name", "condition")
        why = "" if text == step["condition"] else f"The condition in the playbook it came from: {step['condition']}"
        yield Item("criterion", _entries(text, why), way, foreign=True)
    elif step["type"] in ("while-condition", "switch-condition", "playbook-action"):
        text = _first(step, "description", "name", "condition", "switch", "playbook_id")
        yield Item("t2_action" if later else "l1_step", _entries(text, ""), way, foreign=True)


def _ours(document: Document, step: Mapping[str, Any], said: Mapping[str, Any], way: Way) -> Item:
    there = (*way, "step_extensions", EXTENSION)
    section = said.get("section")
    if section not in SECTIONS:
        raise document.error((*there, "section"), f"must be one of {', '.join(SECTIONS)}")
    if step["type"] == "action":
        text = _worded(document, step["commands"][0], (*way, "commands", 0))
        why = step.get("description", "")
    else:
        text, why = _first(step, "description", "name", "condition"), said.get("why", "")
    rest = {name: value for name, value in said.items() if name not in ("section", "ref", "why")}
    ref = {"id": said["ref"]} if "ref" in said else {}
    return Item(section, {**ref, **_entries(text, why), **rest}, way, foreign=False)


def _actions(document: Document, step: Mapping[str, Any], way: Way, *, later: bool) -> Iterator[Item]:
    """One for each manual command; one for the step itself where it has none. Queries go with the first."""
    manual: list[tuple[str, Way]] = []
    searches: dict[str, str] = {}
    for number, command in enumerate(step["commands"]):
        kind, there = command["type"], (*way, "commands", number)
        if kind not in COMMANDS:
            raise document.error((*there, "type"), f"“{kind}” is none of {', '.join(COMMANDS)}")
        if kind == "manual":
            manual.append((_worded(document, command, there), there))
        elif kind in QUERIES and ("command" in command or "command_b64" in command):
            searches[_unused(kind, searches)] = _worded(document, command, there)
    title = _first(step, "description", "name")
    for text, there in manual or [(title, way)]:
        if not text.strip():
            raise document.error(there, "says nothing: a step needs a name, a description or a manual command")
        entries = _entries(text, title if title != text else "")
        yield Item(_section(step, text, later), entries | ({"searches": searches} if searches else {}), there, True)
        searches = {}


def _section(step: Mapping[str, Any], text: str, later: bool) -> str:
    if any(command.get("playbook_activity") in _CONTAINS for command in step["commands"]):
        return "containment"
    if later:
        return "t2_action"
    return "question" if text.rstrip().endswith("?") else "l1_step"


def _worded(document: Document, command: Mapping[str, Any], way: Way) -> str:
    """A command's words, from plain text or from base64."""
    if "command_b64" not in command:
        return str(command.get("command", ""))
    try:
        text = base64.b64decode(command["command_b64"], validate=False).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise document.error((*way, "command_b64"), "is no text in UTF-8 written in base64") from error
    if hidden := hidden_in(text):
        raise document.error((*way, "command_b64"), f"{hidden} is not taken in a card")
    return text


def _entries(text: str, why: str) -> dict[str, Any]:
    return {"text": text, "why": why} if why.strip() else {"text": text}


def _first(step: Mapping[str, Any], *names: str) -> str:
    return next((step[name] for name in names if step.get(name, "").strip()), "")


def _unused(name: str, taken: Mapping[str, str]) -> str:
    return name if name not in taken else f"{name} {len(taken) + 1}"
