"""A sender's body as it arrives: the exact bytes, unpacked where they were packed, and never more than a cap."""

from __future__ import annotations

import time
import zlib
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

from casebook.errors import DomainError, TooLarge, Unparsable, WrongType

MOST_AWAY, AWAY_S = 256 * 1024 * 1024, 20.0
"""A body that is too large, and no larger than this, is read away for at most so long, so that its sender hears why."""
STEP, UNPACK_STEP = 256 * 1024, 4 * 1024 * 1024


class Arrived(NamedTuple):
    """The body; or why it cannot be taken, with as much of it as there is, and where it went wrong."""

    body: bytes
    error: DomainError | None = None
    place: str = ""


def arrive(request: HttpRequest, cap_name: str) -> Arrived:
    """The body of a request, at most ``CAPS[cap_name]`` bytes of it, also when it is unpacked."""
    cap = settings.CAPS[cap_name]
    packed = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    declared = int(request.META.get("CONTENT_LENGTH") or 0)
    if declared > cap:
        return Arrived(_beginning(request, declared), _over(cap), f"byte {cap}")
    body = request.read(declared)
    if packed in ("", "identity"):
        return Arrived(body)
    if packed not in ("gzip", "x-gzip"):
        return Arrived(body, WrongType(f"A body is sent as it is, or packed with gzip; not with {packed[:40]}."))
    return unpack(body, cap)


def unpack(body: bytes, cap: int) -> Arrived:
    """What a gzip body holds, which may be several packed ones in a row. Nothing is unpacked beyond the cap."""
    out, rest = bytearray(), body
    try:
        while rest:
            packed = zlib.decompressobj(wbits=31)
            while not packed.eof:  # a piece at a time: what was unpacked is never held twice
                piece = packed.decompress(rest, min(UNPACK_STEP, cap + 1 - len(out)))
                out += piece
                if len(out) > cap:
                    beginning = bytes(memoryview(out)[: min(cap, settings.CAPS["alert"])])
                    return Arrived(beginning, _over(cap), f"byte {cap} of what was unpacked")
                rest = packed.unconsumed_tail
                if not (piece or rest or packed.eof):
                    raise zlib.error("it ends too early")
            rest = packed.unused_data
    except zlib.error as error:
        return Arrived(body, Unparsable(f"The body is not what gzip writes: {error}."), "gzip")
    return Arrived(bytes(out))


def _over(cap: int) -> TooLarge:
    return TooLarge(f"This route takes {cap:,} bytes at most, also when they are unpacked.")


def _beginning(request: HttpRequest, declared: int) -> bytes:
    """The first bytes of a body that is too large. The rest is read away: most senders look for an answer only when
    they have sent all, and are cut off otherwise."""
    first = request.read(min(declared, settings.CAPS["alert"]))
    left, give_up = declared - len(first), time.monotonic() + AWAY_S
    while 0 < left < MOST_AWAY and time.monotonic() < give_up:
        read = len(request.read(min(left, STEP)))
        if read == 0:
            break
        left -= read
    return first
