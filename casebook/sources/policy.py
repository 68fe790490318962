"""What may be set on a source, checked. Every wrong field is told, not the first alone."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from casebook.errors import Invalid
from casebook.intake.adapters import field_map
from casebook.models import Source
from casebook.plugins import table

NATIVE = "native"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,48}[a-z0-9]|[a-z0-9]")
WINDOW_MIN, WINDOW_MAX = timedelta(minutes=1), timedelta(days=90)
REOPEN_MAX = timedelta(days=90)
CONTRACT_MOST = 1_000_000


class _Wrong(Exception):
    """What is wrong with one value: its arguments, one text each."""


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the columns hold them. Raises Invalid with everything that is wrong, by field."""
    clean: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in values.items():
        check = CHECKS.get(name)
        try:
            if check is None:
                raise _Wrong(f"there is no such setting: {', '.join(sorted(CHECKS))}")
            clean[name] = check(value)
        except _Wrong as wrong:
            errors[name] = list(wrong.args)
    if errors:
        raise Invalid.of(errors)
    return clean


def adapters() -> list[str]:
    """Names a source's ``adapter`` may have."""
    return [NATIVE, *sorted(table("ADAPTERS"))]


def _slug(value: Any) -> str:
    text = str(value).strip()
    if not _SLUG.fullmatch(text):
        raise _Wrong("small letters, digits and hyphens, 50 at most, such as elastic-prod")
    return text


def _name(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text or len(text) > 120:
        raise _Wrong("say what it is in 120 characters at most")
    return text


def _adapter(value: Any) -> str:
    if value not in adapters():
        raise _Wrong(f"one of {', '.join(adapters())}")
    return str(value)


def _zone(value: Any) -> str:
    text = str(value or "").strip()
    if text and text not in zoneinfo.available_timezones():
        raise _Wrong(f"{text!r} is no IANA time zone: write one such as Europe/Vienna, or nothing for UTC")
    return text


def _choice(kind: Any) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in kind.values:
            raise _Wrong(f"one of {', '.join(kind.values)}")
        return str(value)

    return check


def _span(least: timedelta, most: timedelta) -> Callable[[Any], timedelta]:
    def check(value: Any) -> timedelta:
        """Seconds, or a timedelta."""
        try:
            span = value if isinstance(value, timedelta) else timedelta(seconds=float(value))
        except (TypeError, ValueError, OverflowError):
            raise _Wrong("a number of seconds") from None
        if not least <= span <= most:
            raise _Wrong(f"between {int(least.total_seconds())} and {int(most.total_seconds())} seconds")
        return span

    return check


def _contract(value: Any) -> int | None:
    if value in (None, ""):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise _Wrong("a whole number of alerts a minute, or nothing for no limit") from None
    if isinstance(value, bool) or not 1 <= number <= CONTRACT_MOST:
        raise _Wrong(f"between 1 and {CONTRACT_MOST:,} alerts a minute, or nothing for no limit")
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false")
    return value


def _field_map(value: Any) -> dict[str, Any]:
    """An empty map is one not drawn up yet: what comes waits for it."""
    if not isinstance(value, dict):
        raise _Wrong("an object: our field → expression")
    if wrong := field_map.check(value) if value else []:
        raise _Wrong(*(f"{one.field} {one.what}".strip() for one in wrong))
    return value


CHECKS: dict[str, Callable[[Any], Any]] = {
    "slug": _slug,
    "name": _name,
    "adapter": _adapter,
    "enabled": _flag,
    "zone": _zone,
    "field_map": _field_map,
    "contract_per_minute": _contract,
    "grouping_on": _choice(Source.GroupingOn),
    "grouping_window": _span(WINDOW_MIN, WINDOW_MAX),
    "on_closed_repeat": _choice(Source.OnClosedRepeat),
    "reopen_within": _span(WINDOW_MIN, REOPEN_MAX),
}
