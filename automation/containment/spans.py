"""How long an action lasts: seconds, or a number with a unit, as people write it."""

from __future__ import annotations

import re

from automation.containment.kinds import Kind
from automation.limits import limit
from casebook.errors import Invalid

_SPAN = re.compile(r"(\d{1,9})\s*([smhdw]?)", re.IGNORECASE)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
LEAST_S = 60


def seconds(kind: Kind, given: int | str | None) -> int | None:
    """The seconds until an action of a kind ends; None for one that cannot be undone. Raises Invalid."""
    if not kind.undoable:
        if given not in (None, ""):
            raise _wrong(f"{kind.name} cannot be undone, so it does not end: leave expires_in out")
        return None
    if given in (None, ""):
        return int(limit("EXPIRY_S"))
    found = _SPAN.fullmatch(str(given).strip())
    if found is None:
        raise _wrong("seconds, or a number with s, m, h, d or w, such as 24h")
    span = int(found.group(1)) * _UNITS[found.group(2).lower()]
    most = int(limit("EXPIRY_MAX_S"))
    if not LEAST_S <= span <= most:
        raise _wrong(f"from {LEAST_S} to {most} seconds ({most // 86400} days)")
    return span


def _wrong(what: str) -> Invalid:
    return Invalid("The expiry is not understood.", errors={"expires_in": [what]})
