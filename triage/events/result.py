"""What reading one piece of evidence came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``state`` is ready, not_understood, refused or failed. ``lines`` = ``understood`` + ``not_understood``.

    ``window`` is the first and last instant, RFC 3339 UTC. ``assumptions`` are sentences for people; ``timezone`` and
    ``year`` (of the first line) are what was used, None where the lines name their own. ``samples`` are the first
    lines not understood: ``{"line", "text", "reason"}``. ``cache_key`` names the events for the input digest.
    """

    state: str
    format: str | None = None
    lines: int = 0
    understood: int = 0
    not_understood: int = 0
    not_understood_samples: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    events: int = 0
    window: tuple[str, str] | None = None
    timezone: str | None = None
    year: int | None = None
    assumptions: list[str] = field(default_factory=list)
    events_path: str | None = None
    cache_key: str = ""
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ReadResult:
        window = data.get("window")
        return cls(**{**data, "window": tuple(window) if window else None})
