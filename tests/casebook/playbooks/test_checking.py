"""Every mistake of a text at its line."""

from __future__ import annotations

import pytest

from casebook.playbooks.checking import check, has_comments
from tests.casebook.playbooks.test_edits import CHECKOUT

GOOD = (CHECKOUT / "tests/data/playbooks/good/own.yaml").read_text()


def at(text: str, part: str) -> list[int]:
    return [n for n, line in enumerate(text.splitlines(), start=1) if part in line]


def test_a_good_card_has_no_flaw() -> None:
    checked = check(GOOD)
    assert checked.card is not None
    assert checked.flaws == ()


def test_all_mistakes_of_all_steps_are_told_together() -> None:
    broken = GOOD.replace("polarity: suspicious", "polarity: odd").replace("action: block_address", "action: shoot")
    broken = broken.replace("kinds: [authentication]", "kinds: [smoke]")
    flaws = check(broken).flaws
    assert [flaw.line for flaw in flaws] == sorted(at(broken, "odd") + at(broken, "shoot") + at(broken, "smoke"))


def test_a_rule_that_speaks_of_no_step_is_told_with_its_place() -> None:
    broken = GOOD.replace("answer: {step: failed", "answer: {step: fell")
    (flaw,) = check(broken).flaws
    assert flaw.line == at(broken, "any:")[0]
    assert flaw.reason == "any[0].all[0].answer.step: names no step of this card: 'fell'"


@pytest.mark.parametrize("text", ["", "{", "casebook: 1\n", "a: &x 1\nb: *x\n", "casebook: 2\nname: x\nsteps: {}\n"])
def test_what_is_no_card_at_all_has_one_flaw(text: str) -> None:
    checked = check(text)
    assert checked.card is None
    assert len(checked.flaws) == 1
    assert checked.flaws[0].line >= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # said aside\n", True),
        ("# at the top\na: 1\n", True),
        ("a: 1\n# at the end\n", True),
        ("a: '# not one'\nb: x#y\n", False),
        ("a: >-\n  folded # text\nb: |\n  # also text\n", False),
        ("a: 1\n", False),
        ("{", False),
    ],
)
def test_comments_are_told_from_text(text: str, expected: bool) -> None:
    assert has_comments(text) is expected
