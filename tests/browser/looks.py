"""The fixtures' shapes, and the widths and themes that every page is looked at in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page

Visit = Callable[..., Page]
NewCase = Callable[..., str]
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (1440, "light"),
    (1440, "dark"),
    (390, "dark"),
    (1280, "light"),
)
