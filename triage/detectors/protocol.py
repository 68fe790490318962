"""What a detector is given and what it says. Nothing here imports Polars: the web reads findings too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import polars as pl

Answer = Literal["yes", "no", "partly", "cannot_tell"]
Confidence = Literal["low", "medium", "high"]
ScopeName = Literal["case", "elsewhere"]

EVIDENCE_ROWS = 50


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One raw record: ``line`` from 1, ``offset`` and ``length`` in bytes of the original file.

    ``evidence`` is None for an alert's own events; ``event["evidence.pointer"]`` then says where in its body.
    """

    evidence: int | None
    source: str
    line: int | None
    offset: int | None
    length: int | None
    text: str
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one detector says of one step's question. ``window`` is RFC 3339 UTC; ``figures`` is plain JSON.

    ``figures["chart"]`` is ``[{"from": instant, "count": n, "hit": bool}]`` where a picture says more than a figure.
    """

    detector: str
    version: int
    scope: ScopeName
    answer: Answer
    confidence: Confidence
    sentence: str
    threshold: str
    would_change: str
    missing: tuple[str, ...] = ()
    window: tuple[str | None, str | None] = (None, None)
    sources: tuple[str, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    entities: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    input_digest: str = ""

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        return {**data, **{name: list(data[name]) for name in ("missing", "window", "sources", "evidence")}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        first, last = data["window"]
        return cls(
            **{
                **data,
                "missing": tuple(data["missing"]),
                "window": (first, last),
                "sources": tuple(data["sources"]),
                "evidence": tuple(EvidenceRow(**row) for row in data["evidence"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What the organisation and its case store know, as plain data; made by the caller, never read from a clock.

    ``ranges`` are corporate networks ``(cidr, label)``; ``assets``, ``people``, ``allowed`` and ``changes`` are shaped
    as `casebook.context.ask.as_data` says. ``list_hits`` maps an address, domain or hash to what our lists say of it:
    ``{"list": name, "kind": "cloud"|"scanner"|"crawler"|"blocklist"|"other", "level": n|None, "date": "2026-08-22"}``.
    ``list_answers`` is how each question to the lists ended: ``{"type", "value", "result": "listed"|
    "known_infrastructure"|"not_listed"|"limited"|"error"|None (not yet), "summary", "date"}``.
    ``related`` are other cases and alerts: ``{"ref", "verdict": …|None, "shared": ["ip 203.0.113.7"], "at": instant,
    "techniques": [id], "title"}``. ``seen`` is, by ``type value``, in which closed cases a value of this one was met:
    ``{"benign": n, "refs": ["CB-7"], "true": ["CB-9"]}``. None of either means that nobody looked.
    ``about`` is what the case names, ``(type, value, role)``. ``at`` is the case's own first instant and ``techniques``
    its own techniques.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    assets: tuple[Mapping[str, Any], ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()
    allowed: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()
    list_hits: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    list_answers: tuple[Mapping[str, Any], ...] = ()
    related: tuple[Mapping[str, Any], ...] | None = None
    seen: Mapping[str, Mapping[str, Any]] | None = None
    about: tuple[tuple[str, str, str], ...] = ()
    techniques: tuple[str, ...] = ()
    at: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Context:
        """What `asdict` made. Data of an earlier version lacks some of it: that reads as nothing known."""
        related = data.get("related")
        return cls(
            ranges=tuple((cidr, label) for cidr, label in data.get("ranges", ())),
            assets=tuple(data.get("assets", ())),
            people=tuple(data.get("people", ())),
            allowed=tuple(data.get("allowed", ())),
            changes=tuple(data.get("changes", ())),
            list_hits={value: tuple(hits) for value, hits in data.get("list_hits", {}).items()},
            list_answers=tuple(data.get("list_answers", ())),
            related=None if related is None else tuple(related),
            seen=data.get("seen"),
            about=tuple((kind, value, role) for kind, value, role in data.get("about", ())),
            techniques=tuple(data.get("techniques", ())),
            at=data.get("at"),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What the case is about: its observables and, when narrowed, its window (RFC 3339; either end may be open).

    ``ips`` may hold ranges. Without any observable the whole log is the case's. ``searched`` are
    ``(kind of event, from, to)`` for which a log system was asked whole for what the case is about: what its rows do
    not reach of that is no gap.
    """

    ips: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    window: tuple[str | None, str | None] = (None, None)
    margin_s: int = 3600
    searched: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scope:
        lists = {name: tuple(data[name]) for name in ("ips", "users", "hosts", "domains")}
        first, last = data["window"]
        searched = tuple((kind, start, end) for kind, start, end in data.get("searched", ()))
        return cls(**lists, window=(first, last), margin_s=data["margin_s"], searched=searched)


class Detector(Protocol):
    """A pure function over events and context, with its thresholds as settings.

    ``needs`` are event kinds of which at least one must be in the evidence for a "no"; empty means that it needs no
    events. It returns one finding for the case and, where there is something to say, one for elsewhere in the log.
    """

    id: str
    version: int
    title: str
    needs: tuple[str, ...]
    settings: Mapping[str, Any]

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]: ...
