"""Computes findings: the caller's side. Detectors run in a warm child (`triage.detectors.judging`), never here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.registry import DETECTORS
from triage.events import children

DEADLINE_S = 60.0
MEMORY_MB = 1500
LARGE_EVENTS_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """One piece of evidence as the detectors read it.

    A file: ``path`` of its events (`ReadResult.events_path`), ``cache_key``, and ``original``, from which the raw lines
    of evidence rows are read. An alert's own events: ``inline`` records, no id, no path; ``sha256`` that of the body.
    """

    name: str
    sha256: str
    id: int | None = None
    path: str | None = None
    cache_key: str = ""
    original: str | None = None
    inline: tuple[Mapping[str, Any], ...] | None = None


def compute(
    *,
    inputs: Sequence[EvidenceInput],
    context: Context,
    scope: Scope,
    detectors: Mapping[str, str] = DETECTORS,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Finding]:
    """Findings in order of detector, the case's before elsewhere's. The same inputs give the same findings.

    ``detectors`` maps ids to dotted paths; ``settings`` overrides thresholds by detector id. Raises ChildFailed.
    """
    payload = {
        "inputs": [asdict(one) for one in inputs],
        "context": asdict(context),
        "scope": asdict(scope),
        "detectors": dict(detectors),
        "settings": {name: dict(values) for name, values in (settings or {}).items()},
    }
    lane = "large" if any(_is_large(one) for one in inputs) else "small"
    found = children.ask(
        "triage.detectors.judging.judge", payload, lane=lane, deadline_s=DEADLINE_S, memory_mb=MEMORY_MB
    )
    return [Finding.from_json(data) for data in found]


def _is_large(one: EvidenceInput) -> bool:
    return one.path is not None and children.size(one.path) > LARGE_EVENTS_BYTES
