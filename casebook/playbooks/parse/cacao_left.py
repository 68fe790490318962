"""What of a CACAO playbook by other hands a card does not hold, told once it was imported. Its text is kept whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from casebook.playbooks.parse.cacao import checked
from casebook.playbooks.parse.cacao_step import EXTENSION, QUERIES
from casebook.playbooks.parse.cacao_walk import walk

_TYPES = {
    "if-condition": "The condition of {} is kept as words: an author writes its expression",
    "while-condition": "The repetition of {} is not followed",
    "switch-condition": "The cases of {} are listed one after the other",
    "parallel": "That the branches of {} run at the same time is not held",
    "playbook-action": "The other playbook that {} runs is only named",
}
_ENTRIES = {
    "delay": "The waiting time of {} is not held",
    "timeout": "The time limit of {} is not held",
    "on_failure": "What follows when {} fails is listed like any other step",
}
_PARTS = {
    "markings": "Its data markings are not held: mind who may see it",
    "signatures": "Its signatures are not checked, and hold for the original text alone",
    "agent_definitions": "Its agents are not held",
    "target_definitions": "Its targets are not held",
    "playbook_variables": "Its variables are not held",
    "valid_until": "The time until which it is valid is not held",
    "labels": "Its labels are not held",
}


def left_behind(text: str, *, file: str = "the playbook") -> list[str]:
    """One sentence for each kind of thing; none for a playbook that we exported. Raises `CardError` as reading does."""
    document = checked(text, file=file)
    playbook, workflow = document.value, document.value["workflow"]
    followed = walk(document)
    foreign = [workflow[key] for key in followed if EXTENSION not in workflow[key].get("step_extensions", {})]
    said = [*_of_steps([step for step in foreign if step["type"] not in ("start", "end")])]
    if unreached := len(workflow.keys() - set(followed)):
        said.append(f"{_steps(unreached)} that nothing leads to {'is' if unreached == 1 else 'are'} left out")
    if EXTENSION not in playbook.get("playbook_extensions", {}):
        said += [sentence for name, sentence in _PARTS.items() if playbook.get(name)]
        said += ["It is revoked by its author"] if playbook.get("revoked") else []
    return [f"{sentence}." for sentence in said]


def _of_steps(steps: list[Mapping[str, Any]]) -> Iterator[str]:
    types = Counter(step["type"] for step in steps)
    yield from (sentence.format(_steps(types[name])) for name, sentence in _TYPES.items() if types[name])
    entries = Counter(name for step in steps for name in _ENTRIES if name in step)
    yield from (sentence.format(_steps(entries[name])) for name, sentence in _ENTRIES.items() if entries[name])
    commands = Counter(
        command["type"]
        for step in steps
        for command in step.get("commands", ())
        if command["type"] != "manual" and command["type"] not in QUERIES
    )
    for name, number in sorted(commands.items()):
        what = "a command" if number == 1 else f"{number} commands"
        yield f"It has {what} of type {name}, which nothing here runs"


def _steps(number: int) -> str:
    return "1 step" if number == 1 else f"{number} steps"
