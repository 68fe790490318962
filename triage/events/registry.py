"""The log formats that ship, as plain data: nothing here is imported before a child needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PARSERS: Final[Mapping[str, str]] = {
    "sshd_syslog": "triage.events.parsers.sshd.PARSER",
}
