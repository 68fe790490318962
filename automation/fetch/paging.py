"""Page by page in time, for systems that only promise the order of time. Pure.

The next page begins at the last instant once more and leaves out what that instant brought already, because more
records may bear it than fit into one page; so nothing is missed and nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Found(NamedTuple):
    """One record: its instant as the system counts, what tells it from others of that instant, and its line."""

    at: int
    key: str
    record: bytes


Page = Callable[[int, int], list[Found]]
"""``page(start, size)``: at most ``size`` records from an instant on, oldest first."""


def in_time(
    page: Page, keep: Callable[[bytes], None], *, start: int, rows: int, size: int = 1_000, largest: int = 5_000
) -> None:
    """Hand ``keep`` up to ``rows`` records. An instant that fills a page of ``size`` is asked for once more with
    ``largest``; what even that does not hold cannot be reached, and is passed by."""
    seen: set[str] = set()
    wanted = size
    while rows > 0:
        found = page(start, wanted)
        fresh = [one for one in found if one.key not in seen][:rows]
        for one in fresh:
            keep(one.record)
        rows -= len(fresh)
        if len(found) < wanted:
            return
        last = found[-1].at
        at_last = {one.key for one in found if one.at == last}
        if last > start:
            start, seen, wanted = last, at_last, size
        elif wanted < largest:
            seen, wanted = seen | at_last, largest
        else:
            start, seen, wanted = start + 1, set(), size
