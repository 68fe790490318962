"""A made-up case by which a saved search is tried and shown. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

SAMPLE: Final[dict[str, Any]] = {
    "start": datetime(2026, 3, 30, 15, 1, 36, tzinfo=UTC),
    "end": datetime(2026, 3, 30, 17, 1, 36, tzinfo=UTC),
    "users": ("m.keller", "CORP\\svc-backup"),
    "ips": ("203.0.113.7", "2001:db8::7"),
    "hosts": ("web-1",),
}
"""As keywords of `automation.fetch.about.About`."""
