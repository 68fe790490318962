"""The doorbell: now, later, together, and never lost because another bell was being rung."""

from __future__ import annotations

import threading
import time

import pytest

from casebook.work.ring import NEAR_S, Bell


class Listening(Bell):
    """A bell that writes down what it rings, and when, instead of telling Redis; ``slow_s`` is how long that takes."""

    def __init__(self, slow_s: float = 0.0) -> None:
        super().__init__()
        self.slow_s, self.heard, self.began = slow_s, [], time.monotonic()  # type: ignore[var-annotated]
        self.ringing = threading.Event()

    def _send(self, queues: list[str]) -> None:
        self.heard.append((round(time.monotonic() - self.began, 3), queues))
        self.ringing.set()
        time.sleep(self.slow_s)

    def after(self, seconds: float) -> list[tuple[float, list[str]]]:
        time.sleep(max(0.0, seconds - (time.monotonic() - self.began)))
        return list(self.heard)


def test_many_bells_at_once_are_one_of_each_queue() -> None:
    bell = Listening(slow_s=0.1)
    bell.ring("a")
    bell.ringing.wait(2)
    for _ in range(50):
        bell.ring("b")
        bell.ring("a")
    bell.flush()
    assert [queues for _, queues in bell.heard] == [["a"], ["a", "b"]]


def test_a_bell_asked_for_while_the_same_one_is_rung_is_rung_again() -> None:
    bell = Listening(slow_s=0.2)
    bell.ring("a")
    bell.ringing.wait(2)
    bell.ring("a")  # its row was committed after the worker that the first one woke had looked
    assert [queues for _, queues in bell.after(0.6)] == [["a"], ["a"]]


def test_a_later_bell_is_rung_when_it_is_due_and_not_before() -> None:
    bell = Listening()
    bell.ring("a", 0.6)
    bell.ring("b")
    assert bell.after(0.4) == [(bell.heard[0][0], ["b"])]
    late = bell.after(1.3)[1:]
    assert [queues for _, queues in late] == [["a"]]
    assert 0.6 <= late[0][0] < 1.2


def test_an_earlier_bell_of_the_same_queue_does_not_swallow_a_later_one() -> None:
    bell = Listening()
    bell.ring("a")
    bell.ring("a", 0.3)
    assert [queues for _, queues in bell.after(0.9)] == [["a"], ["a"]]


def test_a_storm_of_later_bells_is_few() -> None:
    bell = Listening()
    for _ in range(2000):
        bell.ring("a", 0.3)
    assert 1 <= len(bell.after(1.0)) <= 2


def test_what_is_far_off_is_left_to_the_sweep_and_ending_waits_for_nothing_that_is_later() -> None:
    bell = Listening()
    bell.ring("a", NEAR_S + 1)
    bell.ring("b", 5)
    began = time.monotonic()
    bell.flush()
    assert time.monotonic() - began < 0.2
    assert bell.heard == []


@pytest.mark.parametrize("after_s", [0.0, 0.1])
def test_a_process_that_forked_rings_with_a_thread_of_its_own(after_s: float) -> None:
    bell = Listening()
    bell.ring("a")
    bell.ringing.wait(2)
    bell._pid = -1  # as it stands in a child
    bell.ring("b", after_s)
    assert ["b"] in [queues for _, queues in bell.after(1.0)]
