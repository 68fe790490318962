"""How long things may take. Each can be set (`settings.AUTOMATION`); the defaults fit the leases of the work kinds:
a call must surely have ended before the lease of whoever makes it can run out."""

from __future__ import annotations

from django.conf import settings

DEFAULTS: dict[str, float] = {
    "CALL_S": 10,  # one outgoing call, from name resolution to the last byte
    "PREVIEW_S": 3,  # asking a target who is behind an address, while a person waits
    "SETTLE_FOR_S": 40,  # how long after sending began a worker tries to find out before it says unknown
    "AGAIN_S": 3,  # between two tries to find out
    "LAPSE_S": 30 * 60,  # a request nobody answers, an approval nobody carries out
    "EXPIRY_S": 24 * 3600,
    "EXPIRY_MAX_S": 30 * 24 * 3600,
    "BLOCKS_PER_HOUR": 100,
    "ISOLATIONS_PER_HOUR": 20,
}


def limit(name: str) -> float:
    """A limit by its name. Raises KeyError for one that does not exist."""
    given: dict[str, float] = getattr(settings, "AUTOMATION", {})
    return given.get(name, DEFAULTS[name])
