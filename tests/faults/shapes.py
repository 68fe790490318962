"""Bodies no sender should send, each with the answers that are right for it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.faults.web import ALERTS, JSON

MIB = 1024 * 1024
REQUIRED = b'"external_id":"shape-%s","title":"t"'


@dataclass(frozen=True)
class Shape:
    """``pieces`` draws the body; ``expected`` statuses are right; ``kept`` must be among the raw bodies afterwards."""

    name: str
    pieces: Callable[[], Iterator[bytes]]
    headers: Mapping[str, str]
    expected: frozenset[int]
    kept: tuple[bytes, ...] = ()
    path: str = ALERTS
    breaks_off: bool = False


def whole(
    name: str, body: bytes, *expected: int, kept: bool = True, kind: str = JSON, path: str = ALERTS, packed: str = ""
) -> Shape:
    """A body in one piece that says its length."""
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    if packed:
        headers["Content-Encoding"] = packed
    return Shape(name, lambda: iter([body]), headers, frozenset(expected), (body,) if kept else (), path)


def alert(name: bytes, raw: bytes) -> bytes:
    return b"{" + REQUIRED % name + b',"raw":' + raw + b"}"


def of_size(name: bytes, size: int) -> bytes:
    """An alert of exactly so many bytes."""
    frame = alert(name, b'""')
    return alert(name, b'"' + b"x" * (size - len(frame)) + b'"')


def endless(name: str, size: int, *expected: int) -> Shape:
    """A body that does not say how long it is."""

    def pieces() -> Iterator[bytes]:
        piece = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
        for _ in range(size // MIB):
            yield piece
        yield b"0\r\n\r\n"

    return Shape(name, pieces, {"Content-Type": JSON, "Transfer-Encoding": "chunked"}, frozenset(expected))


def said(name: str, length: int, sent: int, *expected: int, breaks_off: bool = False) -> Shape:
    """A body that says one length and has another."""

    def pieces() -> Iterator[bytes]:
        for _ in range(max(1, sent // MIB)):
            yield b" " * min(sent, MIB)

    headers = {"Content-Type": JSON, "Content-Length": str(length)}
    return Shape(name, pieces, headers, frozenset(expected), breaks_off=breaks_off)


MANY_KEYS = b"{" + b",".join(b'"%d":1' % n for n in range(1_000_000)) + b"}"
FULL_OF_KEYS = b"{" + b",".join(b'"%d":1' % n for n in range(95_000)) + b"}"
DEEP = b"[" * 10_000 + b"]" * 10_000
GOOD = json.dumps({"external_id": "shape-good", "title": "t"}).encode()
BOMB = gzip.compress(b"[" + b" " * 200_000_000 + b"]", 1)
ELASTIC, GENERIC = "/api/v1/intake/elastic/", "/api/v1/intake/generic/"

SHAPES = (
    whole("nothing", b"", 400),
    whole("1 MiB", of_size(b"cap", MIB), 201),
    whole("1 MiB and a byte", of_size(b"over", MIB + 1), 413, kept=False),
    whole("a megabyte of keys", alert(b"keys", FULL_OF_KEYS), 201),
    whole("1e6 keys", alert(b"more-keys", MANY_KEYS), 413, kept=False),
    whole("1e6 keys in a list", b"[" + alert(b"even-more", MANY_KEYS) + b"," + GOOD + b"]", 200, kept=False),
    whole("10,000 deep", alert(b"deep", DEEP), 400),
    whole("10,000 deep, elastic", DEEP, 400, path=ELASTIC),
    whole("NaN", alert(b"nan", b"NaN"), 400),
    whole("half a surrogate pair", alert(b"lone", b'"\\ud800"'), 400),
    whole("NUL, escaped", alert(b"nul", b'"\\u0000"'), 201),
    whole("NUL, bare", alert(b"bare-nul", b'"\x00"'), 400),
    whole("invalid UTF-8", alert(b"utf", b'"\xff\xfe"'), 400),
    whole("gzip bomb", BOMB, 413, kept=False, packed="gzip"),
    whole("gzip that is none", b"not packed", 400, packed="gzip"),
    whole("wrong content type", GOOD, 415, kind="text/xml"),
    whole("what elastic never sends", b'{"neither": "fish", "nor": "flesh"}', 202, path=ELASTIC),
    whole("5 MiB for an adapter", b" " * (5 * MIB), 413, kept=False, path=GENERIC),
    said("200 MiB, said at once", 200 * MIB, 200 * MIB, 413),
    said("broken off", 2_000, 100, 400, 408, breaks_off=True),
    endless("200 MiB without a length", 200 * MIB, 411, 413),
)
