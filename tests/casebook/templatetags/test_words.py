"""The words and tones of the vocabulary."""

from __future__ import annotations

import pytest

from casebook.templatetags.casebook_words import (
    TONES,
    action_word,
    answer_tone,
    answer_word,
    brief,
    measure_word,
    section_word,
    tone_and_word,
)


@pytest.mark.parametrize(
    ("answer", "polarity", "tone"),
    [
        ("yes", "suspicious", "bad"),
        ("partly", "suspicious", "bad"),
        ("no", "suspicious", "good"),
        ("yes", "benign", "good"),
        ("partly", "benign", "bad"),
        ("no", "benign", "bad"),
        ("yes", "open", ""),
        ("noted", "open", ""),
        ("cannot_tell", "suspicious", "unsure"),
        ("cannot_tell", "open", "unsure"),
        ("met", "suspicious", "bad"),
        ("not_met", "open", "good"),
        ("done", "open", "good"),
    ],
)
def test_an_answer_is_coloured_by_what_it_speaks_for(answer: str, polarity: str, tone: str) -> None:
    assert answer_tone(answer, polarity) == tone


def test_not_listed_is_never_coloured_as_good() -> None:
    assert tone_and_word("lookup", "not_listed") == ("", "not listed")
    assert tone_and_word("lookup", "error")[0] == "unsure"


def test_unknown_is_the_loudest_state_of_an_action() -> None:
    loud = {state for state, (tone, _) in TONES["action"].items() if tone == "loud"}
    assert loud == {"unknown", "undo_failed"}


def test_a_value_no_table_names_reads_as_itself() -> None:
    assert tone_and_word("verdict", "brand_new") == ("", "brand new")
    assert tone_and_word("nothing", "x_y") == ("", "x y")
    assert section_word("odd_room") == "Odd room"


def test_names_on_screen() -> None:
    assert answer_word("cannot_tell") == "Cannot tell"
    assert section_word("l1_step") == "L1 steps"
    assert measure_word("time_to_accept") == "Accept (T2)"
    assert action_word("reset_password") == "Reset password"


def test_a_folded_sentence_is_cut_at_a_word_and_only_where_it_is_long() -> None:
    assert brief("60 failed logins for root.", 40) == "60 failed logins for root."
    assert brief("60 failed logins for root from 12 sources", 33) == "60 failed logins for root from\u00a0…"
    assert brief("tried 20 names, none of which logged in", 16) == "tried 20 names\u00a0…"
