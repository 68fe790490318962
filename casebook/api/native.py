"""Alerts in our own format: one, a list, or one a line; each with the exact bytes it came as."""

from __future__ import annotations

import msgspec
from django.conf import settings
from rest_framework.response import Response

from casebook import jsonio
from casebook.api import answers
from casebook.api.answers import Gathered
from casebook.errors import DomainError, TooLarge, Unparsable
from casebook.intake import contract_limit
from casebook.intake.envelope import understand
from casebook.intake.prepare import prepare
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender

_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


def single(sender: Sender, body: bytes) -> Response:
    """One object. Raises Invalid naming its fields, Unparsable with the position, TooLarge; the bytes are kept."""
    gathered = Gathered(received=1)
    try:
        _add(gathered, 0, body)
    except DomainError as error:
        refuse(sender, answers.refused(body[: settings.CAPS["alert"]], error))
        raise
    return answers.one(sender, gathered)


def listed(sender: Sender, body: bytes) -> Response:
    """A list. One that cannot be parsed as a whole is refused as a whole; an item that is wrong costs no other."""
    try:
        parts = [bytes(part) for part in _split(body)]
        _at_most(len(parts))
        return _many(sender, parts, whole=body)
    except (Unparsable, msgspec.DecodeError, RecursionError) as error:
        reason = error.detail if isinstance(error, Unparsable) else _reason(body)
        refuse(sender, Refused(body, reason))
        raise Unparsable(reason) from error
    except TooLarge as error:
        refuse(sender, answers.refused(body, error))
        raise


def lines(sender: Sender, body: bytes) -> Response:
    """One alert a line, blank ones between them skipped. A line that cannot be parsed costs no other."""
    parts = [line for line in (raw.strip() for raw in body.split(b"\n")) if line]
    try:
        _at_most(len(parts))
    except TooLarge as error:
        refuse(sender, answers.refused(body, error))
        raise
    return _many(sender, parts)


def _many(sender: Sender, parts: list[bytes], *, whole: bytes | None = None) -> Response:
    contract_limit.charge(sender, len(parts))
    gathered = Gathered(received=len(parts))
    for position, part in enumerate(parts):
        try:
            _add(gathered, position, part)
        except DomainError as error:
            if isinstance(error, Unparsable) and whole is not None:
                jsonio.decode(whole)  # says where in the whole body it is broken
            gathered.refuse(position, part[: settings.CAPS["alert"]], error, where=f"item {position}: ")
    return answers.many(sender, gathered)


def _add(gathered: Gathered, position: int, body: bytes) -> None:
    cap = settings.CAPS["alert"]
    if len(body) > cap:
        reason = f"One alert may be {cap:,} bytes; this one has {len(body):,}."
        raise TooLarge(reason, errors={"body": ["too large"]})
    alert, warnings = understand(body)
    gathered.items.append(prepare(alert, body, position))
    if warnings:
        gathered.notes[position] = {"warnings": warnings}


def _at_most(items: int) -> None:
    most = settings.CAPS["alerts_items"]
    if items > most:
        raise TooLarge(f"A list may hold {most:,} alerts; this one holds {items:,}.")


def _reason(body: bytes) -> str:
    try:
        jsonio.decode(body)
    except Unparsable as error:
        return error.detail
    return "The body is no list of alerts."
