"""Runs detectors over the events of a case. Runs in a child process; the caller's side is `triage.detectors.run`."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from triage.detectors.protocol import Context, Detector, Scope
from triage.detectors.raw_records import RawRecords
from triage.detectors.sides import splitting_once
from triage.events import store
from triage.events.parsers import inline, original
from triage.events.parsers.protocol import Tally
from triage.events.schema import sparse


def judge(payload: Mapping[str, Any], progress: Callable[[float], None]) -> list[dict[str, Any]]:
    """The child's task: findings as JSON, detectors in order of their ids."""
    inputs = payload["inputs"]
    events = gather(inputs)
    context, scope = Context.from_json(payload["context"]), Scope.from_json(payload["scope"])
    known = _sha256(payload["context"])  # once: it may name thousands of people
    found = []
    with splitting_once(), RawRecords(inputs) as raw:
        for number, (name, path) in enumerate(sorted(payload["detectors"].items()), start=1):
            detector = _detector(path)
            settings = payload["settings"].get(name, {})
            digest = input_digest(inputs, known, payload["scope"], detector, settings)
            for finding in detector.detect(events, context, settings, scope):
                rows = tuple(replace(row, text=raw.text(row)) for row in finding.evidence)
                found.append(replace(finding, evidence=rows, input_digest=digest).to_json())
            progress(number / len(payload["detectors"]))
    return found


def gather(inputs: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """All events of the inputs in one frame. One file given twice (by content) counts once, and so does a raw line that
    several alerts quote."""
    parts, seen = [], set()
    told: Counter[str] = Counter()
    for one in inputs:
        if one["sha256"] in seen:
            continue
        seen.add(one["sha256"])
        if one["inline"] is not None:
            events = sparse(list(inline.parse(original.unrepeated(one["inline"], told), Tally())))
            parts.append(store.located(events, evidence_id=one["id"], name=one["name"]))
        elif one["path"] is not None:
            parts.append(store.stored_events(Path(one["path"]), evidence_id=one["id"], name=one["name"]))
    return store.together(parts)


def input_digest(
    inputs: Sequence[Mapping[str, Any]],
    context: str,
    scope: Mapping[str, Any],
    detector: Detector,
    settings: Mapping[str, Any],
) -> str:
    """SHA-256 over everything a finding rests on, ``context`` by its own; places on disk are not part of it."""
    basis = {
        "events": [[one["id"], one["sha256"], one["cache_key"]] for one in inputs],
        "context": context,
        "scope": scope,
        "detector": [detector.id, detector.version],
        "settings": {**detector.settings, **settings},
    }
    return _sha256(basis)


def _sha256(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _detector(path: str) -> Detector:
    module, _, name = path.rpartition(".")
    detector: Detector = getattr(import_module(module), name)
    return detector
