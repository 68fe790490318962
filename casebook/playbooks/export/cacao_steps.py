"""The workflow of a card in CACAO: start, what Tier 1 does, one condition for each criterion, what Tier 2 does, end.

Tier 1's steps follow one another. Each criterion is an ``if-condition``; where it holds, a manual command hands the
case over and sets ``__escalate__``; a last condition on that opens the branch of Tier 2. Every branch ends in an end
step of its own, as CACAO asks.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from casebook.playbooks.export.cacao_condition import Conditions, variable
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.export.entries import entries_of
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.cacao_step import EXTENSION
from casebook.playbooks.types import SECTIONS, ParsedCard, ParsedStep

ESCALATE = variable("escalate")
TIER_1, TIER_2 = "Tier 1 analyst", "Tier 2 analyst"

_BY_TIER_1 = ("log_source", "indicator", "question", "l1_step")
_BY_TIER_2 = ("t2_action", "containment")
_ANSWERED = ("indicator", "question", "criterion", "l1_step")
_NAME = 80

_ACTIVITY = {
    "log_source": "analyze-collected-data",
    "indicator": "match-indicator",
    "question": "analyze-collected-data",
    "l1_step": "analyze-collected-data",
    "t2_action": "analyze-collected-data",
    "containment": "execute-operation",
}
_ACTIVITY_OF_ACTION = {
    "block_address": "restrict-access",
    "block_domain": "restrict-access",
    "disable_account": "restrict-access",
    "revoke_sessions": "restrict-access",
    "reset_password": "restrict-access",
    "isolate_host": "disconnect-system",
    "open_ticket": "deliver-content",
    "notify": "deliver-content",
    "assign_training": "deliver-content",
}

Steps = dict[str, dict[str, Any]]


class Workflow:
    """The steps by id, in the order they are followed, and the variables they set and ask for."""

    def __init__(self, card: ParsedCard, origin: Origin) -> None:
        self.origin = origin
        self.refs = refs_of(card.steps)
        self.answers = {
            one.key: variable("answer", self.refs[one.key]) for one in card.steps if one.section in _ANSWERED
        }
        self.conditions = Conditions(self.answers)
        self.made = _made_keys(card)
        self._text = {step.key: step.text for step in card.steps}
        self.start, self.end = origin.of("start"), origin.of("end")
        self.steps: Steps = dict(self._all(card))

    def agents(self) -> dict[str, dict[str, Any]]:
        """Who does the work: people, whoever they are where the playbook is used."""
        return {self.origin.of("group", tier): {"type": "group", "name": tier} for tier in (TIER_1, TIER_2)}

    def variables(self) -> dict[str, dict[str, Any]]:
        """Everything conditions speak of; all of it comes from outside, from people and from what looks at logs."""
        told = {ESCALATE: ("string", "Set once a criterion for escalation is met")}
        told |= {name: ("string", f"The answer to: {self._text[key]}") for key, name in self.answers.items()}
        told |= self.conditions.variables
        return {
            name: {"type": kind, "description": meaning, "external": name != ESCALATE}
            for name, (kind, meaning) in told.items()
        }

    def activities(self) -> list[str]:
        """The activities the commands name, each once."""
        commands = (command for step in self.steps.values() for command in step.get("commands", ()))
        return list(dict.fromkeys(one["playbook_activity"] for one in commands if "playbook_activity" in one))

    def _all(self, card: ParsedCard) -> Iterator[tuple[str, dict[str, Any]]]:
        first = _of(card, _BY_TIER_1)
        criteria = _of(card, ("criterion",))
        second = _of(card, _BY_TIER_2)
        branch = [self.origin.of("if-condition", "escalate")] if second else []
        ids = [*map(self._id, first), *map(self._id, criteria), *branch, self.end]
        yield self.start, {"type": "start", "on_completion": ids[0]}
        follows = dict(pairwise(ids))
        for step in first:
            yield self._id(step), self._action(step, follows[self._id(step)], TIER_1)
        for step in criteria:
            yield from self._criterion(step, follows[self._id(step)])
        for last in branch:
            yield from self._second_tier(last, second)
        yield self.end, {"type": "end"}

    def _criterion(self, step: ParsedStep, follows: str) -> Iterator[tuple[str, dict[str, Any]]]:
        over, end = self.origin.of("action", step.key, "hand-over"), self.origin.of("end", step.key)
        yield (
            self._id(step),
            {
                "type": "if-condition",
                "name": _short(step.text),
                "description": step.text,
                "on_completion": follows,
                "step_extensions": self._extension(step),
                "condition": self._condition(step),
                "on_true": over,
            },
        )
        command = {"type": "manual", "command": "Hand the case over to Tier 2, and say which criterion is met."}
        yield (
            over,
            {
                "type": "action",
                "name": "Hand over to Tier 2",
                "on_completion": end,
                "step_extensions": {EXTENSION: {"glue": True}},
                "commands": [command],
                "agent": self.origin.of("group", TIER_1),
                "out_args": [ESCALATE],
            },
        )
        yield end, {"type": "end"}

    def _second_tier(self, branch: str, steps: Sequence[ParsedStep]) -> Iterator[tuple[str, dict[str, Any]]]:
        end = self.origin.of("end", "tier-2")
        ids = [*map(self._id, steps), end]
        yield (
            branch,
            {
                "type": "if-condition",
                "name": "Handed over to Tier 2",
                "on_completion": self.end,
                "step_extensions": {EXTENSION: {"glue": True}},
                "condition": f"{ESCALATE}:value = 'true'",
                "on_true": ids[0],
            },
        )
        for step, follows in zip(steps, ids[1:], strict=True):
            yield self._id(step), self._action(step, follows, TIER_2)
        yield end, {"type": "end"}

    def _action(self, step: ParsedStep, follows: str, tier: str) -> dict[str, Any]:
        told = {"out_args": [self.answers[step.key]]} if step.key in self.answers else {}
        return {
            "type": "action",
            "name": _short(step.text),
            **({"description": step.why} if step.why else {}),
            "on_completion": follows,
            "step_extensions": self._extension(step),
            "commands": list(_commands(step)),
            "agent": self.origin.of("group", tier),
            **told,
        }

    def _condition(self, step: ParsedStep) -> str:
        """What a confirmed expression says; without one, a person says whether the criterion is met."""
        if step.expression and step.confirmed:
            return self.conditions.of(step.expression)
        return f"{self.answers[step.key]}:value = 'met'"

    def _extension(self, step: ParsedStep) -> dict[str, dict[str, Any]]:
        said = entries_of(step, self.made[step.key], self.refs)
        del said["text"]
        ref = said.pop("id")
        if step.section != "criterion":
            said.pop("why", None)  # an action's description says it
        return {EXTENSION: {"section": step.section, "ref": ref, **said}}

    def _id(self, step: ParsedStep) -> str:
        return self.origin.of("if-condition" if step.section == "criterion" else "action", step.key)


def _commands(step: ParsedStep) -> Iterator[dict[str, Any]]:
    activity = _ACTIVITY_OF_ACTION.get(step.options.get("action", ""), _ACTIVITY[step.section])
    yield {"type": "manual", **_worded(step.text), "playbook_activity": activity}
    for siem, query in step.options.get("searches", {}).items():
        yield {"type": "manual", "description": f"Saved search for {siem}", **_worded(query)}


def _worded(text: str) -> dict[str, str]:
    """A command on one line as it is, one of several lines in base64, as CACAO asks."""
    if "\n" in text:
        return {"command_b64": base64.b64encode(text.encode()).decode()}
    return {"command": text}


def _made_keys(card: ParsedCard) -> dict[str, str]:
    made: dict[str, str] = {}
    for section in SECTIONS:
        here = _of(card, (section,))
        made |= dict(zip((one.key for one in here), unique_keys(section, (one.text for one in here)), strict=True))
    return made


def _of(card: ParsedCard, sections: Sequence[str]) -> list[ParsedStep]:
    return [step for section in sections for step in card.steps if step.section == section]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _NAME else line[: _NAME - 1].rsplit(" ", 1)[0] + "…"
