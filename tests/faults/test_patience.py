"""The patience of `config/gunicorn_patience.py`, over a pair of sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from config.gunicorn_patience import LEAST_S, Arriving, BodyTooSlow, HeadTooSlow

MANY = 1_000
"""Requests in line: patience is at its shortest."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A reader's and a sender's."""
    reader, sender = socket.socketpair()
    with reader, sender:
        yield reader, sender


def test_nothing_arrives(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: MANY)
    began = time.monotonic()
    with pytest.raises(HeadTooSlow):
        line.recv(100)
    assert LEAST_S <= time.monotonic() - began < LEAST_S + 2
    ends[1].sendall(b"too late")
    assert line.recv(100) == b""


def test_a_body_that_stops(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: MANY)
    line.in_body = True
    ends[1].sendall(b"x")
    assert line.recv(1) == b"x"
    with pytest.raises(BodyTooSlow):
        line.recv(1)
    assert line.given_up


def test_our_own_work_does_not_count(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: MANY)
    time.sleep(LEAST_S + 0.1)
    ends[1].sendall(b"head")
    assert line.recv(100) == b"head"
    time.sleep(LEAST_S + 0.1)
    ends[1].sendall(b"body")
    assert line.recv(100) == b"body"


def test_what_has_arrived_buys_time(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: MANY)
    line.received = 1_000_000
    line.waited_s = LEAST_S + 1
    ends[1].sendall(b"more")
    assert line.recv(100) == b"more"
    line.begin()
    assert (line.received, line.waited_s) == (0, 0.0)


def test_nobody_in_line_is_more_patience(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: 0)
    line.waited_s = LEAST_S + 1
    ends[1].sendall(b"x")
    assert line.recv(1) == b"x"


def test_everything_else_is_the_sockets_own(ends: tuple[socket.socket, socket.socket]) -> None:
    line = Arriving(ends[0], lambda: 0)
    assert line.fileno() == ends[0].fileno()
    line.sendall(b"answer")
    assert ends[1].recv(100) == b"answer"
    line.settimeout(0.05)  # whoever sets one reads by its own clock
    with pytest.raises(TimeoutError):
        line.recv(1)
    assert not line.given_up
