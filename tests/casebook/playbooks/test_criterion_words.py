"""What words of a condition mean."""

from __future__ import annotations

import pytest

from casebook.playbooks import criterion_words as words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("logons of the staff", "a user's sign-in"),
        ("unauthorised e-mails", "authorized messages"),
        ("modified settings", "changes to the configuration"),
        ("forged lamps", "lamp forging"),
        ("non-administrative hosts", "privileged machines"),
    ],
)
def test_words_of_one_sense_are_one_topic(one: str, other: str) -> None:
    assert set(words.topics(one)) == set(words.topics(other))


@pytest.mark.parametrize(("one", "other"), [("launchctl", "LaunchAgent"), ("passports", "ports"), ("ipv6", "ip")])
def test_words_that_only_look_alike_are_not(one: str, other: str) -> None:
    assert not set(words.topics(one)) & set(words.topics(other))


def test_a_text_of_hedges_is_about_nothing() -> None:
    assert not words.topics("If there is any potential evidence of this, escalate to Tier 2")


def test_topics_keep_the_order_and_the_word() -> None:
    assert dict(words.topics("Sails, ropes and more sails")) == {"sail": "sails", "rope": "ropes"}


@pytest.mark.parametrize(
    ("text", "doubted", "denied", "excused"),
    [
        ("an unusual boat", True, True, False),
        ("a suspicious boat", True, False, False),
        ("no legitimate reason for the boat", True, True, True),
        ("the boat cannot be explained", True, True, True),
        ("a legitimate boat", False, False, False),
        ("the boat is not blue", False, True, False),
        ("the boat lacks a keel", False, False, False),
    ],
)
def test_which_way_a_text_leans(text: str, doubted: bool, denied: bool, excused: bool) -> None:
    assert (words.doubts(text), words.denies(text), words.asks_for_excuse(text)) == (doubted, denied, excused)


def test_known_bad_is_not_known() -> None:
    assert "known" in words.topics("a known boat")
    assert "known" not in words.topics("a known malicious boat")


def test_harm_and_what_cannot_be_told() -> None:
    assert words.asks_for_harm("Was the lamp disabled?")
    assert not words.asks_for_harm("Was the lamp painted?")
    assert words.leaves_open("the owner cannot be found")
    assert not words.leaves_open("the owner was found")
