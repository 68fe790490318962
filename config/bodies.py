"""Caps on what a request may carry, before anything reads it: a body is refused by what it says of itself.

Where alerts come in, the door itself looks at length and packing (`casebook/api/arriving.py`): it knows the source by
then, and what it refuses is kept and counted there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.errors import refusal

FORM_SLACK = 64 * 1024
"""What a multipart form may add to the file it carries."""
MOST_AWAY, AWAY_S = 256 * 1024 * 1024, 20.0
"""A body that is too large, and no larger than this, is read away for at most so long, so that its sender hears why."""
_EVIDENCE = re.compile(r"/(api/v1/)?cases/[^/]+/evidence/")
_DOORS = re.compile(r"/api/v1/(alerts/|intake/.*)")
_IMPORTS = ("/api/v1/playbooks/import/", "/playbooks/import/")


class BodyMiddleware:
    """413 over the route's cap, 411 where no length is given, 415 for a packed body.

    The server never reads more than the length a request declares, so a check of the length is a check of the body;
    form parsing, which writes files to disk before anybody knows who asks, is reached only below the cap.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _refused(request) or self.get_response(request)


def cap_of(path: str) -> tuple[int, int]:
    """The cap of an address in bytes, and what its form may have around it."""
    if _EVIDENCE.fullmatch(path):
        return settings.CAPS["evidence"], FORM_SLACK
    if path in _IMPORTS:
        return settings.CAPS["import"], FORM_SLACK
    return settings.CAPS["body"], 0


def _let_it_arrive(request: HttpRequest, length: int) -> None:
    """Read the body away: most senders look for an answer only when they have sent all, and are cut off otherwise."""
    stream, left, give_up = request.META["wsgi.input"], length, time.monotonic() + AWAY_S
    while 0 < left < MOST_AWAY and time.monotonic() < give_up:
        read = len(stream.read(min(left, 256 * 1024)))
        if read == 0:
            return
        left -= read


def _refused(request: HttpRequest) -> HttpResponse | None:
    at_the_door = request.method == "POST" and _DOORS.fullmatch(request.path)
    if not at_the_door and request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in (
        "",
        "identity",
    ):
        return refusal(request, 415, "Unsupported media type", "Send the body as it is, not compressed.")
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return refusal(request, 411, "Length required", "Send the body in one piece, with its Content-Length.")
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if not declared.isdecimal():
        return refusal(request, 400, "Not understood", "The Content-Length is no number.")
    if at_the_door and len(declared) <= 15:
        return None
    cap, slack = cap_of(request.path)
    if len(declared) > 15 or int(declared) > cap + slack:
        _let_it_arrive(request, int(declared[:15]))
        detail = f"This route takes {cap:,} bytes at most; the request says it has {declared[:15]}."
        return refusal(request, 413, "Too large", detail)
    return None
