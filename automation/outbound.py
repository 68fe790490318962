"""The one way out: an HTTP call to an outside system, over an address that was checked after it was resolved.

The *connected* address is checked, so a name that resolves differently a moment later gains nothing. No redirects, no
proxies, a cap on the answer, and one deadline for the whole call: a watchdog closes the socket under a peer that drips.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from queue import Empty, Queue
from urllib.parse import unquote, urlsplit

from automation import addresses
from automation.crashpoints import reach

ANSWER_CAP = 5 * 1024 * 1024
PIECE = 64 * 1024


class Reach(Enum):
    """Where a system may stand. Only what its operator marked as such may be on our own network or machine."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOCAL = "local"


class CallError(Exception):
    """A call that gave no answer. ``reason`` is fit to be shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(CallError):
    """Nothing has left: the other side cannot have acted."""


class NoAnswer(CallError):
    """It may have been received: whether the other side acted is not known."""


@dataclass(frozen=True)
class Answer:
    """What came back: any status, redirects included."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_after_s(self) -> float | None:
        """The delay a 429 or 503 asks for, where it is given in seconds."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdigit() else None


def call(
    method: str,
    url: str,
    *,
    reach_of: Reach = Reach.PUBLIC,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    deadline_s: float = 10.0,
    most_bytes: int = ANSWER_CAP,
    take: Callable[[bytes], None] | None = None,
) -> Answer:
    """One request. ``url`` is http, https, or ``http+unix://<path of a socket, percent-encoded>/…``.

    ``take`` gets a good answer (200 to 299) piece by piece as it comes, instead of its ``body``; what it raises ends
    the call. Raises NotSent while nothing can have been received, NoAnswer from then on.
    """
    ends = time.monotonic() + deadline_s
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection, sock = _connected(parts.scheme, url, reach_of, ends)
    dog = _Watchdog(sock, _left(ends))
    try:
        if isinstance(sock, ssl.SSLSocket):
            _shake_hands(sock)
        answer = _exchange(connection, method, path, body, dict(headers or {}), most_bytes, take)
        if dog.bit:  # a body without a length ends where the socket does: cut off is not whole
            raise NoAnswer(f"no whole answer within {deadline_s:g} s")
        return answer
    finally:
        dog.leave()
        connection.close()


class _Watchdog:
    """Shuts the socket when the time is over, whatever the peer is doing."""

    def __init__(self, sock: socket.socket, after_s: float) -> None:
        self.bit = False
        self._sock = sock
        self._timer = threading.Timer(after_s, self._bite)
        self._timer.daemon = True
        self._timer.start()

    def _bite(self) -> None:
        self.bit = True
        with suppress(OSError):  # it may be closed already
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def leave(self) -> None:
        self._timer.cancel()


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    most_bytes: int,
    take: Callable[[bytes], None] | None,
) -> Answer:
    try:
        connection.request(method, path, body=body, headers={"Accept-Encoding": "identity", **headers})
        if method != "GET":
            reach("after_send")
        response = connection.getresponse()
        data = _read(response, most_bytes, take if 200 <= response.status < 300 else None)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Bytes may be out as soon as the request begins, so from here nothing counts as not sent.
        raise NoAnswer(f"no answer: {_words(error)}") from error
    if method != "GET":
        reach("after_answer")
    if len(data) > most_bytes:
        raise NoAnswer(f"the answer is larger than {most_bytes // 1024 // 1024} MiB")
    return Answer(response.status, data, {name.lower(): value for name, value in response.getheaders()})


def _read(response: http.client.HTTPResponse, most_bytes: int, take: Callable[[bytes], None] | None) -> bytes:
    if take is None:
        return response.read(most_bytes + 1)
    while piece := response.read1(PIECE):
        take(piece)
    if response.length:  # what is left of a stated length: unlike read, read1 does not mind that it never came
        raise http.client.IncompleteRead(b"", response.length)
    return b""


def _connected(scheme: str, url: str, reach_of: Reach, ends: float) -> tuple[http.client.HTTPConnection, socket.socket]:
    parts = urlsplit(url)
    if scheme == "http+unix":
        return _over_socket(unquote(parts.netloc), reach_of, ends)
    if scheme not in ("http", "https") or not parts.hostname:
        raise NotSent(f"{scheme or 'no'} address: only http and https go out")
    if parts.username or parts.password:
        raise NotSent("an address must not carry a password")
    try:
        port = parts.port or (443 if scheme == "https" else 80)
    except ValueError as error:
        raise NotSent("the port is not a number") from error
    sock = _connect(parts.hostname, port, reach_of, ends)
    connection = http.client.HTTPConnection(parts.hostname, port)
    if scheme == "https":
        # No bytes yet: the handshake comes when the watchdog stands beside it.
        sock = ssl.create_default_context().wrap_socket(
            sock, server_hostname=parts.hostname, do_handshake_on_connect=False
        )
    connection.sock = sock
    return connection, sock


def _over_socket(path: str, reach_of: Reach, ends: float) -> tuple[http.client.HTTPConnection, socket.socket]:
    if reach_of is not Reach.LOCAL:
        raise NotSent("a socket of this machine, and the system is not marked as standing on this machine (local)")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(_left(ends))
    try:
        sock.connect(path)
    except OSError as error:
        sock.close()
        raise NotSent(f"not reached: {_words(error)}") from error
    connection = http.client.HTTPConnection("localhost")
    connection.sock = sock
    return connection, sock


def _connect(host: str, port: int, reach_of: Reach, ends: float) -> socket.socket:
    """Connect to the first address that may be reached and answers."""
    why = "the name has no address"
    for family, kind, proto, _, address in _resolve(host, port, _left(ends)):
        if refused := refusal(str(address[0]), reach_of):
            why = refused
            continue
        sock = socket.socket(family, kind, proto)
        sock.settimeout(_left(ends))
        try:
            sock.connect(address)
            if refused := refusal(sock.getpeername()[0], reach_of):
                raise NotSent(refused)
            return sock
        except (OSError, NotSent) as error:
            sock.close()
            why = f"not reached: {_words(error)}"
    raise NotSent(why)


def refusal(text: str, reach_of: Reach) -> str | None:
    """Why an address may not be connected to, or None. What it stands for counts: ::ffff:127.0.0.1 is loopback."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"{text} is not an address"
    for network in addresses.expanded(ipaddress.ip_network(address)):
        place = network.network_address
        if place.is_loopback:
            if reach_of is not Reach.LOCAL:
                return f"{text} is this machine, and the system is not marked as standing on this machine (local)"
            continue
        if place.is_unspecified or place.is_multicast or place.is_link_local or place.is_reserved:
            return f"{text} may not be reached"
        if not place.is_global and reach_of is not Reach.PRIVATE:
            return (
                f"{text} is on a private network, and the system is not marked as standing on our own network (private)"
            )
    return None


def _resolve(host: str, port: int, within_s: float) -> list[tuple[int, int, int, str, tuple[str | int, ...]]]:
    """`getaddrinfo` knows no deadline, so it gets a thread that may be left behind."""
    answers: Queue[list[tuple[int, int, int, str, tuple[str | int, ...]]] | OSError] = Queue(maxsize=1)

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))  # type: ignore[arg-type]
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError("not a host name"))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=within_s)
    except Empty:
        raise NotSent("the name did not resolve in time") from None
    if isinstance(found, OSError):
        raise NotSent(f"the name does not resolve: {_words(found)}") from found
    return found


def _shake_hands(sock: ssl.SSLSocket) -> None:
    try:
        sock.do_handshake()
    except (OSError, ValueError) as error:
        raise NotSent(f"no secure connection: {_words(error)}") from error


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise NotSent("the time for the call was over before it was sent")
    return left


def _words(error: Exception) -> str:
    text = str(error).strip()
    return text or type(error).__name__
