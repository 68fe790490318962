"""`Idempotency-Key`: the same key gets the same answer; another body under it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError, connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from casebook import jsonio
from casebook.api.who import actor_of
from casebook.errors import Conflict, Invalid
from casebook.models import IdempotencyKey

LONGEST = 255
WAIT_MS = 3000


def idempotent(verb: Callable[..., Response]) -> Callable[..., Response]:
    """Around a write method of an APIView. The key's row goes in first, in the verb's own transaction, so that of many
    racers one does the work and the others wait for its answer; a refusal leaves no row and may be tried again."""

    @wraps(verb)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if not key:
            return verb(view, request, *args, **kwargs)
        if len(key) > LONGEST:
            raise Invalid("The Idempotency-Key is too long.", errors={"Idempotency-Key": [f"at most {LONGEST}"]})
        digest = hashlib.sha256(_body(request)).digest()
        try:
            with transaction.atomic():
                row, answer = _claim(request, key, digest)
                if answer is not None:
                    return answer
                response = verb(view, request, *args, **kwargs)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                    return response
                row.status, row.answer = response.status_code, jsonio.plain(response.data)
                row.location = response.headers.get("Location", "")
                row.save(update_fields=["status", "answer", "location"])
                return response
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
            detail = "The same key is being worked on; ask again."
            raise Conflict(detail, extra={"retry_after": 2}) from error

    return once


def _claim(request: Request, key: str, digest: bytes) -> tuple[IdempotencyKey, Response | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = {WAIT_MS}")
    actor = actor_of(request)
    row, new = IdempotencyKey.objects.get_or_create(
        principal=f"{actor.kind}:{actor.person_id or actor.token_id}"[:40],
        method=request.method or "",
        path=request.path[:255],
        key=key,
        defaults={"body_sha256": digest},
    )
    with connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = 0")
    if new:
        return row, None
    if bytes(row.body_sha256) != digest:
        raise Invalid("This Idempotency-Key was used with another body.", errors={"Idempotency-Key": ["used before"]})
    headers = {"Location": row.location} if row.location else {}
    return row, Response(row.answer, status=row.status, headers=headers)


def _body(request: Request) -> bytes:
    """What the key is bound to: the parsed data, so that a file counts by its name and size."""
    if request.FILES:
        names = [f"{name}:{file.name}:{file.size}" for name, file in request.FILES.items()]
        return "\n".join([*names, *(f"{k}={v}" for k, v in request.POST.items())]).encode()
    return jsonio.encode(request.data)
