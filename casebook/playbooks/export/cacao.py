"""A card as a CACAO 2.0 playbook, which other tools can show, follow, and pass on.

What CACAO has a place for stands there; the rest travels in an extension of ours, so that reading our own export gives
the same card again. Same version, same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from casebook.playbooks.export.cacao_ids import MAKER, Origin
from casebook.playbooks.export.cacao_steps import Workflow
from casebook.playbooks.parse.cacao_step import EXTENSION
from casebook.playbooks.schemas import first_problem
from casebook.playbooks.types import ParsedCard

_ATTACK = "https://attack.mitre.org/techniques/"


def write_cacao(card: ParsedCard, origin: Origin) -> str:
    """The playbook as JSON text. It is held to the schema before it leaves."""
    playbook = cacao_of(card, origin)
    if problem := first_problem(playbook, "cacao-2.0"):
        raise AssertionError(f"this export is no CACAO 2.0: {problem}")
    return json.dumps(playbook, indent=2, ensure_ascii=False) + "\n"


def cacao_of(card: ParsedCard, origin: Origin) -> dict[str, Any]:
    """The playbook object."""
    workflow = Workflow(card, origin)
    contains = any(step.section == "containment" for step in card.steps)
    playbook = {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": origin.playbook(),
        "name": card.name,
        "description": "Guided triage of an alert: what to look at and answer, when to escalate, what follows then.",
        "playbook_types": ["investigation", "mitigation"] if contains else ["investigation"],
        "playbook_activities": workflow.activities(),
        "playbook_processing_summary": {"manual_playbook": True, "if_logic": True, "extensions": True},
        "created_by": origin.author(),
        "created": _time(origin.created),
        "modified": _time(max(origin.created, origin.modified)),
        "labels": list(card.tactics),
        "external_references": [_reference(one) for one in card.techniques],
        "playbook_variables": workflow.variables(),
        "workflow_start": workflow.start,
        "workflow": workflow.steps,
        "playbook_extensions": {EXTENSION: _extension(card, origin)},
        "agent_definitions": workflow.agents(),
        "extension_definitions": {EXTENSION: _definition()},
    }
    if not workflow.activities():
        del playbook["playbook_types"]  # CACAO wants an activity wherever a type is named
    return {name: value for name, value in playbook.items() if value != []}


def _extension(card: ParsedCard, origin: Origin) -> dict[str, Any]:
    said = {
        "slug": card.slug,
        "number": origin.number,
        "technique": card.technique,
        "techniques": list(card.techniques),
        "also_for": list(card.also_for),
        "tactics": list(card.tactics),
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def _definition() -> dict[str, Any]:
    return {
        "type": "extension-definition",
        "name": "Casebook card",
        "description": "What a Casebook card says of a playbook and of its steps beyond CACAO.",
        "created_by": MAKER,
        "schema": "Casebook, docs/extending/formats.md, “CACAO 2.0”: a step's properties are those of the YAML card.",
        "version": "1.0.0",
    }


def _reference(technique: str) -> dict[str, str]:
    return {"name": "MITRE ATT&CK", "external_id": technique, "url": f"{_ATTACK}{technique.replace('.', '/')}/"}


def _time(instant: datetime) -> str:
    """In UTC with exactly three digits of the second's fraction, as CACAO asks of both its times."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
