from __future__ import annotations

import time
from dataclasses import replace

import pytest

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.criterion_expression import LONGEST_RULE, Proposed, propose
from casebook.playbooks.criterion_parts import Parts, parts_of
from casebook.playbooks.expression import problems
from casebook.playbooks.parse.read import KNOWN_BY_WORDS as ALL
from casebook.playbooks.propose import with_proposals
from casebook.playbooks.split import split
from casebook.playbooks.types import ParsedStep

QUESTIONS = (
    "Were unauthorized boats moored at the north pier?",
    "Is there a legitimate reason for the night crossing of the ferry?",
    "Which lamps were lit?",
    "Was the harbour log tampered with?",
    "Are there earlier alerts about this ship?",
)


@pytest.fixture(scope="module")
def asked() -> tuple[ParsedStep, ...]:
    cell = " ".join(QUESTIONS)
    return with_proposals(steps_of_cell("question", cell, split(cell, "question")), ALL)


def _proposed(text: str, asked: tuple[ParsedStep, ...]) -> Proposed | None:
    proposed = propose(text, ALL, asked)
    if proposed:
        assert problems(proposed.expression, steps={step.key for step in asked}) == []
    return proposed


def _answer(step: ParsedStep, *values: str) -> dict[str, object]:
    return {"answer": {"step": step.key, "value": list(values)}}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Escalate to Tier 2 if the lamp is out.", Parts("one", ("the lamp is out",))),
        ("Also, escalate if there are signs of fire.", Parts("one", ("signs of fire",))),
        ("The lamp is out.", Parts("one", ("the lamp is out",))),
        (
            "Escalate if the lamp is out combined with a torn sail.",
            Parts("all", ("the lamp is out", "a torn sail")),
        ),
        ("Escalate if the lamp is out and the sail is torn.", Parts("all", ("the lamp is out", "the sail is torn"))),
        ("Escalate if the lamp is out or if the sail is torn.", Parts("any", ("the lamp is out", "the sail is torn"))),
        (
            "Escalate if the lamp is out, the sail is torn, or the crew is gone.",
            Parts("any", ("the lamp is out", "the sail is torn", "the crew is gone")),
        ),
        (
            "Escalate if the lamp is out coinciding with fog, or the crew is gone.",
            Parts("any", (Parts("all", ("the lamp is out", "fog")), "the crew is gone")),
        ),
        (
            "Escalate if the lamp is out, especially if it is foggy.",
            Parts("one", ("the lamp is out",), ("especially if it is foggy",)),
        ),
        ("Persistent or automated knocking is heard", Parts("one", ("persistent or automated knocking is heard",))),
        (
            "Escalate if ropes are thrown to unknown, odd, or foreign hands.",
            Parts("one", ("ropes are thrown to unknown, odd, or foreign hands",)),
        ),
        ("If the bell rings at noon, escalate at once.", Parts("one", ("the bell rings at noon",))),
        ("A broken bell on the pier should also trigger escalation.", Parts("one", ("a broken bell on the pier",))),
        (
            "Another escalation factor could be a broken bell on the pier.",
            Parts("one", ("a broken bell on the pier",)),
        ),
        ("The first review shows a broken bell on the pier.", Parts("one", ("a broken bell on the pier",))),
        (
            "Escalate if a broken bell on the pier is found (cracked twice), suggesting a storm.",
            Parts("one", ("a broken bell on the pier is found",), ("cracked twice", "suggesting a storm")),
        ),
    ],
)
def test_a_sentence_into_conditions(text: str, parts: Parts) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Escalate if the lamp is out, the sail is torn, and the crew is gone.",
        "Escalate if the lamp is out unless the keeper says why.",
        "Escalate if more than 5 lamps are out.",
        "Escalate if at least three keepers saw it.",
        "Escalate if the lamp is out within 24 hours of the storm.",
        "Escalate if the lamp is out and the sail is torn afterwards.",
        "",
        "The lamp is out. " * 60,
    ],
)
def test_what_is_not_plain_is_not_guessed(text: str) -> None:
    assert parts_of(text) is None


def test_a_suspicious_question_counts_by_yes_or_partly(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if unauthorized boats are moored at the north pier.", asked)
    assert found is not None
    assert found.expression == _answer(asked[0], "yes", "partly")
    assert found.rule == "“unauthorized”, “boats”, “moored”, “north”, “pier”: question 1 answered yes or partly"


@pytest.mark.parametrize(
    "text",
    [
        "Escalate if there is clear evidence that the harbour log has been tampered with.",
        "Any potential signs of tampering with the harbour log over a short period of time are observed.",
        "Escalate immediately to Tier 2 if initial analysis reveals tampering with the harbour log.",
    ],
)
def test_hedges_and_windows_leave_nothing_out(text: str, asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed(text, asked)
    assert found is not None
    assert found.expression == _answer(asked[3], "yes", "partly")


def test_a_threshold_is_not_read_past(asked: tuple[ParsedStep, ...]) -> None:
    assert _proposed("Confirmed tampering with the harbour log more than 3 times within 5 minutes.", asked) is None


def test_a_benign_question_counts_by_no_where_it_is_doubted(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("There is no legitimate justification for the crossing of the ferry.", asked)
    assert found is not None
    assert found.expression == _answer(asked[1], "no")
    assert _proposed("The legitimate crossing of the ferry to the island.", asked) is None
    assert _proposed("The suspicious crossing of the ferry to the island.", asked) is None, "it only looks bad"


def test_an_open_question_decides_nothing(asked: tuple[ParsedStep, ...]) -> None:
    assert _proposed("Escalate if the lamps were lit.", asked) is None


def test_a_finding_is_judged_where_its_detector_is_bound(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if there are other related incidents.", asked)
    assert found is not None
    assert found.expression == {"finding": {"detector": "D24", "answer": "yes", "at": asked[4].key}}
    assert found.rule == "“other related incidents”: D24"


def test_a_listed_address_is_looked_up_too(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if a known malicious IP address or domain is contacted.", asked)
    assert found is not None
    assert found.expression == {
        "any": [
            {"finding": {"detector": "D22", "answer": "yes"}},
            {"lookup": {"type": ["ip", "domain"], "result": "listed"}},
        ]
    }


def test_both_conditions_are_needed_where_the_sentence_says_so(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if the harbour log was tampered with, coinciding with other related alerts.", asked)
    assert found is not None
    assert found.expression == {
        "all": [
            _answer(asked[3], "yes", "partly"),
            {"finding": {"detector": "D24", "answer": "yes", "at": asked[4].key}},
        ]
    }
    assert found.rule.startswith("all of: ")


def test_something_going_on_is_any_suspicious_question(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if suspicious activities coincide with other related alerts.", asked)
    assert found is not None
    suspicious = [_answer(asked[0], "yes", "partly"), _answer(asked[3], "yes", "partly")]
    either = found.expression["all"][0]["any"]
    assert [atom for atom in either if atom in suspicious] == suspicious
    assert all(atom["answer"]["step"] != asked[1].key for atom in either)


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("Escalate if critical systems are affected.", {"field": "assets.critical", "op": "=", "value": True}),
        ("Escalate if a high-value asset is involved.", {"field": "assets.critical", "op": "=", "value": True}),
        ("Escalate if the alert severity is high.", {"field": "severity", "op": ">=", "value": "high"}),
    ],
)
def test_what_the_alert_says(text: str, atom: dict[str, object], asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed(text, asked)
    assert found is not None
    assert found.expression == {"alert": atom}


@pytest.mark.parametrize(
    "text",
    [
        "Escalate if the lamp is out.",
        "Escalate if there are other related alerts or if the bell has cracked twice.",
        "Escalate if the harbour log was tampered with, or the crew vanished at sea.",
        "Escalate if new accounts were created by the drunken night watchman's cousin.",
        "Escalate if boats sank.",
    ],
)
def test_a_condition_nothing_answers_leaves_the_criterion_to_people(text: str, asked: tuple[ParsedStep, ...]) -> None:
    """All or nothing: an expression without one of the conditions would say not met of a case that meets it."""
    assert _proposed(text, asked) is None


def test_emphasis_is_set_aside_and_said(asked: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if the harbour log was tampered with, particularly during a storm.", asked)
    assert found is not None
    assert found.expression == _answer(asked[3], "yes", "partly")
    assert found.rule.endswith("“particularly during a storm” makes it stronger and decides nothing")


@pytest.fixture(scope="module")
def island() -> tuple[ParsedStep, ...]:
    """A card about mooring, so that mooring tells its questions apart no more."""
    cell = (
        "Was mooring at the quay by unknown boats tried? Was the mooring rope cut? Did mooring fees go missing? "
        "Is the mooring of the ferry approved by its owner? Are there earlier alerts about mooring?"
    )
    steps = with_proposals(steps_of_cell("question", cell, split(cell, "question")), ALL)
    return tuple(replace(step, polarity="benign" if "approved" in step.text else "suspicious") for step in steps)


def test_each_alternative_is_answered_by_itself(island: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if the mooring rope was cut or mooring fees are missing.", island)
    assert found is not None
    assert found.expression == {"any": [_answer(island[1], "yes", "partly"), _answer(island[2], "yes", "partly")]}
    assert (
        _proposed("Escalate if the mooring rope was cut, mooring fees are missing, cats swim ashore.", island) is None
    )


def test_what_the_card_is_about_is_given_and_said(island: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if the mooring coincides with a cut rope.", island)
    assert found is not None
    assert found.expression == _answer(island[1], "yes", "partly")
    assert found.rule.endswith("; “the mooring” is what the card is about")
    assert _proposed("Escalate if many users of one host coincide with a cut mooring rope.", island) is None


def test_examples_stand_for_what_is_vague(island: tuple[ParsedStep, ...]) -> None:
    found = _proposed("Escalate if other strange things are noticed, such as a cut mooring rope.", island)
    assert found is not None
    assert found.expression == _answer(island[1], "yes", "partly")
    assert found.rule.endswith("; “such as a cut mooring rope” stands for what it illustrates")
    assert _proposed("Escalate if cats swim ashore, such as after a cut mooring rope.", island) is None


def test_that_nothing_can_be_found_out_is_no_yes(island: tuple[ParsedStep, ...]) -> None:
    """Nobody knows who cut it; a yes to "was it cut" would say that somebody did."""
    assert _proposed("Escalate if the cause of the cut mooring rope cannot be told.", island) is None


def test_a_harmless_question_does_not_say_unauthorised(asked: tuple[ParsedStep, ...]) -> None:
    cell = "Was the pier painted recently in a dark colour?"
    step = steps_of_cell("question", cell, ((0, len(cell)),))[0]
    painted = (*asked, replace(step, polarity="suspicious"))
    assert _proposed("Escalate if the pier was painted in a dark colour.", painted) is not None
    assert _proposed("Escalate if the pier was painted in a dark colour without permission or reason.", painted) is None


def test_other_things_going_on_are_related_alerts(asked: tuple[ParsedStep, ...]) -> None:
    for text in (
        "Another escalation factor could be the presence of other indicators of compromise in the same period.",
        "Escalate if there are concurrent alerts or detections from other security tools.",
    ):
        found = _proposed(text, asked)
        assert found is not None
        assert found.expression == {"finding": {"detector": "D24", "answer": "yes", "at": asked[4].key}}


def test_a_rule_is_no_longer_than_is_kept(asked: tuple[ParsedStep, ...]) -> None:
    aside = ", especially if it is very dark and stormy and no lamp can be seen " + "from the sea " * 20
    found = _proposed("Escalate if the harbour log was tampered with" + aside, asked)
    assert found is not None
    assert len(found.rule) <= LONGEST_RULE
    assert found.rule.endswith("; …")


def test_a_proposal_is_never_confirmed_and_carries_its_words(asked: tuple[ParsedStep, ...]) -> None:
    cell = "Escalate if the harbour log was tampered with."
    criterion = steps_of_cell("criterion", cell, ((0, len(cell)),))
    step = with_proposals((*asked, *criterion), ALL)[-1]
    assert step.expression == _answer(asked[3], "yes", "partly")
    assert step.expression_rule == "“harbour”, “tampered”: question 4 answered yes or partly"
    assert step.confirmed is False


@pytest.mark.parametrize(
    "words",
    ["a or b, ", "escalate if ", "known malicious or ", "such as x ", "is linked to ", "not legitimate, ", "x ", "("],
)
def test_long_text_is_cheap(words: str, asked: tuple[ParsedStep, ...]) -> None:
    """A criterion as long as one is read, on a card whose question is as long as a card can be."""
    long = replace(asked[0], text=words * (250_000 // len(words)))
    started = time.process_time()
    for length in (598, 250_000):
        propose(words * (length // len(words)), ALL, (long, *asked[1:]))
    assert time.process_time() - started < 0.5
