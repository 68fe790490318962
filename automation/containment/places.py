"""Which action stands where on an open ledger, so that asking again moves nothing under the hand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

MOST = 300
"""More ids than any page of ours shows."""


@dataclass(frozen=True)
class Places:
    """Ids in the order they stand: loud banners, open rows, and what was over when the page was made."""

    alarms: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    over: tuple[int, ...] = ()

    @classmethod
    def parse(cls, asked: Mapping[str, str]) -> Self | None:
        """The places in an address's parameters; None where they name no row, as on a page that is new."""
        found = [_ids(asked.get(name, "")) for name in ("alarms", "rows", "over")]
        return cls(*found) if "rows" in asked else None

    def query(self, **more: str) -> str:
        """The parameters that ask for the same places again."""
        told = {name: ",".join(map(str, getattr(self, name))) for name in ("alarms", "rows", "over")}
        return urlencode({**more, **told}, safe=",")


def _ids(text: str) -> tuple[int, ...]:
    numbers = [int(one) for one in text.split(",") if one.isdecimal() and len(one) < 18]
    return tuple(dict.fromkeys(numbers))[:MOST]
