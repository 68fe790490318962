"""A fetched log holds the case's rows alone: the hours it was asked for and brought nothing of are no gap."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.making import SOURCE, login, of_log
from triage.detectors.protocol import Scope

WINDOW = ("2026-03-30T09:00:00+00:00", "2026-03-30T11:00:00+00:00")
ASKED = ("authentication", "2026-03-30T08:00:00+00:00", "2026-03-30T12:00:00+00:00")


def answer(detect: Any, name: str, *searched: tuple[str, str, str]) -> str:
    scope = Scope(ips=(SOURCE,), window=WINDOW, margin_s=7200, searched=searched)
    return detect(name, of_log([login(0), login(60)]), scope=scope)["case"].answer


def test_what_was_asked_for_is_covered(detect: Any) -> None:
    assert answer(detect, "D02") == "cannot_tell"
    assert answer(detect, "D02", ASKED) == "no"


@pytest.mark.parametrize(
    "other",
    [
        ("web", *ASKED[1:]),
        ("authentication", "2026-03-30T10:00:00+00:00", "2026-03-30T12:00:00+00:00"),
        ("authentication", "2026-03-29T08:00:00+00:00", "2026-03-29T12:00:00+00:00"),
    ],
)
def test_another_kind_or_other_hours_cover_nothing(detect: Any, other: tuple[str, str, str]) -> None:
    assert answer(detect, "D02", other) == "cannot_tell"


def test_where_only_some_events_could_tell_a_search_proves_nothing(detect: Any) -> None:
    assert answer(detect, "D10", ASKED) == "cannot_tell"


def test_a_scope_from_before_there_were_searches() -> None:
    told = {"ips": [], "users": [], "hosts": [], "domains": [], "window": [None, None], "margin_s": 60}
    assert Scope.from_json(told).searched == ()
    assert Scope.from_json(told | {"searched": [list(ASKED)]}).searched == (ASKED,)
