from __future__ import annotations

import pytest

from casebook.playbooks.polarity import propose_polarity, what_yes_means
from casebook.playbooks.types import SECTIONS


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Are there unusual tides?", "suspicious"),
        ("Was the keeper's absence unauthorised?", "suspicious"),
        ("Was the lamp lit without a documented order?", "suspicious"),
        ("Were the changes not officially approved?", "suspicious"),
        ("Are there any boats that deviate from their usual course?", "suspicious"),
        ("Is the buoy linked to known malicious addresses?", "suspicious"),
        ("Does the boat mimic a trusted ferry?", "suspicious"),
        ("Does the lamp seem abnormal considering usual nights?", "suspicious"),
        ("Was the suspicious boat authorised to land?", "benign"),
        ("Is the keeper expected tonight?", "benign"),
        ("Have there been recent repairs that could explain the darkness?", "benign"),
        ("Is there a legitimate need for a second lamp?", "benign"),
        ("Is the pilot known to the harbour?", "benign"),
        ("Who lit the lamp?", "open"),
        ("1. Which ports are open?", "open"),
        ("Is the boat legitimate or suspicious?", "open"),
        ("Does it match the expected course, or are there any anomalies?", "open"),
        ("Is the lamp green?", "open"),
    ],
)
def test_questions(question: str, value: str) -> None:
    proposed = propose_polarity("question", question)
    assert proposed.value == value
    assert proposed.rule


def test_the_rule_names_the_word() -> None:
    assert propose_polarity("question", "Are there unusual tides?").rule == "speaks of “unusual”"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_a_meaning(section: str) -> None:
    proposed = propose_polarity(section, "The lamp is out.")
    assert what_yes_means(section, proposed.value)
    assert (proposed.value == "suspicious") == (section in ("indicator", "criterion"))
