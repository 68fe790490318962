"""The card a new playbook begins with: one step of each section, to be written over. Pure."""

from __future__ import annotations

from dataclasses import replace

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.techniques import parent_of
from casebook.playbooks.types import ParsedCard

FIRST_STEPS = {
    "log_source": "Which log shows it, and what in it to look for.",
    "indicator": "What is seen first when it happens.",
    "question": "Did it come from somewhere it should not?",
    "criterion": "What must be true for Tier 2 to be woken.",
    "l1_step": "What to look up beside the questions.",
    "t2_action": "What Tier 2 does first.",
    "containment": "What stops it, and on what.",
}


def skeleton(*, slug: str, name: str, technique: str | None) -> str:
    """Its text in our format, which reads back as a whole card."""
    steps = [step for section, text in FIRST_STEPS.items() for step in steps_of_cell(section, text, ((0, len(text)),))]
    return write_yaml(
        ParsedCard(
            slug=slug,
            technique=technique,
            parent=parent_of(technique) if technique else None,
            techniques=(technique,) if technique else (),
            tactics=(),
            name=name,
            source_format="yaml",
            text="",
            sha256="",
            steps=tuple(replace(step, ref="") for step in steps),
            cells={},
        )
    )
