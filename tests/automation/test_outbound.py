"""The one way out: where it may go, how long it takes, how much it reads."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from automation.outbound import ANSWER_CAP, NoAnswer, NotSent, Reach, call, refusal

Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(talk)``: a listener on loopback that lets ``talk`` do what it likes with each connection."""
    listeners: list[socket.socket] = []

    def start(talk: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_quietly, args=(talk, peer), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


def _quietly(talk: Callable[[socket.socket], None], peer: socket.socket) -> None:
    with closing(peer):
        try:
            peer.recv(65536)
            talk(peer)
        except OSError:
            return


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Callable[[socket.socket], None]:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]) + "\r\n\r\n"
    return lambda peer: peer.sendall(head.encode() + body)


def test_an_answer(serve: Serve) -> None:
    got = call("GET", serve(answer(b"{}", "Retry-After: 7")) + "/x?y=1", reach_of=Reach.LOCAL)
    assert (got.status, got.body, got.retry_after_s) == (200, b"{}", 7.0)


def test_a_redirect_is_an_answer_and_not_followed(serve: Serve) -> None:
    hit: list[bool] = []
    trap = serve(lambda peer: hit.append(True))
    got = call("GET", serve(answer(b"", f"Location: {trap}/", status="302 Found")), reach_of=Reach.LOCAL)
    assert (got.status, hit) == (302, [])


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.PRIVATE])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_nothing_of_this_machine_is_reached(serve: Serve, reach: Reach, host: str) -> None:
    hit: list[bool] = []
    port = serve(lambda peer: hit.append(True)).rpartition(":")[2]
    with pytest.raises(NotSent):
        call("GET", f"http://{host}:{port}/", reach_of=reach, deadline_s=2)
    time.sleep(0.05)
    assert not hit


def test_the_address_counts_and_not_the_name(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to us, whatever it is called."""
    hit: list[bool] = []
    port = int(serve(lambda peer: hit.append(True)).rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(NotSent, match="this machine"):
        call("GET", f"http://intel.example:{port}/")
    assert not hit


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "fd00::1", "169.254.169.254", "fe80::1", "0.0.0.0", "::",
     "224.0.0.1", "255.255.255.255", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert refusal(address, Reach.PUBLIC)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "0.0.0.0", "224.0.0.1", "127.0.0.1", "::1"])
def test_addresses_that_not_even_private_reaches(address: str) -> None:
    assert refusal(address, Reach.PRIVATE)


@pytest.mark.parametrize(
    ("address", "reach"), [("8.8.8.8", Reach.PUBLIC), ("10.1.1.1", Reach.PRIVATE), ("::1", Reach.LOCAL)]
)
def test_addresses_that_may_be_reached(address: str, reach: Reach) -> None:
    assert refusal(address, reach) is None


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://x/",
        "//x/",
        "http:///x",
        "http://u:p@8.8.8.8/",
        "http://8.8.8.8:x/",
        "",
    ],
)
def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(NotSent):
        call("GET", url)


def test_a_header_cannot_be_smuggled_in(serve: Serve) -> None:
    with pytest.raises(NoAnswer):
        call("GET", serve(answer(b"")), reach_of=Reach.LOCAL, headers={"X-A": "b\r\nX-C: d"})


def test_an_answer_without_end_is_cut_off(serve: Serve) -> None:
    def endless(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with pytest.raises(NoAnswer, match="larger than 5 MiB"):
        call("GET", serve(endless), reach_of=Reach.LOCAL)
    assert ANSWER_CAP == 5 * 1024 * 1024


@pytest.mark.parametrize("where", ["headers", "body", "silence"])
def test_a_slow_peer_does_not_outlast_the_deadline(serve: Serve, where: str) -> None:
    def drip(peer: socket.socket) -> None:
        if where == "body":
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            time.sleep(0.1)
            if where != "silence":
                peer.sendall(b"x")

    started = time.monotonic()
    with pytest.raises(NoAnswer):
        call("GET", serve(drip), reach_of=Reach.LOCAL, deadline_s=0.5)
    assert time.monotonic() - started < 1.5


def test_a_name_that_does_not_resolve_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(5))
    started = time.monotonic()
    with pytest.raises(NotSent, match="in time"):
        call("GET", "http://slow.example/", deadline_s=0.2)
    assert time.monotonic() - started < 1


def test_a_closed_port_is_not_sent() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="not reached"):
        call("POST", f"http://127.0.0.1:{port}/", reach_of=Reach.LOCAL, body=b"{}")


def test_a_socket_of_this_machine(tmp_path: Any) -> None:
    path = tmp_path / "s"
    url = f"http+unix://{str(path).replace('/', '%2F')}/x"
    with pytest.raises(NotSent, match="not marked as standing on this machine"):
        call("GET", url)
    with pytest.raises(NotSent, match="not reached"):
        call("GET", url, reach_of=Reach.LOCAL)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def once() -> None:
        peer, _ = listener.accept()
        _quietly(answer(b"hello"), peer)

    threading.Thread(target=once, daemon=True).start()
    assert call("GET", url, reach_of=Reach.LOCAL).body == b"hello"
    listener.close()
