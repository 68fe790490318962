"""Each detector at, under and beside its threshold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.conftest import located_frame
from triage.detectors.protocol import Context, Scope
from triage.detectors.variations import clusters
from triage.detectors.windows import most_distinct
from triage.events.schema import empty

Log = Callable[..., pl.DataFrame]
SOURCE = "203.0.113.7"
OUTSIDE = Context(ranges=(("192.0.2.0/24", "hq"),))


def failed(user: str = "ana", source: str = SOURCE, known: bool = True) -> str:
    return f"Failed password for {'' if known else 'invalid user '}{user} from {source} port 5 ssh2"


def won(user: str = "ana", source: str = SOURCE) -> str:
    return f"Accepted password for {user} from {source} port 5 ssh2"


def every(seconds: int, times: int, message: str) -> list[tuple[int, str]]:
    return [(seconds * number, message) for number in range(times)]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (every(60, 5, failed()), "yes"),
        (every(300, 5, failed()), "no"),  # the first leaves the window as the fifth comes: half open
        (every(1201, 9, failed()), "no"),
        (every(1201, 10, failed()), "yes"),
        ([*every(60, 4, failed()), (999, won())], "no"),
    ],
)
def test_d01(detect: Any, log: Log, lines: list[tuple[int, str]], answer: str) -> None:
    assert detect("D01", log(*lines))["case"].answer == answer


def test_d01_in_rewritten_times_states_no_rate(detect: Any) -> None:
    times = [datetime(2026, 3, 30, hour, 5, second, tzinfo=UTC) for hour in range(6) for second in range(2)]
    events = [
        {"@timestamp": at, "event.category": "authentication", "event.outcome": "failure", "event.count": 1}
        | {"user.name": f"user{number % 3}", "source.ip": SOURCE, "evidence.line": number}
        for number, at in enumerate(times)
    ]
    frame = located_frame(events)
    assert detect("D01", frame, settings={"burst": 2})["case"].answer == "no"
    found = detect("D02", frame)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("trustworthy minutes in the time stamps",))


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (every(15, 8, failed()), "yes"),
        (every(18, 8, failed()), "no"),
        ([(0, f"message repeated 9 times: [ {failed()}]")], "yes"),
        (every(1, 12, failed(source="127.0.0.1")), "no"),
    ],
)
def test_d02(detect: Any, log: Log, lines: list[tuple[int, str]], answer: str) -> None:
    found = detect("D02", log(*lines))["case"]
    assert found.answer == answer


def test_d02_counts_what_it_leaves_out(detect: Any, log: Log) -> None:
    assert detect("D02", log(*every(1, 12, failed(source="::1"))))["case"].figures["dropped"] == 12


@pytest.mark.parametrize(
    ("names", "known", "answer"),
    [(3, False, "no"), (4, False, "yes"), (4, True, "partly")],
)
def test_d03(detect: Any, log: Log, names: int, known: bool, answer: str) -> None:
    lines = [(600 * n, failed(f"user{n}", known=known)) for n in range(names)]
    assert detect("D03", log(*lines))["case"].answer == answer


def test_d03_knows_the_probing_request(detect: Any, log: Log) -> None:
    said = "error: buffer_get_ret: trying to get more bytes 1907 than in buffer 308 [preauth]"
    found = detect("D03", log((0, said)))["case"]
    assert found.answer == "yes"
    assert "tests whether an account exists" in found.sentence


def test_d03_in_a_case_about_a_user_alone_counts_all_names_of_its_sources(detect: Any, log: Log) -> None:
    lines = [(n, failed(f"user{n}", known=False)) for n in range(6)]
    assert detect("D03", log(*lines), scope=Scope(users=("user1",)))["case"].figures["distinct"] == 6


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ([*every(10, 5, failed()), (60, won())], "yes"),
        ([*every(10, 4, failed()), (60, won())], "no"),
        ([*every(0, 5, failed()), (1199, won())], "yes"),
        ([*every(0, 5, failed()), (1200, won())], "no"),
        ([(60, won())] + [(60, failed())] * 5, "no"),  # within one second the order of lines decides
        ([*every(10, 5, failed("eve")), (60, won())], "partly"),
        ([*every(10, 5, failed(source="203.0.113.8")), (60, won())], "no"),
    ],
)
def test_d05(detect: Any, log: Log, lines: list[tuple[int, str]], answer: str) -> None:
    assert detect("D05", log(*lines))["case"].answer == answer


@pytest.mark.parametrize(
    ("source", "context", "answer"),
    [
        (SOURCE, OUTSIDE, "yes"),
        ("192.0.2.9", OUTSIDE, "no"),
        ("10.1.2.3", OUTSIDE, "partly"),
        (SOURCE, Context(), "cannot_tell"),
    ],
)
def test_d07(detect: Any, log: Log, source: str, context: Context, answer: str) -> None:
    found = detect("D07", log((0, won(source=source))), context=context)["case"]
    assert found.answer == answer
    if answer == "cannot_tell":
        assert "/settings/context/" in found.missing[0]


def test_d07_elsewhere_names_only_those_who_got_in(detect: Any, log: Log) -> None:
    events = log((0, won(source="192.0.2.9")), (5, failed()), (9, won("eve", "198.51.100.4")))
    found = detect("D07", events, scope=Scope(ips=("192.0.2.9",)), context=OUTSIDE)
    assert found["elsewhere"].entities["ip"] == ["198.51.100.4"]


def related(**how: Any) -> dict[str, Any]:
    item = {"ref": "CB-7", "verdict": None, "shared": [f"ip {SOURCE}"], "at": "2026-11-20T08:00:00Z", "techniques": []}
    return item | how


@pytest.mark.parametrize(
    ("items", "answer", "true_positives"),
    [
        (None, "cannot_tell", 0),
        ((), "no", 0),
        ((related(),), "yes", 0),
        ((related(verdict="true_positive"),), "yes", 1),
        ((related(verdict="true_positive", shared=["host web-1"], ties=[]),), "yes", 0),
        ((related(verdict="true_positive", shared=["host web-1", "user ada"], ties=["user ada"]),), "yes", 1),
        ((related(at="2026-11-01T08:00:00Z"),), "no", 0),
        ((related(shared=[], techniques=["T1110.001"], at="2026-11-24T01:00:00Z"),), "partly", 0),
        ((related(shared=[], techniques=["T1110.001"]),), "no", 0),
    ],
)
def test_d24(detect: Any, items: Any, answer: str, true_positives: int) -> None:
    context = Context(related=items, at="2026-11-24T08:00:00Z", techniques=("T1110",))
    found = detect("D24", empty(), context=context)["case"]
    assert (found.answer, found.figures["true_positives"]) == (answer, true_positives)


def test_d24_says_which_verdicts_count(detect: Any) -> None:
    by_host = related(ref="CB-8", verdict="true_positive", shared=["host web-1"], ties=[])
    both = Context(related=(by_host, related(verdict="true_positive")), at="2026-11-24T08:00:00Z")
    said = detect("D24", empty(), context=both)["case"].sentence
    assert "1 of them true positive (CB-7), 1 more by a targeted host alone." in said
    alone = Context(related=(by_host,), at="2026-11-24T08:00:00Z")
    assert "which does not count" in detect("D24", empty(), context=alone)["case"].sentence


def test_names_that_vary_are_grouped() -> None:
    assert clusters(["svc1", "svc2", "svc_3", "jenkins", "jenkinz", "root"]) == [
        ["svc1", "svc2", "svc_3"],
        ["jenkins", "jenkinz"],
    ]


def test_the_most_distinct_window_is_half_open() -> None:
    times = [datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC) for second in (0, 5, 10)]
    assert most_distinct(times, ["a", "b", "c"], 10)[0] == 2
    assert most_distinct(times, ["a", "b", "c"], 11) == (3, times[0], times[2])
