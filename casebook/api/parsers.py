"""Bodies: JSON with errors that name the place, and bytes taken as they came."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from casebook import jsonio
from casebook.errors import TooLarge


class RawJson(BaseParser):
    """The exact bytes, at most one more than the largest cap, so that a body without a length cannot fill memory.

    Read past Django's own limit on form data, which is far below what a list of alerts may be.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read(settings.CAPS["alerts"] + 1)


class JsonParser(BaseParser):
    """JSON up to the general cap; what cannot be parsed is refused with its position."""

    media_type = "application/json"
    cap = "body"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        cap = settings.CAPS[self.cap]
        body = stream.read(cap + 1)
        if len(body) > cap:
            raise TooLarge(f"The body is larger than {cap:,} bytes, the most this route takes.")
        return jsonio.decode(body) if body.strip() else {}


class PastedJson(JsonParser):
    """JSON that may hold as much pasted text as a file may have bytes."""

    cap = "evidence"
