"""`Idempotency-Key`: the same key gets the same answer; another body under it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from casebook import jsonio
from casebook.api.who import actor_of
from casebook.errors import Conflict, DomainError, Invalid
from casebook.models import IdempotencyKey

LONGEST = 255
WAIT_MS = 3000
_REFUSALS = (DomainError, APIException, Http404)

# A lock of the transaction, not a row: until the verb itself writes, this transaction has no number that readers of
# settled entries would wait for, however long the verb talks to somebody outside.
_LINE_UP = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


class Place(NamedTuple):
    """Where a key counts: whose it is, and for which method and address."""

    principal: str
    method: str
    path: str
    key: str


def idempotent(verb: Callable[..., Response]) -> Callable[..., Response]:
    """Around a write method of an APIView: `answered_once` where the request carries a key."""

    @wraps(verb)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if not key:
            return verb(view, request, *args, **kwargs)
        place = Place(_principal(request), str(request.method), request.path, key)
        return answered_once(place, _digest(request), lambda: verb(view, request, *args, **kwargs))

    return once


def answered_once(place: Place, digest: bytes, verb: Callable[[], Response]) -> Response:
    """Of many racers one does the work and the others wait for its answer, which is stored in the verb's own
    transaction. ``digest`` is of what was sent. A refusal is not stored and may be tried again; what a verb wrote down
    before it refused stands, as it does without a key.

    Raises Invalid for another body under a known key, and Conflict for one that waited too long.
    """
    if len(place.key) > LONGEST:
        raise Invalid("The Idempotency-Key is too long.", errors={"Idempotency-Key": [f"at most {LONGEST}"]})
    place = place._replace(path=place.path[:255])
    try:
        with transaction.atomic():
            _line_up(place)
            known = IdempotencyKey.objects.filter(**place._asdict()).first()
            if known is not None:
                return _answered(known, digest)
            try:
                response = verb()
            except _REFUSALS as error:
                refused = error
            else:
                if response.status_code < 400:
                    _keep(place, digest, response)
                return response
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        detail = "The same key is being worked on; ask again."
        raise Conflict(detail, extra={"retry_after": 2}) from error
    raise refused


def _line_up(place: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [str(WAIT_MS)])
        cursor.execute(_LINE_UP, ["\x1f".join(place)])
        cursor.execute("set local lock_timeout to default")


def _answered(known: IdempotencyKey, digest: bytes) -> Response:
    if bytes(known.body_sha256) != digest:
        raise Invalid("This Idempotency-Key was used with another body.", errors={"Idempotency-Key": ["used before"]})
    headers = {"Location": known.location} if known.location else {}
    return Response(known.answer, status=known.status, headers=headers)


def _keep(place: Place, digest: bytes, response: Response) -> None:
    IdempotencyKey.objects.create(
        **place._asdict(),
        body_sha256=digest,
        status=response.status_code,
        answer=jsonio.plain(response.data),
        location=response.headers.get("Location", ""),
    )


def _principal(request: Request) -> str:
    """Whose key it is: a source, or a person, whichever token or session they come with."""
    actor = actor_of(request)
    if actor.person_id is not None:
        return f"person:{actor.person_id}"
    return f"{actor.kind}:{getattr(actor, 'source_id', actor.token_id)}"


def _digest(request: Request) -> bytes:
    """What the key is bound to: the query, the parsed data, and of files what is in each of them."""
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\x1e")
    if not request.FILES:
        digest.update(jsonio.encode(request.data))
        return digest.digest()
    digest.update(jsonio.encode(dict(request.POST.lists())))
    for name, files in request.FILES.lists():
        for file in files:
            digest.update(f"\x1e{name}\x1f{file.name}\x1f{file.size}\x1f".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()
