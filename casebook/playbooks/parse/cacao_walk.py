"""The workflow of a CACAO playbook in the order it is followed, with every reference in it checked.

Branches come before what follows them. Nothing here recurses: a workflow may be as long as its author likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from casebook.playbooks.parse.cacao_json import Document, Way

Step = Mapping[str, Any]

_POINTERS = ("on_true", "on_false", "next_steps", "cases", "on_completion", "on_success", "on_failure")
"""The entries that name other steps, in the order they are followed."""

_PEOPLE = {"agent": "agent_definitions", "targets": "target_definitions"}


def walk(document: Document) -> list[str]:
    """The ids of the steps that are reached, in order. Raises `CardError` for a reference to nothing or a circle."""
    workflow = document.value["workflow"]
    for key, step in workflow.items():
        _check(document, key, step)
    order = list(_followed(document, ("workflow_start",), document.value["workflow_start"], {}))
    if "workflow_exception" in document.value:
        done = dict.fromkeys(order, True)
        order += _followed(document, ("workflow_exception",), document.value["workflow_exception"], done)
    return order


def _followed(document: Document, way: Way, first: str, done: dict[str, bool]) -> Iterator[str]:
    """Depth first; ``done`` says of each step that was begun whether all that follows it was followed."""
    workflow = document.value["workflow"]
    if first not in workflow:
        raise document.error(way, "names no step of this workflow")
    if first in done:
        return
    path = [(first, _named_by(workflow[first], first))]
    done[first] = False
    yield first
    while path:
        here, rest = path[-1]
        way, follows = next(rest, ((), ""))
        if not follows:
            done[here] = True
            path.pop()
        elif follows not in done:
            done[follows] = False
            path.append((follows, _named_by(workflow[follows], follows)))
            yield follows
        elif not done[follows]:
            raise document.error(way, "leads back to a step that leads here: a workflow may not go in circles")


def _check(document: Document, key: str, step: Step) -> None:
    if not key.startswith(f"{step['type']}--"):
        raise document.error(("workflow", key, "type"), f"is “{step['type']}”, but the step's id says otherwise")
    for way, named in _named_by(step, key):
        if named not in document.value["workflow"]:
            raise document.error(way, "names no step of this workflow")
    for entry, where in _PEOPLE.items():
        given = step.get(entry, [])
        for named in given if isinstance(given, list) else [given]:
            if named not in document.value.get(where, {}):
                raise document.error(("workflow", key, entry), f"names nobody in “{where}”")


def _named_by(step: Step, key: str) -> Iterator[tuple[Way, str]]:
    for entry in _POINTERS:
        value = step.get(entry, [])
        way: Way = ("workflow", key, entry)
        if isinstance(value, str):
            yield way, value
        else:
            for name, one in value.items() if isinstance(value, dict) else enumerate(value):
                yield (*way, name), one
