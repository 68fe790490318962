"""CACAO 2.0 in: playbooks by other hands, and everything that is wrong with one, each with its line and pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from casebook.playbooks.export.cacao import write_cacao
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.parse.cacao import is_cacao
from casebook.playbooks.parse.cacao_left import left_behind
from casebook.playbooks.parse.cacao_step import EXTENSION
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.types import CardError, ParsedCard, Skipped

Playbook = dict[str, Any]


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


START, FIRST, SECOND, CONDITION = (
    f"{kind}--{uuid(number)}" for kind, number in (("start", 10), ("action", 11), ("action", 12), ("if-condition", 13))
)


@pytest.fixture
def lighthouse() -> str:
    return (Path(__file__).parents[2] / "data" / "playbooks" / "cacao" / "lighthouse.json").read_text()


def read(playbook: str | Playbook) -> ParsedCard:
    text = playbook if isinstance(playbook, str) else json.dumps(playbook, indent=2)
    card = parse_bytes(text.encode(), name="book.json")
    assert isinstance(card, ParsedCard)
    return card


def refused(playbook: str | Playbook) -> CardError:
    with pytest.raises(CardError) as error:
        read(playbook)
    return error.value


def test_a_playbook_by_other_hands_becomes_a_card(lighthouse: str) -> None:
    card = read(lighthouse)
    assert (card.slug, card.technique, card.parent) == ("T1110.001", "T1110.001", "T1110")
    assert (card.name, card.source_format, card.text) == ("A stranger in the lighthouse", "cacao", lighthouse)
    assert {step.section: [] for step in card.steps}.keys() == {
        "question",
        "criterion",
        "l1_step",
        "t2_action",
        "containment",
    }
    said = [(step.section, step.text) for step in card.steps]
    assert said == [
        ("question", "Were there failed attempts to open the lamp room?"),
        ("criterion", "The lamp went out"),
        ("l1_step", "Read the last two hours of the log."),
        ("l1_step", "Ring the pilot."),
        ("t2_action", "Where was the keeper?"),
        ("containment", "Lock the tower door"),
    ]


def test_what_a_step_says_beside_its_text(lighthouse: str) -> None:
    question, criterion, log, *_ = read(lighthouse).steps
    assert (question.polarity, question.required, question.why) == ("suspicious", True, "Look at the lamp")
    assert criterion.why == "The condition in the playbook it came from: __lamp__:value = 'off'"
    assert (criterion.confirmed, log.options) == (False, {"searches": {"elastic": "lamp.state:off"}})
    assert log.why == "The log is kept at the pier."


def test_what_is_not_held_is_told(lighthouse: str) -> None:
    assert left_behind(lighthouse) == [
        "The condition of 1 step is kept as words: an author writes its expression.",
        "That the branches of 1 step run at the same time is not held.",
        "The waiting time of 1 step is not held.",
        "It has a command of type ssh, which nothing here runs.",
        "Its agents are not held.",
        "Its targets are not held.",
        "Its variables are not held.",
        "Its labels are not held.",
    ]


def test_without_a_technique_the_name_gives_the_slug(lighthouse: str) -> None:
    playbook = json.loads(lighthouse)
    del playbook["external_references"]
    card = read(playbook)
    assert (card.slug, card.technique, card.techniques) == ("a-stranger-in-the-lighthouse", None, ())


def test_json_that_is_no_playbook_is_left_alone() -> None:
    assert isinstance(parse_bytes(b'{"type": "bundle"}', name="x.json"), Skipped)
    assert not is_cacao('["spec_version"]')


def edited(path: str, value: Any) -> Callable[[Playbook], None]:
    def edit(playbook: Playbook) -> None:
        *way, last = path.split("/")
        at: Any = playbook
        for name in way:
            at = at[int(name)] if isinstance(at, list) else at[name]
        if value is None:
            del at[last]
        elif isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value

    return edit


STEP = f"workflow/{FIRST}"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (edited("spec_version", "cacao-1.1"), "/spec_version: must be “cacao-2.0”, not “cacao-1.1”"),
        (edited("name", None), "lacks “name”"),
        (edited("colour", "red"), "has an unknown entry “colour”"),
        (edited("created", "yesterday"), "/created: “yesterday” is not shaped as it must be"),
        (edited(f"{STEP}/type", "loop"), f"/{STEP}/type: “loop” is none of start, end, action,"),
        (edited(f"workflow/loop--{uuid(77)}", {"type": "loop"}), f"/workflow: has an unknown entry “loop--{uuid(77)}”"),
        (edited(f"{STEP}/type", "start"), f"/{STEP}: has an unknown entry"),
        (edited(f"{STEP}/commands", []), f"/{STEP}/commands: must hold at least 1"),
        (edited(f"{STEP}/commands/0/type", "telepathy"), f"/{STEP}/commands/0/type: “telepathy” is none of manual,"),
        (edited(f"{STEP}/commands/0/command", None), f"/{STEP}/commands/0: lacks one of “command”, “command_b64”"),
        (edited(f"{STEP}/commands/0/command", 7), f"/{STEP}/commands/0/command: must be a text"),
        (edited(f"{STEP}/agent", None), f"/{STEP}: lacks “agent”"),
        (edited(f"{STEP}/agent", f"group--{uuid(99)}"), f"/{STEP}/agent: names nobody in “agent_definitions”"),
        (edited(f"{STEP}/targets", [f"linux--{uuid(99)}"]), f"/{STEP}/targets: names nobody in “target_definitions”"),
        (edited(f"{STEP}/on_completion", f"action--{uuid(99)}"), f"/{STEP}/on_completion: names no step of this"),
        (edited(f"{STEP}/on_success", SECOND), f"/{STEP}/on_success: does not belong here"),
        (edited("workflow_start", f"start--{uuid(99)}"), "/workflow_start: names no step of this workflow"),
        (edited(f"workflow/{SECOND}/on_completion", FIRST), f"/workflow/{SECOND}/on_completion: leads back to a step"),
        (edited(f"{STEP}/on_completion", FIRST), f"/{STEP}/on_completion: leads back to a step"),
        (edited(f"{STEP}/commands/0", {"type": "manual", "command_b64": "/w=="}), "is no text in UTF-8"),
        (edited(f"{STEP}/commands/0", {"type": "manual", "command_b64": "AA=="}), "the control character U+0000"),
        (edited(f"{STEP}/commands/0", {"type": "manual", "command": " "}), "says nothing"),
        (edited(f"{STEP}/name", "Turn\u202earound"), "which turns the direction of reading"),
        (edited("name", "x" * 201), "/name: name has 201 characters"),
        (edited("name", "Import"), "is an address of ours"),
    ],
)
def test_refused_with_the_place(lighthouse: str, edit: Callable[[Playbook], None], reason: str) -> None:
    playbook = json.loads(lighthouse)
    edit(playbook)
    if "address" in reason:
        del playbook["external_references"]
    assert reason in refused(playbook).reason


def test_the_line_is_the_one_the_pointer_names(lighthouse: str) -> None:
    text = lighthouse.replace('"type": "ssh"', '"type": "telegraph"')
    error = refused(text)
    assert text.splitlines()[error.line - 1].strip() == '"type": "telegraph",'
    assert str(error).startswith(f"book.json:{error.line}: /workflow/action--{uuid(15)}/commands/0/type: ")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"spec_version": "cacao-2.0",\n "a": 1,\n "a": 2}', 3, "/a: is given twice"),
        ('{"spec_version": "cacao-2.0",\n "a": [1,}', 2, "not JSON: Expecting value (column 10)"),
        ('{"spec_version": "cacao-2.0",\n "a": NaN}', 2, "not JSON: NaN is no JSON value"),
        ('{"spec_version": "cacao-2.0",\n "a": 1e999}', 2, "not JSON: 1e999 is no JSON value"),
        ('{"spec_version": "cacao-2.0", "a": ' + "9" * 5000 + "}", 1, "not JSON: a number is too long"),
        ('{"spec_version": "cacao-2.0", "a": ' + "[" * 5000, 1, "is nested deeper than 40"),
        ('{"spec_version": "cacao-2.0", "a": ' + '{"b":' * 5000, 1, "is nested deeper than 40"),
        ('{"spec_version": "cacao-2.0"} {}', 1, "something follows the document"),
        ('{"spec_version": "cacao-2.0", "name": "\\ud800"}', 1, "half a surrogate pair"),
        ('{"spec_version": "cacao-2.0", "name": "\\u0000"}', 1, "the control character U+0000"),
    ],
)
def test_json_that_cannot_be_taken(text: str, line: int, reason: str) -> None:
    error = refused(text)
    assert reason in error.reason
    assert error.line == line


def test_a_step_given_twice_is_refused_where_it_is_again(lighthouse: str) -> None:
    again = f'  "workflow": {{\n    "{FIRST}": {{"type": "end"}},\n'
    text = lighthouse.replace('  "workflow": {\n', again)
    error = refused(text)
    assert error.reason == f"/workflow/{FIRST}: is given twice"
    assert text.splitlines()[error.line - 1].strip() == f'"{FIRST}": {{'


def long_workflow(number: int) -> Playbook:
    """A chain of actions: start, action 100, action 101, …, end."""
    ids = [f"action--{uuid(100 + at)}" for at in range(number)]
    end, group = f"end--{uuid(2)}", f"group--{uuid(3)}"
    steps: dict[str, Any] = {f"start--{uuid(1)}": {"type": "start", "on_completion": ids[0]}, end: {"type": "end"}}
    for at, (one, follows) in enumerate(zip(ids, [*ids[1:], end], strict=True)):
        command = {"type": "manual", "command": f"Do {at}."}
        steps[one] = {"type": "action", "on_completion": follows, "agent": group, "commands": [command]}
    return {
        "type": "playbook", "spec_version": "cacao-2.0", "id": f"playbook--{uuid(4)}", "name": "A long way",
        "created_by": f"identity--{uuid(5)}", "created": "2026-01-05T08:00:00.000Z",
        "modified": "2026-01-05T08:00:00.000Z", "workflow_start": f"start--{uuid(1)}", "workflow": steps,
        "agent_definitions": {group: {"type": "group", "name": "Us"}},
    }  # fmt: skip


def test_two_hundred_steps_fit_and_more_are_refused() -> None:
    card = read(long_workflow(200))
    assert [step.text for step in card.steps][::199] == ["Do 0.", "Do 199."]
    assert "201 steps in l1_step; a card has at most 200" in refused(long_workflow(201)).reason


def test_ten_thousand_steps_are_refused_by_size() -> None:
    assert re.search(r"larger than a card can be", refused(json.dumps(long_workflow(10_000))).reason)


def test_a_workflow_without_work_is_refused(lighthouse: str) -> None:
    playbook = json.loads(lighthouse)
    end, other = f"end--{uuid(20)}", f"end--{uuid(21)}"
    playbook["workflow"] = {
        START: {"type": "start", "on_completion": end},
        end: {"type": "end"},
        other: {"type": "end"},
    }
    assert refused(playbook).reason == "/workflow: holds nothing that could be a step of a card"
    playbook["workflow"][START]["on_completion"] = other
    assert "holds nothing" in refused(playbook).reason


def test_steps_that_nothing_leads_to_are_left_out_and_told(lighthouse: str) -> None:
    playbook = json.loads(lighthouse)
    playbook["workflow"][FIRST]["on_completion"] = CONDITION
    assert "Ring the pilot." not in [step.text for step in read(playbook).steps]
    assert "1 step that nothing leads to is left out." in left_behind(json.dumps(playbook))


@pytest.fixture
def ours(good: Path) -> Playbook:
    """Our own export of a card."""
    card = parse_bytes((good / "own.yaml").read_bytes(), name="own.yaml")
    assert isinstance(card, ParsedCard)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    playbook: Playbook = json.loads(write_cacao(card, Origin("local", "lighthouse", 1, now, now)))
    return playbook


def step_named(playbook: Playbook, ref: str) -> tuple[str, dict[str, Any]]:
    return next(
        (key, step)
        for key, step in playbook["workflow"].items()
        if step.get("step_extensions", {}).get(EXTENSION, {}).get("ref") == ref
    )


def test_our_own_export_leaves_nothing_behind(ours: Playbook) -> None:
    assert left_behind(json.dumps(ours)) == []


def test_a_wording_that_was_changed_elsewhere_counts(ours: Playbook) -> None:
    _, step = step_named(ours, "failed")
    step["commands"][0]["command"] = "Did anybody try the tower door?"
    step["description"] = "It squeaks."
    changed = next(one for one in read(ours).steps if one.ref == "failed")
    assert (changed.text, changed.why, changed.polarity) == (
        "Did anybody try the tower door?",
        "It squeaks.",
        "suspicious",
    )


def test_a_step_that_was_added_elsewhere_is_read_soberly(ours: Playbook) -> None:
    _, step = step_named(ours, "failed")
    new = {"type": "action", "on_completion": step["on_completion"], "agent": step["agent"]}
    ours["workflow"][FIRST] = new | {"commands": [{"type": "manual", "command": "Count the gulls."}]}
    step["on_completion"] = FIRST
    assert [one.text for one in read(ours).steps if one.section == "l1_step"] == [
        "Count the gulls.",
        "Climb up and look.",
    ]


@pytest.mark.parametrize(
    ("entry", "value", "reason"),
    [
        ("section", "weather", f"/step_extensions/{EXTENSION}/section: must be one of log_source,"),
        ("polarity", "grim", ": polarity “grim” is none of suspicious, benign, open"),
        ("deciding", ["D1"], ": “D1” is no detector id such as D01"),
        ("colour", "red", ": a step has an unknown entry “colour”"),
        ("key", "question:x", ": “question:x” is not shaped like"),
        ("required", "yes", ": required must be true or false"),
    ],
)
def test_an_extension_of_ours_is_judged_like_a_card(ours: Playbook, entry: str, value: Any, reason: str) -> None:
    key, step = step_named(ours, "failed")
    step["step_extensions"][EXTENSION][entry] = value
    error = refused(ours)
    assert reason in error.reason
    assert error.reason.startswith(f"/workflow/{key}")


def test_a_short_name_given_twice_is_refused_at_the_second(ours: Playbook) -> None:
    _, first = step_named(ours, "failed")
    key, _ = step_named(ours, "keeper")
    first["step_extensions"][EXTENSION]["ref"] = "keeper"
    assert refused(ours).reason == f"/workflow/{key}: two steps are called “keeper”"


def test_an_expression_that_names_a_step_taken_out_is_refused(ours: Playbook) -> None:
    key, step = step_named(ours, "failed")
    before = next(one for one in ours["workflow"].values() if one.get("on_completion") == key)
    before["on_completion"] = step["on_completion"]
    assert "names no step of this card: 'failed'" in refused(ours).reason
