"""For machines: is the process alive, and can it serve."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers and its schema is there; Valkey is told of, but work waits without it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select epoch from casebook_installation where id = 1")
            ready = cursor.fetchone() is not None
    except DatabaseError:
        ready = False
    return JsonResponse({"database": ready, "doorbell": _doorbell()}, status=200 if ready else 503)


def _doorbell() -> bool:
    try:
        cache.set("readyz", 1, 5)
        return bool(cache.get("readyz"))
    except Exception:  # the cache's client raises what its library likes
        return False
