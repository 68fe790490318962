from __future__ import annotations

import time

import pytest

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.detector_words import RULES
from casebook.playbooks.parse.read import KNOWN_BY_WORDS as ALL
from casebook.playbooks.propose import propose_bindings
from tests.casebook.playbooks.asked import ASKED, KNOWN, NEAR_MISS, NOBODY
from tests.casebook.playbooks.unseen import CASES
from tests.casebook.playbooks.unseen_wordings import CASES as WORDINGS

Pair = tuple[str, str]


def _bound(text: str, polarity: str, section: str = "question") -> list[str]:
    return [binding.detector for binding in propose_bindings(section, text, polarity, ALL)]


@pytest.mark.parametrize(
    ("text", "detectors"),
    [
        ("Have logins failed again for the usernames of the crew?", ["D01", "D03", "D04"]),
        ("Did logins fail from one IP address in a pattern?", ["D02", "D09"]),
        ("Did one host try username variations?", ["D03"]),
        ("Was there a success after failed sign-ins?", ["D01", "D02", "D05"]),
        ("Do ships come from outside the corporate harbour?", ["D07"]),
        ("Did it happen outside normal business hours?", ["D08"]),
        ("Are the addresses known to be malicious?", ["D22"]),
        ("Are there earlier alerts about this ship?", ["D24"]),
        ("Is the lamp lit?", []),
        ("Did the keeper fail to log the weather?", []),
        ("Was an e-mail address malicious?", []),
    ],
)
def test_precision_before_recall(text: str, detectors: list[str]) -> None:
    assert _bound(text, "suspicious") == detectors


def test_every_detector_but_none_twice_has_words() -> None:
    assert sorted(ALL) == [f"D{number:02}" for number in range(1, 25)]
    assert {rule.detector for rule in RULES} == ASKED.keys() | {"D23"}


@pytest.mark.parametrize(("detector", "text"), [(detector, text) for detector in ASKED for text in ASKED[detector]])
def test_what_a_detector_tells(detector: str, text: str) -> None:
    assert detector in _bound(text, "suspicious")


@pytest.mark.parametrize(
    ("detector", "text"), [(detector, text) for detector in NEAR_MISS for text in NEAR_MISS[detector]]
)
def test_what_only_sounds_like_it(detector: str, text: str) -> None:
    assert detector not in _bound(text, "open")


@pytest.mark.parametrize("text", KNOWN)
def test_what_only_the_organisation_knows(text: str) -> None:
    assert _bound(text, "benign") == ["D23"]


@pytest.mark.parametrize("text", NOBODY)
def test_analyst_only(text: str) -> None:
    assert _bound(text, "open") == []


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Was the login outside business hours approved by an administrator?", "benign"),
        ("Is the brute force against the account part of a penetration test?", "benign"),
        ("Was an approved user added to a privileged group without reason?", "suspicious"),
    ],
)
def test_a_yes_never_stands_for_the_opposite(text: str, polarity: str) -> None:
    """The one question is for known and expected only, the other for all but that."""
    assert _bound(text, "open"), "the words alone would bind it"
    assert ("D23" in _bound(text, polarity)) == (polarity == "benign")
    assert set(_bound(text, "benign")) <= {"D23"}


def test_the_rule_quotes_the_words() -> None:
    (binding,) = propose_bindings("question", "Was the Domain listed by `threat intelligence`?", "suspicious", ALL)
    assert binding.to_json() == {
        "detector": "D22",
        "deciding": True,
        "rule": "speaks of “threat intelligence”, “domain”",
    }


def test_only_what_may_be_proposed_is() -> None:
    text = "Have logins failed again for the usernames of the crew?"
    bound = propose_bindings("question", text, "suspicious", {"D01": {}, "D05": {}})
    assert [one.detector for one in bound] == ["D01"]


def test_support_alone_is_not_proposed() -> None:
    text = "Have logins failed again for the usernames of the crew?"
    assert [one.deciding for one in propose_bindings("question", text, "suspicious", ALL)] == [True, False, False]
    assert propose_bindings("question", text, "suspicious", {"D03": {}, "D04": {}}) == ()


def test_only_questions_and_indicators_are_bound() -> None:
    text = "Search for earlier alerts about this ship."
    assert _bound(text, "open") == _bound(text, "suspicious", "indicator") == ["D24"]
    assert _bound(text, "open", "t2_action") == _bound(text, "open", "criterion") == []


def test_words_of_a_list_far_apart_are_no_rule() -> None:
    far = "Odd hats, torn sails, wet ropes, a missing bell and a second anchor that nobody on the pier remembers, "
    assert _bound(f"Failed lamps, {far * 2} and logins of the harbour master.", "suspicious", "indicator") == []


@pytest.mark.parametrize(("cases", "reach"), [(CASES, 0.85), (WORDINGS, 0.9)])
def test_questions_no_rule_was_written_for(cases: list[list[str]], reach: float) -> None:
    right, wrong, covered, answerable = 0, [], 0, 0
    for labels, mark, text in cases:
        wanted = set() if labels == "-" else set(labels.split(","))
        section = {"q": "question", "i": "indicator"}[mark]
        (step,) = steps_of_cell(section, text, ((0, len(text)),))
        found = set(_bound(text, step.polarity, section))
        right += len(found & wanted)
        wrong += [(detector, text) for detector in found - wanted]
        answerable += bool(wanted)
        covered += bool(found & wanted)
    assert len(cases) > 120
    assert right >= 0.95 * (right + len(wrong)), wrong
    assert covered >= reach * answerable


def test_every_detector_is_asked_for_in_many_wordings() -> None:
    asked = [set(labels.split(",")) for labels, _, _ in WORDINGS]
    assert all(sum(detector in labels for labels in asked) >= 3 for detector in ALL)


@pytest.mark.parametrize("words", ["known ", "failed login ", "a or ", "unusual ip ", "user ", "x", "the approved "])
def test_long_text_is_cheap(words: str) -> None:
    text = words * (250_000 // len(words))
    started = time.perf_counter()
    _bound(text, "open")
    assert time.perf_counter() - started < 0.5
