from __future__ import annotations

from pathlib import Path

import pytest

from casebook.playbooks.parse.read import parse_bytes, parse_file
from casebook.playbooks.types import CardError, ParsedCard, Skipped


def card(path: Path) -> ParsedCard:
    parsed = parse_file(path)
    assert isinstance(parsed, ParsedCard)
    return parsed


def steps(parsed: ParsedCard, section: str) -> list[str]:
    return [step.text for step in parsed.steps if step.section == section]


def test_prose(good: Path) -> None:
    parsed = card(good / "prose.md")
    assert (parsed.slug, parsed.technique, parsed.parent, parsed.source_format) == ("T1110", "T1110", None, "card")
    assert parsed.tactics == ("Credential Access", "Defense Evasion")
    assert parsed.counts() == {
        "log_source": 2,
        "indicator": 2,
        "question": 3,
        "criterion": 3,
        "l1_step": 2,
        "t2_action": 2,
        "containment": 4,
    }
    assert steps(parsed, "question")[2] == "Was the gate service (gate.service) restarted, and if so, by whom?"
    assert all(parsed.cells[step.section][slice(*step.span)] == step.text for step in parsed.steps)
    assert [step.position for step in parsed.steps if step.section == "question"] == [1, 2, 3]
    assert len({step.key for step in parsed.steps}) == len(parsed.steps)


def test_prose_gets_polarity_bindings_and_unconfirmed_expressions(good: Path) -> None:
    parsed = card(good / "prose.md")
    first, second, third = (step for step in parsed.steps if step.section == "question")
    assert (first.polarity, second.polarity, third.polarity) == ("suspicious", "benign", "open")
    assert any(binding.deciding for binding in first.bindings)
    assert "“failed logins”" in first.bindings[0].rule
    known = next(step for step in parsed.steps if "known malicious" in step.text)
    assert known.expression
    assert {"finding": {"detector": "D22", "answer": "yes"}} in known.expression["any"]
    assert not any(step.confirmed or step.said for step in parsed.steps)


def test_only_the_detectors_there_are_can_be_asked_for(good: Path) -> None:
    parsed = parse_file(good / "prose.md", capabilities={"D02": {}})
    assert isinstance(parsed, ParsedCard)
    assert {binding.detector for step in parsed.steps for binding in step.bindings} == {"D02"}


def test_lists_and_a_row_over_several_lines(good: Path) -> None:
    parsed = card(good / "T9001002_lists.md")
    assert (parsed.technique, parsed.parent) == ("T1595.002", "T1595")
    assert steps(parsed, "log_source") == [
        "**Tide gauge** - Look for gaps. Gaps matter.",
        "Crane logs, version 2.0.",
        "Ferry manifests.",
        "Gull counts (1. white, 2. grey).",
    ]
    assert steps(parsed, "indicator") == ["gauges that jump", "cranes moving at night", "manifests without names."]
    assert steps(parsed, "criterion")[2:] == ["A manifest is forged", "if it is missing."]
    assert steps(parsed, "l1_step")[1] == "Ask the captain's mate."
    assert steps(parsed, "t2_action") == ["Walk the pier", "Read the crane's memory"]
    assert steps(parsed, "containment") == ["Stop the crane", "Close the pier, and\ntell the ferry."]


def test_what_is_no_card_is_skipped(good: Path) -> None:
    assert parse_file(good / "NOTES.md") == Skipped(str(good / "NOTES.md"), "no playbook table in it")
    assert isinstance(parse_bytes(b"\x7fELF\0\0", name="x.md"), Skipped)
    assert isinstance(parse_bytes(b"a: 1\n", name="x.yaml"), Skipped)
    assert parse_bytes(b"", name="x") == Skipped("x", "nothing in it")
    quoting = b"Write it so:\n\ncasebook: 1\nname: x\n"
    assert parse_bytes(quoting, name="howto.md") == Skipped("howto.md", "no playbook table in it")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("| MITRE TTP | T1110 |", "| MITRE TTP | T15 |", 6, "no technique id"),
        ("| MITRE Sub-TTP | N/A |", "| MITRE Sub-TTP | T1111.001 |", 7, "T1111.001 is no sub-technique of T1110"),
        ("| MITRE Sub-TTP | N/A |", "| MITRE Sub-TTP | often |", 7, "no technique id"),
        ("| Key Indicators |", "| Key Omens |", 10, "unknown row “Key Omens”"),
        ("| Key Indicators |", "| Name |", 10, "row “Name” again (first in line 8)"),
        ("| Name | Harbour gate guessing |", "| Name |  |", 8, "the row “Name” is empty"),
        ("Call the porter. Check prior alerts about this gate.", "...", 13, "there is no step"),
    ],
)
def test_refused_with_line_and_reason(good: Path, old: str, new: str, line: int, reason: str) -> None:
    text = (good / "prose.md").read_text()
    assert old in text
    with pytest.raises(CardError) as refused:
        parse_bytes(text.replace(old, new).encode(), name="gate.md")
    assert (refused.value.file, refused.value.line) == ("gate.md", line)
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"gate.md:{line}: ")


def test_a_missing_row_is_named(bad: Path) -> None:
    with pytest.raises(CardError, match=r"missing_row.md:8: the rows “Questions for Analysis”, “Decision for"):
        parse_file(bad / "missing_row.md")


def test_text_that_is_not_utf8_is_refused_at_its_line(good: Path) -> None:
    body = (good / "prose.md").read_bytes().replace(b"Harbour", b"Harb\xf6r")
    with pytest.raises(CardError, match=r"gate.md:8: not UTF-8: byte 0xf6"):
        parse_bytes(body, name="gate.md")


def test_a_card_is_known_by_its_rows_not_by_its_name(good: Path, tmp_path: Path) -> None:
    odd = tmp_path / "000_c0ffee.txt"
    odd.write_bytes(b"\xef\xbb\xbf" + (good / "prose.md").read_bytes().replace(b"\n", b"\r\n"))
    assert card(odd).counts() == card(good / "prose.md").counts()


@pytest.mark.parametrize("spelling", ["T1595.002", "T1595002", "t1595.002", "T1595/002", "T1595.002 - Scanning"])
def test_spellings_of_a_technique(good: Path, spelling: str) -> None:
    text = (good / "T9001002_lists.md").read_text().replace("T1595.002 |", "None |").replace("T1595002", spelling)
    parsed = parse_bytes(text.encode(), name="x")
    assert isinstance(parsed, ParsedCard)
    assert parsed.technique == "T1595.002"


def test_cards_as_found_in_the_wild(found_cards: Path) -> None:
    parsed = [parse_file(path) for path in sorted(found_cards.iterdir())]
    taken = [one for one in parsed if isinstance(one, ParsedCard)]
    assert len(taken) == 68
    assert [one.path.rpartition("/")[2] for one in parsed if isinstance(one, Skipped)] == ["README.md"]
    assert all(min(one.counts().values()) > 0 for one in taken)
    assert 275 <= sum(one.counts()["question"] for one in taken) <= 285
    own = next(one for one in taken if one.slug == "T1589")
    assert list(own.counts().values()) == [3, 4, 4, 3, 4, 4, 5]
    assert [step.polarity for step in own.steps if step.section == "question"] == ["suspicious"] * 4
    bound = [{binding.detector for binding in step.bindings} for step in own.steps if step.section == "question"]
    assert all(few <= found for few, found in zip(({"D01"}, {"D07"}, {"D11"}, {"D05"}), bound, strict=True))


def test_what_no_card_needs_is_turned_away_before_it_costs(good: Path) -> None:
    text = (good / "prose.md").read_text()
    endless = text.replace("Call the porter.", "Call. " * 201).encode()
    with pytest.raises(CardError, match=r"gate.md:13: 202 steps in one section; a card has at most 200"):
        parse_bytes(endless, name="gate.md")
    with pytest.raises(CardError, match=r"gate.md:1: larger than a card can be \(256 KiB\)"):
        parse_bytes(text.encode() + b" " * (256 << 10), name="gate.md")
    assert isinstance(parse_bytes(b"harbour " * (256 << 10), name="gate.md"), Skipped)
