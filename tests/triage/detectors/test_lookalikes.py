from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.detectors.lookalikes import COMPARED, WELL_KNOWN, lookalikes

KNOWN = ["CORP\\m.winter", "michael@corp.example", "svc-backup-01", "maria"]


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("adm1nistrator", "administrator"),
        ("Administrat0r", "administrator"),
        ("administartor", "administrator"),  # two keystrokes
        ("r00t", "root"),
        ("admim", "admin"),  # one is enough of a well known name
        ("rnichael", "michael"),
        ("m_winter", "m.winter"),
        ("m.wimter", "m.winter"),
        ("bаckup", "backup"),  # with a Cyrillic letter
        ("CORP\\adm1n", "admin"),
    ],
)
def test_a_name_that_looks_like_another(name: str, like: str) -> None:
    assert lookalikes([name], KNOWN, 2) == {name: like}


@pytest.mark.parametrize(
    "name",
    [
        "administrator",  # the very name
        "svc-backup-02",  # a series
        "admin2",
        "mario",  # as honest as maria
        "administrativo",  # three keystrokes
        "eve",
        "",
    ],
)
def test_a_name_that_does_not(name: str) -> None:
    assert lookalikes([name], KNOWN, 2) == {}


def test_without_keystrokes_only_the_eye_is_deceived() -> None:
    assert lookalikes(["m.wimter", "admim", "r00t"], KNOWN, 0) == {"r00t": "root"}


@given(st.lists(st.text(max_size=20), max_size=COMPARED), st.lists(st.text(max_size=20), max_size=20))
def test_any_names(names: list[str], known: list[str]) -> None:
    found = lookalikes(names, known, 2)
    assert set(found) <= set(names)
    assert all(name.lower() not in WELL_KNOWN for name in found)
