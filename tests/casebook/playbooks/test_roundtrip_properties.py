"""Any card goes out and comes back the same: our YAML and CACAO exactly, a Markdown card as far as it says it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casebook.playbooks.export.cacao import write_cacao
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.export.card import write_card
from casebook.playbooks.export.losses import losses
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.export.yaml_text import COLUMNS
from casebook.playbooks.keys import unique_keys
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.parse.text import hidden_in
from casebook.playbooks.parse.yaml_step import ACTIONS, AUTHOR, EVENT_KINDS, LOOKUPS, TARGETS
from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.techniques import parent_of
from casebook.playbooks.types import POLARITIES, SECTIONS, Binding, ParsedCard, ParsedStep

ORIGIN = Origin("local", "book", 3, datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC))
MANY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


SOME = [
    "the", "lamp", "was", "off", "at", "dawn:", "keeper's", "#", "“log”", "-", "1.", "yes", "null", "e.g.", "a|b",
    "{x}", "[y]", "&&", "*z*", "\\",
]  # fmt: skip


TRAPS = [
    "yes",
    "1.0",
    "null",
    "- a",
    "a: b",
    "x #y",
    "'",
    '"',
    "|-",
    "--- x",
    "a\n\n b",
    "a \nb",
    "a\u00a0b",
    "a\u2028b",
    "a\ufeffb",
    "é\U0001f600",
]
"""What a careless writer of YAML, JSON or Markdown would lose."""

anything = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=40)
sentence = st.lists(st.sampled_from(SOME), min_size=1, max_size=30).map(" ".join)


def sound(value: str) -> bool:
    return bool(value) and not hidden_in(value)


texts = (sentence | anything | st.sampled_from(TRAPS)).map(str.strip).filter(sound)
short = (anything | st.sampled_from(TRAPS)).map(str.strip).filter(sound)
technique = st.sampled_from(["T1110", "T1110.001", "T1078.004", "T1589"])
detectors = st.lists(st.sampled_from(["D01", "D02", "D09", "D24"]), unique=True, max_size=3)


def atoms(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    answer = st.fixed_dictionaries(
        {"step": st.sampled_from(keys), "value": st.sampled_from(["yes", "no", ["yes", "partly"], ["cannot_tell"]])}
    )
    finding = st.fixed_dictionaries(
        {"detector": st.just("D05"), "answer": st.just("yes")},
        optional={"at": st.sampled_from(keys), "scope": st.sampled_from(["case", "elsewhere"])},
    )
    counted = st.builds(
        lambda n: {"detector": "D01", "figure": "attempts", "op": ">=", "n": n},
        st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    )
    lookup = st.sampled_from(
        [{"type": ["ip", "url"], "result": "listed"}, {"type": "ip", "result": "listed", "op": "<", "score": 3}]
    )
    alert = st.builds(lambda value: {"field": "rule.id", "op": "contains", "value": value}, texts) | st.just(
        {"field": "severity", "op": ">", "value": "low"}
    )
    named = [("answer", answer), ("finding", finding | counted), ("lookup", lookup), ("alert", alert)]
    return st.one_of([one.map(lambda value, name=name: {name: value}) for name, one in named])


def expressions(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        atoms(keys),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda members: {"all": members}),
            st.lists(inner, min_size=1, max_size=3).map(
                lambda members: {"any": [*members[:1], *map(supporting, members[1:])]}
            ),
            inner.filter(lambda one: "supporting" not in str(one)).map(lambda one: {"not": one}),
        ),
        max_leaves=5,
    )


def supporting(member: dict[str, Any]) -> dict[str, Any]:
    return {**member, "supporting": True}


OPTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "log_source": {"kinds": st.lists(st.sampled_from(EVENT_KINDS), unique=True, max_size=3)},
    "containment": {
        "action": st.sampled_from(ACTIONS),
        "targets": st.lists(st.sampled_from(TARGETS), unique=True, max_size=3),
    },
}
COMMON = {
    "searches": st.dictionaries(st.sampled_from(["splunk", "elastic", "yes", "a: b"]), texts, max_size=2),
    "lookups": st.lists(st.sampled_from(LOOKUPS), unique=True, max_size=2),
}


@st.composite
def bindings(draw: st.DrawFn) -> tuple[Binding, ...]:
    names = draw(detectors)
    deciding = draw(st.integers(1, max(1, len(names))))
    rules = st.just(AUTHOR) | texts
    return tuple(Binding(name, at < deciding, draw(rules)) for at, name in enumerate(names))


@st.composite
def steps_of(draw: st.DrawFn, section: str) -> list[ParsedStep]:
    found = draw(st.lists(texts, min_size=1, max_size=2))
    made = unique_keys(section, found)
    moved = draw(st.sampled_from([made, [f"{section}:{at:012x}" for at in range(len(found))]]))
    return [draw(a_step(section, at, text, key)) for at, (text, key) in enumerate(zip(found, moved, strict=True), 1)]


@st.composite
def a_step(draw: st.DrawFn, section: str, position: int, text: str, key: str) -> ParsedStep:
    proposed = propose_polarity(section, text)
    polarity, rule = proposed.value, proposed.rule
    if section in ("indicator", "question") and draw(st.booleans()):
        polarity, rule = (
            draw(st.sampled_from(POLARITIES)),
            draw(st.just(AUTHOR) | short),
        )
    return ParsedStep(
        section=section, position=position, text=text, span=(0, 0), key=key, polarity=polarity, polarity_rule=rule,
        required=draw(st.booleans()), why=draw(st.just("") | texts),
        means=draw(st.just(what_yes_means(section, polarity)) | texts),
        bindings=draw(bindings()) if section in ("indicator", "question", "l1_step") else (),
        options=draw(st.fixed_dictionaries({}, optional=COMMON | OPTIONS.get(section, {}))),
    )  # fmt: skip


@st.composite
def cards(draw: st.DrawFn) -> ParsedCard:
    steps = [step for section in SECTIONS for step in draw(steps_of(section))]
    keys = [step.key for step in steps if step.section in ("indicator", "question", "l1_step")]
    steps = [draw(with_expression(step, keys)) if step.section == "criterion" else step for step in steps]
    own = draw(st.none() | technique)
    others = [one for one in draw(st.lists(technique, unique=True, max_size=3)) if one != own]
    return ParsedCard(
        slug=draw(st.sampled_from(["T1110", "book", "0", "No.7_a-b", "x" * 60])),
        technique=own, parent=parent_of(own) if own else None, techniques=tuple([own, *others] if own else others),
        tactics=tuple(draw(st.lists(short, max_size=2))),
        name=draw(short), source_format="", text="", sha256="", steps=tuple(steps),
        cells={}, also_for=tuple(draw(st.lists(technique, unique=True, max_size=2))),
    )  # fmt: skip


@st.composite
def with_expression(draw: st.DrawFn, step: ParsedStep, keys: list[str]) -> ParsedStep:
    expression = draw(st.none() | expressions(keys))
    if expression is None:
        return step
    rule = draw(st.just("") | short)
    return replace(step, expression=expression, expression_rule=rule, confirmed=draw(st.booleans()))


def read(text: str) -> ParsedCard:
    card = parse_bytes(text.encode(), name="export")
    assert isinstance(card, ParsedCard)
    return card


def plain(card: ParsedCard) -> ParsedCard:
    """The card without what is of a file and not of what it says; short names are made where an author gave none."""
    steps = tuple(replace(step, span=(0, 0), ref="") for step in card.steps)
    return replace(card, text="", sha256="", source_format="", cells={}, steps=steps)


@MANY
@given(cards())
def test_yaml_says_all_of_any_card(card: ParsedCard) -> None:
    text = write_yaml(card)
    again = read(text)
    assert plain(again) == card
    assert write_yaml(again) == text
    assert losses(card, text) == []


@MANY
@given(cards())
def test_cacao_says_all_of_any_card(card: ParsedCard) -> None:
    text = write_cacao(card, ORIGIN)
    again = read(text)
    assert plain(again) == card
    assert write_cacao(again, ORIGIN) == text
    assert losses(card, text) == []


@MANY
@given(cards())
def test_a_markdown_card_loses_nothing_it_does_not_tell(card: ParsedCard) -> None:
    written = write_card(card)
    told = losses(card, written)
    if any("refused" in one or "would not be taken" in one for one in told):
        return
    again = read(written)
    if not any(one.startswith(("The exact wording", "The division")) for one in told):
        assert [step.text for step in again.steps] == [step.text for step in card.steps]
    if not any(one.startswith("The techniques:") for one in told):
        assert again.techniques == card.techniques
    assert again.name == card.name or any(one.startswith("The name:") for one in told)


@MANY
@given(sentence)
@example("the lamp " * 60 + "x")
def test_a_line_is_no_longer_than_it_must_be(text: str) -> None:
    step = ParsedStep("t2_action", 1, text.strip(), (0, 0), "t2_action:000000000000")
    card = ParsedCard("book", None, None, (), (), "Book", "", "", "", (step,), {})
    assert max(map(len, write_yaml(card).splitlines())) <= COLUMNS
