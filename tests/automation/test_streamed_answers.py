"""An answer taken piece by piece: whole or not at all, and what the taker raises ends the call."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from automation.outbound import NoAnswer, Reach, call

Serve = Callable[[bytes], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(raw)``: a listener on loopback that answers its first caller with these bytes and hangs up."""
    listeners: list[socket.socket] = []

    def start(raw: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def talk() -> None:
            peer, _ = listener.accept()
            with closing(peer):
                peer.recv(65536)
                peer.sendall(raw)

        threading.Thread(target=talk, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for listener in listeners:
        listener.close()


def answer(body: bytes, *, status: str = "200 OK", promised: int | None = None) -> bytes:
    length = len(body) if promised is None else promised
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n".encode() + body


def chunked(*pieces: bytes, end: bool = True) -> bytes:
    body = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + (b"0\r\n\r\n" if end else b"")


@pytest.mark.parametrize("raw", [answer(b"x" * 200_000), chunked(b"x" * 150_000, b"x" * 50_000)])
def test_every_piece_is_taken_and_none_kept(serve: Serve, raw: bytes) -> None:
    taken: list[bytes] = []
    got = call("GET", serve(raw), reach_of=Reach.LOCAL, take=taken.append, most_bytes=10)
    assert (got.status, got.body) == (200, b"")
    assert b"".join(taken) == b"x" * 200_000
    assert len(taken) > 1


@pytest.mark.parametrize("raw", [answer(b"half", promised=8), chunked(b"half", end=False)])
def test_what_was_cut_off_is_no_answer(serve: Serve, raw: bytes) -> None:
    with pytest.raises(NoAnswer):
        call("GET", serve(raw), reach_of=Reach.LOCAL, take=lambda piece: None)


def test_a_refusal_is_a_body_and_not_taken(serve: Serve) -> None:
    taken: list[bytes] = []
    got = call("GET", serve(answer(b"no", status="403 Forbidden")), reach_of=Reach.LOCAL, take=taken.append)
    assert (got.status, got.body, taken) == (403, b"no", [])


def test_what_the_taker_raises_ends_the_call(serve: Serve) -> None:
    class Enough(Exception):
        pass

    def take(piece: bytes) -> None:
        raise Enough

    with pytest.raises(Enough):
        call("GET", serve(answer(b"x")), reach_of=Reach.LOCAL, take=take)


def test_more_than_asked_for_is_no_answer(serve: Serve) -> None:
    with pytest.raises(NoAnswer, match="larger"):
        call("GET", serve(answer(b"x" * 11)), reach_of=Reach.LOCAL, most_bytes=10)
