"""Puts a finding together, and lets "no" stand only where the evidence can carry it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors.coverage import Need, coverage
from triage.detectors.evidence import rows
from triage.detectors.protocol import EVIDENCE_ROWS, Answer, Confidence, Detector, Finding
from triage.detectors.sides import Side
from triage.detectors.wording import rfc3339

LOWER: dict[Confidence, Confidence] = {"high": "medium", "medium": "low", "low": "low"}


def compose(
    detector: Detector,
    side: Side,
    settings: Mapping[str, Any],
    *,
    answer: Answer,
    confidence: Confidence,
    sentence: str,
    threshold: str,
    would_change: str,
    evidence: pl.DataFrame | None = None,
    figures: Mapping[str, Any] | None = None,
    entities: Mapping[str, list[str]] | None = None,
    missing: tuple[str, ...] = (),
    need: Need | None = None,
) -> Finding:
    """The finding of one side. A "no" becomes "cannot tell", naming what is missing, where coverage fails.

    ``need`` is what that "no" rests on, where it is less than every event of the kinds the detector needs.
    """
    if answer == "no":
        lacking = coverage(side, need or Need(detector.needs))
        if lacking.missing:
            answer, confidence, missing = "cannot_tell", "low", missing + lacking.missing
            sentence = lacking.request if side.events.is_empty() else f"{sentence} {lacking.request}"
            would_change = "The missing log."
        elif side.is_case and side.events.is_empty() and side.everything.height:
            # A log that never mentions what the case is about may be the wrong log.
            sentence, confidence = f"{sentence} The log never mentions what this case is about.", "low"
    if evidence is not None and evidence.height > EVIDENCE_ROWS:
        figures = {**(figures or {}), "records": evidence.height}
    if side.note:
        sentence, confidence = f"{sentence} {side.note}", LOWER[confidence]
    return Finding(
        detector=detector.id,
        version=detector.version,
        scope=side.name,
        answer=answer,
        confidence=confidence,
        sentence=sentence,
        threshold=threshold,
        would_change=would_change,
        missing=missing,
        window=_window(side, evidence),
        sources=tuple(side.everything["evidence.file"].drop_nulls().unique().sort()),
        evidence=rows(evidence) if evidence is not None else (),
        figures=dict(figures or {}),
        entities={kind: list(values) for kind, values in (entities or {}).items() if values},
        settings=dict(settings),
    )


def _window(side: Side, evidence: pl.DataFrame | None) -> tuple[str | None, str | None]:
    """What was examined: the evidence's own span, narrowed to what the case asks about and the margin around it.

    A record that a detector followed beyond that (what a session did next) was looked at as well.
    """
    margin = timedelta(seconds=side.scope.margin_s)
    asked = (side.asked[0] and side.asked[0] - margin, side.asked[1] and side.asked[1] + margin)
    first, last = _span(side.everything)
    if first is None or last is None:
        return rfc3339(side.asked[0]), rfc3339(side.asked[1])
    first, last = max(first, asked[0] or first), min(last, asked[1] or last)
    shown = _span(evidence) if evidence is not None else (None, None)
    return rfc3339(min(first, shown[0] or first)), rfc3339(max(last, shown[1] or last))


def _span(events: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    first, last = events["@timestamp"].min(), events["@timestamp"].max()
    return (first, last) if isinstance(first, datetime) and isinstance(last, datetime) else (None, None)
