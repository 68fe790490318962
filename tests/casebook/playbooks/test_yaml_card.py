from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from casebook.playbooks.expression import steps_of
from casebook.playbooks.keys import step_key
from casebook.playbooks.parse.read import parse_bytes, parse_file
from casebook.playbooks.parse.yaml_step import LOOKUPS
from casebook.playbooks.types import Binding, CardError, ParsedCard, ParsedStep
from config.plugins import ENRICHERS


def card(path: Path) -> ParsedCard:
    parsed = parse_file(path)
    assert isinstance(parsed, ParsedCard)
    return parsed


def step(parsed: ParsedCard, ref: str) -> ParsedStep:
    return next(one for one in parsed.steps if one.ref == ref)


def test_everything_a_step_can_hold(good: Path) -> None:
    parsed = card(good / "own.yaml")
    assert (parsed.slug, parsed.technique, parsed.parent) == ("lighthouse", "T1110.001", "T1110")
    assert parsed.techniques == ("T1110.001", "T1078")
    assert parsed.also_for == ("T1133",)
    failed, keeper = step(parsed, "failed"), step(parsed, "keeper")
    assert failed.key == step_key("question", failed.text)
    assert failed.bindings == (Binding("D01", True, "said by the card's author"),)
    assert (failed.required, failed.why) == (True, "It is steep.")
    assert (keeper.key, keeper.polarity, keeper.required) == ("question:0123456789ab", "benign", False)
    assert keeper.means == "The keeper may."
    assert step(parsed, "flicker").bindings[1].deciding is False
    assert parsed.steps[0].options == {"kinds": ["authentication"], "searches": {"splunk": 'index=lamp user="{user}"'}}
    assert parsed.steps[-1].options == {"action": "block_address", "targets": ["ip"]}


def test_expressions_speak_of_keys(good: Path) -> None:
    parsed = card(good / "own.yaml")
    first, second = (one for one in parsed.steps if one.section == "criterion")
    assert first.confirmed
    assert first.expression
    assert steps_of(first.expression) == tuple(step(parsed, ref).key for ref in ("failed", "keeper", "flicker"))
    assert (second.expression, second.confirmed) == (None, False)


def test_spans_stand_in_the_cell(good: Path) -> None:
    parsed = card(good / "own.yaml")
    assert all(parsed.cells[one.section][slice(*one.span)] == one.text for one in parsed.steps)
    assert parsed.cells["question"] == "Did anybody fail to climb the tower?\nWas it the keeper?"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("casebook: 1", "casebook: 2", 1, "this reads format 1"),
        ("technique: T1110.001", "technique: T11", 4, "“T11” is no technique id"),
        ("slug: lighthouse", "colour: red", 2, "unknown entry “colour”"),
        ("name: Lighthouse", "slug: again\nname: Lighthouse", 3, "gives “slug” twice"),
        ("polarity: suspicious", "polarity: grim", 21, "polarity “grim” is none of suspicious, benign, open"),
        ("deciding: [D02]", "deciding: [D2]", 16, "“D2” is no detector id"),
        ("deciding: [D02]", "deciding: [D09]", 17, "D09 is bound twice"),
        ("      deciding: [D02]\n", "", 16, "supporting detectors alone"),
        ("id: keeper", "id: failed", 24, "two steps are called “failed”"),
        ("kinds: [authentication]", "kinds: [tides]", 11, "a kind “tides” is none of"),
        ("action: block_address", "action: sink", 47, "action “sink” is none of"),
        ("step: keeper", "step: cook", 34, "names no step of this card: 'cook'"),
        ("figure: peak, ", "", 34, "needs figure, op, n together"),
        ('value: "yes"}', "value: yes}", 34, "True is none of"),
        ("required: false", "required: sometimes", 28, "required must be true or false"),
        ("- text: The coast guard says so.", "- text: So.\n      confirmed: true", 41, "no expression to confirm"),
        ("  t2_action:\n    - text: Ask the ships.\n", "", 9, "steps lacks “t2_action”"),
        ("text: Climb up and look.", "text:", 42, "text must be a text"),
        ("why: It is steep.", "why: [It, is", 24, "not YAML"),
        ("key: question:0123456789ab", "key: q", 25, "is not shaped like"),
    ],
)
def test_refused_with_line_and_reason(good: Path, old: str, new: str, line: int, reason: str) -> None:
    text = (good / "own.yaml").read_text()
    assert old in text
    with pytest.raises(CardError) as refused:
        parse_bytes(text.replace(old, new).encode(), name="own.yaml")
    assert reason in refused.value.reason
    assert refused.value.line == line


def test_bad_files(bad: Path) -> None:
    with pytest.raises(CardError, match=r"unknown_entry.yaml:4: the card has an unknown entry “colour”"):
        parse_file(bad / "unknown_entry.yaml")
    with pytest.raises(CardError, match=r"alias.yaml:4: aliases"):
        parse_file(bad / "alias.yaml")


def test_a_card_for_no_technique_needs_a_name_of_its_own() -> None:
    with pytest.raises(CardError, match="needs a slug"):
        parse_bytes(b"casebook: 1\nname: x\nsteps: {}\n", name="x.yaml")


def test_deep_nesting_is_refused_not_followed() -> None:
    body = b"casebook: 1\nsteps: " + b"[" * 5000
    with pytest.raises(CardError):
        parse_bytes(body, name="deep.yaml")


def test_whatever_an_enricher_is_asked_about_may_be_looked_up() -> None:
    """Casebook cannot import the enrichers, so here its list is held to what they declare."""
    declared = {kind for path in ENRICHERS.values() for kind in import_string(path).types}
    assert set(LOOKUPS) == declared
    assert len(set(LOOKUPS)) == len(LOOKUPS)


@pytest.mark.parametrize("kind", LOOKUPS)
def test_a_step_may_name_each_kind_to_look_up(good: Path, kind: str) -> None:
    parsed = parse_bytes(_looking_up(good, kind), name="own.yaml")
    assert isinstance(parsed, ParsedCard)
    assert parsed.steps[0].options["lookups"] == [kind]


def test_what_is_no_kind_is_not_looked_up(good: Path) -> None:
    with pytest.raises(CardError, match="a lookup “colour” is none of ip, cidr, "):
        parse_bytes(_looking_up(good, "colour"), name="own.yaml")


def _looking_up(good: Path, kind: str) -> bytes:
    kinds = "      kinds: [authentication]\n"
    text = (good / "own.yaml").read_text()
    assert kinds in text
    return text.replace(kinds, f"{kinds}      lookups: [{kind}]\n", 1).encode()
