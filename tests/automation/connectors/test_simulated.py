"""The client against answers as they should and should not be, and the program itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automation.connectors.protocol import KEY, READ_BACK, Declined, Done, NotNow, NoWord
from automation.connectors.simulated import client
from automation.connectors.simulated.client import CONNECTOR, SimulatedTarget
from automation.connectors.simulated.target import Faults, Memory
from automation.outbound import Answer, NoAnswer, NotSent

ROOT = Path(__file__).resolve().parents[3]
SENT = {"kind": "block_address", "target": "24.1.2.3", "deadline_s": 2.0}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], SimulatedTarget]:
    """A target whose every call gives this answer, or raises it."""

    def prepared(given: Any) -> SimulatedTarget:
        def call(*args: Any, **kwargs: Any) -> Answer:
            if isinstance(given, Exception):
                raise given
            return given

        monkeypatch.setattr(client, "call", call)
        return CONNECTOR.open({"url": "http://127.0.0.1:1", "mode": "key"})

    return prepared


def reply(document: Any, status: int = 200, **headers: str) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, body, headers)


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (reply({"error": "no"}, 400), Declined),
        (reply(b"<html>", 404), Declined),
        (reply({}, 429), NotNow),
        (reply({}, 503), NotNow),
        (reply({}, 500), NoWord),
        (reply({}, 502), NoWord),
        (reply(b"", 302), NoWord),
        (reply(b"<html>"), NoWord),
        (reply(b"[" * 100_000), NoWord),
        (reply([1]), NoWord),
        (NotSent("not reached"), NotNow),
        (NoAnswer("no answer"), NoWord),
    ],
)
def test_a_writing_call_says_what_is_known_of_its_effect(
    answering: Callable[[Any], SimulatedTarget], given: Any, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        answering(given).apply(parameters={}, key="k", **SENT)


def test_a_busy_target_is_asked_again_when_it_says(answering: Callable[[Any], SimulatedTarget]) -> None:
    with pytest.raises(NotNow) as later:
        answering(reply({}, 429, **{"retry-after": "7"})).apply(parameters={}, key="k", **SENT)
    assert later.value.after_s == 7.0


@pytest.mark.parametrize("document", [{"lines": 5}, {"lines": [{"a": 1}] * 50, "others": "many"}, {}])
def test_hostile_words_are_cut_and_never_break_it(
    answering: Callable[[Any], SimulatedTarget], document: dict[str, Any]
) -> None:
    seen = answering(reply(document)).preview(**SENT)
    assert len(seen.lines) <= 10
    assert seen.figures == {"others": 0}


def test_reading_calls_never_claim_an_effect(answering: Callable[[Any], SimulatedTarget]) -> None:
    with pytest.raises(NotNow):
        answering(NoAnswer("no answer")).read_back(before={}, **SENT)
    assert answering(reply({"error": "?"}, 404)).find(key="k", deadline_s=1) is None
    assert answering(reply({"in_effect": "yes"})).read_back(before={}, **SENT) is False


@pytest.mark.parametrize(
    "settings", [{}, {"url": ""}, {"url": "ftp://x"}, {"url": "http://127.0.0.1:1", "mode": "magic"}]
)
def test_settings_that_cannot_be_used(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        CONNECTOR.open(settings)


def test_what_each_mode_can() -> None:
    can = {mode: CONNECTOR.open({"url": "http://127.0.0.1:1", "mode": mode}).capabilities for mode in client.MODES}
    assert can == {"key": {KEY, READ_BACK}, "read-back": {READ_BACK}, "neither": set()}


@pytest.mark.parametrize(("mode", "acts"), [("key", 1), ("read-back", 2), ("neither", 2)])
def test_its_memory_survives_a_restart_and_tells_repeats(tmp_path: Path, mode: str, acts: int) -> None:
    file = tmp_path / "memory.jsonl"
    Memory(file, mode).act("apply", "block_address", "24.1.2.3", "k", {})
    again = Memory(file, mode)
    _, repeated = again.act("apply", "block_address", "24.1.2.3", "k", {})
    assert repeated is (mode == "key")
    assert len(file.read_text().splitlines()) == acts
    assert again.state("block_address", "24.1.2.3") == {"in_effect": True, "count": acts}


def test_faults_are_used_up_in_order_and_unknown_ones_refused() -> None:
    faults = Faults(["busy*2", "delay:1.5"])
    assert [faults.next() for _ in range(4)] == [("busy", 0.0), ("busy", 0.0), ("delay", 1.5), ("", 0.0)]
    with pytest.raises(ValueError, match="explode"):
        Faults(["explode"])


def test_the_command_serves_on_a_socket_only_we_may_enter(tmp_path: Path) -> None:
    place, file = tmp_path / "t.sock", tmp_path / "memory.jsonl"
    program = subprocess.Popen(
        [sys.executable, "manage.py", "simulated_target", "--socket", place, "--file", file, "--fault", "busy"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        said = program.stdout.readline()
        assert str(place) in said, said + program.stdout.read()
        assert place.stat().st_mode & 0o777 == 0o600
        target = CONNECTOR.open({"url": "http+unix://" + str(place).replace("/", "%2F"), "mode": "key"})
        with pytest.raises(NotNow):
            target.apply(parameters={}, key="k", **SENT)
        assert target.apply(parameters={}, key="k", **SENT) == Done("act 1")
        assert target.find(key="k", deadline_s=2) == Done("act 1")
        assert target.read_back(before={}, **SENT)
        assert json.loads(file.read_text())["target"] == "24.1.2.3"
    finally:
        program.terminate()
        program.wait(timeout=10)
