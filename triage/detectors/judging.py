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

from triage.detectors.protocol import Context, Detector, EvidenceRow, Scope
from triage.events import store
from triage.events.parsers import inline, original
from triage.events.parsers.protocol import Tally
from triage.events.schema import LOCATED, empty, frame

LONGEST_TEXT = 4096
"""Bytes of a raw record shown in an evidence row."""


def judge(payload: Mapping[str, Any], progress: Callable[[float], None]) -> list[dict[str, Any]]:
    """The child's task: findings as JSON, detectors in order of their ids."""
    inputs = payload["inputs"]
    events = gather(inputs)
    context, scope = Context.from_json(payload["context"]), Scope.from_json(payload["scope"])
    found = []
    for number, (name, path) in enumerate(sorted(payload["detectors"].items()), start=1):
        detector = _detector(path)
        settings = payload["settings"].get(name, {})
        digest = input_digest(inputs, payload["context"], payload["scope"], detector, settings)
        for finding in detector.detect(events, context, settings, scope):
            rows = with_text(finding.evidence, inputs)
            found.append(replace(finding, evidence=rows, input_digest=digest).to_json())
        progress(number / len(payload["detectors"]))
    return found


def gather(inputs: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """All events of the inputs in one frame. One file given twice (by content) counts once, and so does a raw line that
    several alerts quote."""
    frames, seen = [empty()], set()
    told: Counter[str] = Counter()
    for one in inputs:
        if one["sha256"] in seen:
            continue
        seen.add(one["sha256"])
        if one["inline"] is not None:
            events = frame(list(inline.parse(original.unrepeated(one["inline"], told), Tally())))
            frames.append(store.located(events, evidence_id=one["id"], name=one["name"]).select(*LOCATED))
        elif one["path"] is not None:
            frames.append(
                store.read_events(Path(one["path"]), evidence_id=one["id"], name=one["name"]).select(*LOCATED)
            )
    return pl.concat(frames)


def input_digest(
    inputs: Sequence[Mapping[str, Any]],
    context: Mapping[str, Any],
    scope: Mapping[str, Any],
    detector: Detector,
    settings: Mapping[str, Any],
) -> str:
    """SHA-256 over everything a finding rests on; places on disk are not part of it."""
    basis = {
        "events": [[one["id"], one["sha256"], one["cache_key"]] for one in inputs],
        "context": context,
        "scope": scope,
        "detector": [detector.id, detector.version],
        "settings": {**detector.settings, **settings},
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


def with_text(rows: Sequence[EvidenceRow], inputs: Sequence[Mapping[str, Any]]) -> tuple[EvidenceRow, ...]:
    """Rows with the raw record each points to: a line of the original, or the alert's own event as JSON."""
    originals = {one["id"]: one["original"] for one in inputs if one["original"]}
    records = {one["name"]: one["inline"] for one in inputs if one["inline"] is not None}
    return tuple(replace(row, text=_text(row, originals, records)) for row in rows)


def _text(row: EvidenceRow, originals: Mapping[Any, str], records: Mapping[str, Sequence[Any]]) -> str:
    pointer = row.event.get("evidence.pointer")
    if pointer is not None and row.source in records:
        record = records[row.source][int(pointer.rpartition("/")[2])]
        line = record.get("event.original")
        return (line if isinstance(line, str) else json.dumps(record, ensure_ascii=False))[:LONGEST_TEXT]
    if row.evidence not in originals or row.offset is None or row.length is None:
        return ""
    try:
        with open(originals[row.evidence], "rb") as file:
            file.seek(row.offset)
            return file.read(min(row.length, LONGEST_TEXT)).decode("utf-8", "replace")
    except OSError:
        return ""  # the original has moved: the row keeps its pointer, and the page says that it cannot be opened


def _detector(path: str) -> Detector:
    module, _, name = path.rpartition(".")
    detector: Detector = getattr(import_module(module), name)
    return detector
