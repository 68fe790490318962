"""Ground truth of a real authentication log, counted apart from us (see the README beside the sample)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.logs import parsed_file, sample
from triage.events.parsers.protocol import Event, Tally


@pytest.fixture(scope="module")
def read() -> tuple[list[Event], Tally]:
    return parsed_file(sample("logs/linux_auth/elastic_examples_auth.log"), year=2017)


def failed_by(events: list[Event], name: str) -> Counter[str | None]:
    counts: Counter[str | None] = Counter()
    for event in events:
        if event["event.category"] == "authentication" and event["event.outcome"] == "failure":
            counts[event.get(name)] += event["event.count"]
    return counts


def test_every_line_is_counted(read: tuple[list[Event], Tally]) -> None:
    _, tally = read
    assert (tally.lines, tally.not_understood) == (7121, 0)


def test_attempts_by_source_and_by_user(read: tuple[list[Event], Tally]) -> None:
    sources, users = failed_by(read[0], "source.ip"), failed_by(read[0], "user.name")
    assert sources.total() == 1042
    assert len(sources) == 105
    expected = {"24.151.103.17": 157, "49.4.143.105": 120, "34.204.227.175": 43, "201.178.81.113": 36}
    expected |= {"181.26.186.35": 30, "122.163.61.218": 30, "85.245.107.41": 15, "221.194.44.190": 15}
    assert {source: sources[source] for source in expected} == expected
    names = {"root": 532, "elastic_user_0": 148, "admin": 141, "": 43, "ubnt": 33, "pi": 24, "test": 12}
    assert {name: users[name] for name in names} == names


def test_logins_by_source_and_method(read: tuple[list[Event], Tally]) -> None:
    won = [e for e in read[0] if e["event.action"] == "ssh_login" and e["event.outcome"] == "success"]
    assert Counter(e["event.code"] for e in won) == {"password": 190, "publickey": 36}
    sources = Counter(e["source.ip"] for e in won)
    assert sources == {"85.245.107.41": 174, "24.151.103.17": 47, "95.93.96.191": 4, "127.0.0.1": 1}


def test_names_that_do_not_exist(read: tuple[list[Event], Tally]) -> None:
    authentication = [e for e in read[0] if e["event.category"] == "authentication"]
    assert len({e["user.name"] for e in authentication if e.get("user.exists") is False}) == 41


def test_each_invalid_user_line_is_an_event_or_part_of_an_attempt(read: tuple[list[Event], Tally]) -> None:
    path = sample("logs/linux_auth/elastic_examples_auth.log")
    lines = [line for line in path.read_bytes().split(b"\n") if b": Invalid user " in line]
    assert len(lines) == 178
    named = {e["evidence.line"] for e in read[0] if e["event.action"] == "ssh_user_named"}
    failed = {(e["process.pid"], e.get("source.ip")) for e in read[0] if e["event.outcome"] == "failure"}
    absorbed = [line for line in lines if _origin(line) in failed]  # process ids alone come round within the log
    assert len(named) + len(absorbed) == 178


def test_connections_that_only_closed_are_events_too(read: tuple[list[Event], Tally]) -> None:
    closed = {e.get("source.ip") for e in read[0] if e["event.category"] == "network"}
    assert {"71.6.135.131", "80.82.77.139", "66.240.236.119"} <= closed


def test_one_of_each_shape_is_understood() -> None:
    events, tally = parsed_file(sample("logs/linux_auth/beats_system_auth_test.log"), year=2016)
    assert (tally.lines, tally.not_understood) == (10, 0)
    assert len(events) == 10


def _origin(line: bytes) -> tuple[int, str]:
    pid = int(line.split(b"sshd[", 1)[1].split(b"]", 1)[0])
    return pid, line.rsplit(b" from ", 1)[1].decode()
