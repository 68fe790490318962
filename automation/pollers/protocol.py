"""What a poller is: how a system that cannot send is asked for what is new. Pure but for the ``ask`` it is given; one
file each, named in `config/plugins.py` POLLERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.webhooks.forms.protocol import Call


class Failed(Exception):
    """It could not be asked, or answered what is not understood. The text is fit to be shown."""


Ask = Callable[[Call], bytes]
"""Makes one call and returns the body of a good answer; raises Failed for everything else."""

Place = Mapping[str, Any]
"""Up to where it has been read: ``{"at": <their own instant>, "seen": {id: instant}}``. Empty at the very first."""


@dataclass(frozen=True)
class Page:
    """``body`` is what its adapter reads, None where nothing was new; ``place`` is where to go on once it is stored."""

    body: bytes | None
    place: Place


@dataclass(frozen=True)
class Poller:
    """``pages(place, url, settings, secret, ask)`` yields what is new since ``place``, page by page.

    No gap: what changes while pages are read is read again the next time, because ``at`` never comes nearer to now than
    `OVERLAP_S`. No double: ``seen`` holds what was taken from there on, by id and instant of change.
    ``adapter`` reads what it brings; ``login``, ``needs`` and ``credential`` are as of a webhook form.
    """

    name: str
    title: str
    adapter: str
    pages: Callable[[Place, str, Mapping[str, Any], str, Ask], Iterator[Page]]
    credential: str
    login: Callable[[Mapping[str, Any], str], Call] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)


OVERLAP_S = 120
FIRST_LOOK_S = 24 * 3600
"""How far back the very first look goes."""


def onward(seen: Mapping[str, int], taken: Mapping[str, int], *, at: int, newest: int, begun: int) -> dict[str, Any]:
    """The place after a whole look: all instants in milliseconds. ``begun`` is when the look began."""
    reached = max(at, min(newest, begun - OVERLAP_S * 1000))
    return {"at": reached, "seen": {name: when for name, when in {**seen, **taken}.items() if when >= reached}}
