"""What leaves: YAML as a person would write it, Markdown our reader takes, CACAO others can follow, and the losses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from casebook.actor import Automation
from casebook.models import Playbook, PlaybookVersion
from casebook.playbooks.export.cacao import write_cacao
from casebook.playbooks.export.cacao_condition import Conditions
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.export.card import LABELS, write_card
from casebook.playbooks.export.losses import losses
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.export.render import FORMATS, export
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.importer import import_files
from casebook.playbooks.parse.card import ROWS
from casebook.playbooks.parse.read import parse_bytes, parse_file
from casebook.playbooks.schemas import first_problem
from casebook.playbooks.stored import card_of, steps_of
from casebook.playbooks.types import Binding, ParsedCard, ParsedStep

ORIGIN = Origin("local", "lighthouse", 3, datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, 9, 30, tzinfo=UTC))
AUTHOR = Automation(name="tests")


def card(path: Path) -> ParsedCard:
    parsed = parse_file(path)
    assert isinstance(parsed, ParsedCard)
    return parsed


def read(text: str) -> ParsedCard:
    parsed = parse_bytes(text.encode(), name="export")
    assert isinstance(parsed, ParsedCard)
    return parsed


def said(one: ParsedCard) -> ParsedCard:
    """Without what is of the file."""
    steps = tuple(replace(step, span=(0, 0), ref="") for step in one.steps)
    return replace(one, text="", sha256="", source_format="", cells={}, steps=steps)


def test_yaml_reads_as_a_person_writes(good: Path) -> None:
    text = write_yaml(card(good / "own.yaml"))
    assert text.startswith("casebook: 1\nslug: lighthouse\nname: Lighthouse keeper's card\ntechnique: T1110.001\n")
    assert "techniques: [T1078]\nalso_for: [T1133]\ntactics: [Credential Access]\n\nsteps:\n  log_source:\n" in text
    assert '              - answer: {step: failed, value: ["yes", partly]}\n' in text
    assert "            supporting: true\n" in text
    assert "      key: question:0123456789ab\n" in text
    assert text.count("key:") == 1  # the others are what their text gives
    assert "      required: false\n" in text


def test_long_text_is_folded_and_odd_text_is_quoted() -> None:
    long = "the lamp " * 30 + "went out"
    step = ParsedStep("t2_action", 1, long, (0, 0), "t2_action:000000000000", why="yes", means="a\u2028b")
    text = write_yaml(ParsedCard("book", None, None, (), (), "Two\nlines", "", "", "", (step,), {}))
    assert "      text: >-\n        the lamp the lamp" in text
    assert max(map(len, text.splitlines())) <= 120
    assert '      why: "yes"\n' in text
    assert '      means: "a\\Lb"\n' in text
    assert "name: |-\n  Two\n  lines\n" in text


def test_rules_of_proposals_are_kept_beside_what_an_author_said() -> None:
    bound = (Binding("D01", True, "speaks of “failed”"), Binding("D02", False, "said by the card's author"))
    step = ParsedStep("question", 1, "Did it fail?", (0, 0), "question:000000000000", bindings=bound)
    text = write_yaml(ParsedCard("book", None, None, (), (), "Book", "", "", "", (step,), {}))
    assert "deciding: [D01]\n      supporting: [D02]\n      bound_by:\n        D01: speaks of “failed”\n" in text


def test_short_names_are_the_authors_or_made_from_the_text_and_never_twice() -> None:
    texts = [
        "Did sign-ins to the same accounts fail?",
        "Did sign-ins to the same accounts fail again?",
        "¿Qué?",
        "Was it?",
    ]
    steps = [ParsedStep("question", at, text, (0, 0), f"question:{at:012x}") for at, text in enumerate(texts, 1)]
    steps.append(ParsedStep("l1_step", 1, "Ring.", (0, 0), "l1_step:000000000000", ref="sign-ins-same-accounts-fail"))
    assert list(refs_of(steps).values()) == [
        "sign-ins-same-accounts-fail",
        "sign-ins-same-accounts-fail-2",
        "sign-ins-same-accounts-fail-3",
        "qu",
        "question-4",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_our_own_library_survives_every_format_that_can_hold_it(cards: Path, name: str) -> None:
    for path in sorted(cards.glob("*.yaml")):
        one = card(path)
        made = export(one, name, ORIGIN)
        if name == "card":
            assert made.not_held, path.name
        else:
            assert (made.not_held, said(read(made.text))) == ([], said(one)), path.name


def test_cards_by_other_hands_survive_every_format(found_cards: Path) -> None:
    for path in sorted(found_cards.glob("T*.md")):
        one = card(path)
        one = replace(
            one, steps=tuple(replace(step, expression_rule=step.expression_rule[:300].strip()) for step in one.steps)
        )
        assert said(read(write_yaml(one))) == said(one), path.name
        assert said(read(write_cacao(one, ORIGIN))) == said(one), path.name
        assert export(one, "card", ORIGIN).text == one.text, path.name
        assert losses(card(path), write_card(replace(one, source_format="yaml"))) == [], path.name


def test_a_markdown_card_has_the_rows_the_reader_knows(good: Path) -> None:
    assert [LABELS[name].casefold() for name in ROWS.values()] == list(ROWS)
    rows = write_card(card(good / "own.yaml")).splitlines()
    assert rows[:2] == ["| Column Name | Value |", "|---|---|"]
    assert "| Questions for Analysis | 1. Did anybody fail to climb the tower?<br>2. Was it the keeper? |" in rows
    assert "| MITRE TTP | T1110.001, T1078 |" in rows


@pytest.mark.parametrize(
    ("section", "texts", "cell"),
    [
        ("l1_step", ["Ring the pilot.", "Look. Then look again."], "1. Ring the pilot.<br>2. Look. Then look again."),
        ("l1_step", ["Look at A.<br>Then at B."], "['Look at A.<br>Then at B.']"),
        ("question", ["Who was there?", "Why? And when?"], "1. Who was there?<br>2. Why? And when?"),
        ("t2_action", ["Read a|b."], "1. Read a\\|b."),
    ],
)
def test_a_cell_takes_the_first_style_that_reads_back(good: Path, section: str, texts: list[str], cell: str) -> None:
    one = card(good / "own.yaml")
    steps = tuple(ParsedStep(section, at, text, (0, 0), f"{section}:{at:012x}") for at, text in enumerate(texts, 1))
    others = tuple(step for step in one.steps if step.section != section)
    written = write_card(replace(one, steps=(*others, *steps), cells={}))
    assert f"| {LABELS[section]} | {cell} |" in written.splitlines()


def test_losses_are_told_in_sentences(good: Path) -> None:
    one = card(good / "own.yaml")
    told = losses(one, write_card(one))
    assert "The slug: “lighthouse” here, “T1110.001” when read again." in told
    assert "The key by which versions are compared of 1 step." in told
    assert "The expression of 1 step." in told
    assert "The saved searches of 1 step." in told
    assert losses(one, write_yaml(one)) == []


def test_what_could_not_even_be_imported_is_told(cards: Path) -> None:
    general = card(cards / "general.yaml")
    assert losses(general, write_card(general))[0].startswith(
        "A card like this would be refused on import: “N/A” is no"
    )
    assert losses(general, "words") == ["A card like this would not be taken for one: no playbook table in it."]


def test_cacao_can_be_followed_from_start_to_end(cards: Path) -> None:
    playbook = json.loads(write_cacao(card(cards / "T1589.yaml"), ORIGIN))
    steps, at, seen = playbook["workflow"], playbook["workflow_start"], []
    while at:
        seen.append(steps[at].get("name", steps[at]["type"]))
        at = steps[at].get("on_completion")
    assert len(seen) == 1 + 3 + 4 + 4 + 4 + 3 + 1 + 1  # start, what Tier 1 does, criteria, Tier 2's branch, end
    assert (seen[0], seen[-2:]) == ("start", ["Handed over to Tier 2", "end"])
    ends = [
        step["on_completion"]
        for step in steps.values()
        if steps.get(step.get("on_completion", ""), {}).get("type") == "end"
    ]
    assert len(ends) == len(set(ends)) == 5  # every branch has an end of its own
    assert playbook["external_references"][0]["url"] == "https://attack.mitre.org/techniques/T1589/"
    assert (playbook["created"], playbook["modified"]) == ("2026-01-05T00:00:00.000Z", "2026-02-05T09:30:00.000Z")


def test_cacao_ids_follow_the_version_and_nothing_else(good: Path) -> None:
    one = card(good / "own.yaml")
    first, again = (json.loads(write_cacao(one, ORIGIN)) for _ in range(2))
    later = json.loads(write_cacao(one, replace(ORIGIN, number=4)))
    other = json.loads(write_cacao(one, replace(ORIGIN, library="harbour")))
    assert first == again
    assert first["id"] == later["id"] != other["id"]
    assert first["workflow"].keys().isdisjoint(later["workflow"].keys() | other["workflow"].keys())
    assert all(key.split("--")[1][14] == "4" for key in first["workflow"])  # CACAO: version 4 for every step


def test_a_criterion_without_a_confirmed_expression_is_for_a_person(good: Path) -> None:
    playbook = json.loads(write_cacao(card(good / "own.yaml"), ORIGIN))
    conditions = [step["condition"] for step in playbook["workflow"].values() if step["type"] == "if-condition"]
    assert conditions == [
        "(__answer_failed__:value IN ('yes', 'partly') AND __answer_keeper__:value NOT = 'yes')"
        " OR (__finding_d02__:value = 'yes' AND __finding_d02_peak__:value >= 8)",
        "__answer_coast_guard_says_so__:value = 'met'",
        "__escalate__:value = 'true'",
    ]
    assert playbook["playbook_variables"]["__finding_d02_peak__"]["type"] == "float"


def alert(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"alert": {"field": field, "op": op} | ({} if value is None else {"value": value})}


NEITHER = {"not": {"all": [{"answer": {"step": "q", "value": "no"}}, {"not": alert("x", "<", 2)}]}}
SCORED = {"lookup": {"type": "ip", "result": "listed", "op": ">", "score": 3}}
EITHER_TYPE = {"lookup": {"type": ["ip", "url"], "result": "listed"}}


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        (alert("severity", ">=", "high"), "__alert_severity__:value IN ('high', 'critical')"),
        (alert("rule.id", "=", "it's"), "__alert_rule_id__:value = 'it\\'s'"),
        (alert("tags", "exists"), "__alert_tags__:value != ''"),
        (alert("t", "contains", ["a", "b"]), "__alert_t__:value LIKE '%a%' OR __alert_t__:value LIKE '%b%'"),
        (alert("t", "in", ["a", "b"]), "__alert_t__:value IN ('a', 'b')"),
        (SCORED, "__lookup_ip__:value = 'listed' AND __lookup_ip_score__:value > 3"),
        (EITHER_TYPE, "__lookup_ip__:value = 'listed' OR __lookup_url__:value = 'listed'"),
        ({"finding": {"detector": "D05", "scope": "elsewhere"}}, "__finding_d05_elsewhere__:value = 'yes'"),
        (NEITHER, "__answer_q__:value NOT = 'no' OR __alert_x__:value < 2"),
    ],
)
def test_expressions_as_conditions(expression: dict[str, Any], condition: str) -> None:
    assert Conditions({"q": "__answer_q__"}).of(expression) == condition


def test_the_schema_is_not_a_rubber_stamp(good: Path) -> None:
    playbook = json.loads(write_cacao(card(good / "own.yaml"), ORIGIN))
    assert first_problem(playbook, "cacao-2.0") is None
    for name in ("type", "id", "created_by", "modified", "workflow"):
        problem = first_problem({key: value for key, value in playbook.items() if key != name}, "cacao-2.0")
        assert problem == ((), f"lacks “{name}”")


@pytest.mark.django_db
class TestStored:
    """Of what lies in the database."""

    def imported(self, path: Path) -> PlaybookVersion:
        import_files(AUTHOR, [path], library="stored")
        return PlaybookVersion.objects.filter(playbook__library="stored").latest("pk")

    def test_a_stored_version_says_what_was_imported(self, good: Path) -> None:
        version = self.imported(good / "own.yaml")
        assert card_of(version) == card(good / "own.yaml")
        assert [step.ref for step in steps_of(version)] == [""] * len(card_of(version).steps)

    def test_a_file_goes_out_as_it_came_in_while_it_says_the_same(self, good: Path) -> None:
        version = self.imported(good / "own.yaml")
        stored = card_of(version)
        assert export(stored, "yaml", ORIGIN).text == version.card
        changed = replace(stored, name="Another", text=version.card)
        assert export(changed, "yaml", ORIGIN).text.startswith("casebook: 1\nslug: lighthouse\nname: Another\n")

    @pytest.mark.parametrize("name", FORMATS)
    def test_importing_an_export_changes_no_step_and_no_key(self, good: Path, tmp_path: Path, name: str) -> None:
        version = self.imported(good / "T9001002_lists.md")
        made = export(card_of(version), name, ORIGIN)
        file = tmp_path / f"export.{FORMATS[name].extension}"
        file.write_text(made.text)
        import_files(AUTHOR, [file], library="stored")
        newest = PlaybookVersion.objects.filter(playbook__library="stored").latest("pk")
        assert Playbook.objects.filter(library="stored").count() == 1
        assert newest.number == (1 if name == "card" else 2)  # the same Markdown again is no new version
        assert [(step.key, step.text) for step in steps_of(newest)] == [
            (step.key, step.text) for step in steps_of(version)
        ]
        assert [step.polarity for step in steps_of(newest)] == [step.polarity for step in steps_of(version)]
