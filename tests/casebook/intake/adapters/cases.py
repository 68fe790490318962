"""Recorded-shape payloads of ``tests/data/payloads/<adapter>/`` as cases: each file beside its ``.expected.json``.

An expected file names what must come of each message: under ``alerts`` the understood ones in order, each with the
fields of `described` it cares for; under ``not_understood`` reason and place of the others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from casebook import jsonio
from casebook.intake.adapters import paths
from casebook.intake.adapters.protocol import Adapter, Options, Reading
from casebook.intake.adapters.reading import Taken, again, take

CHECKOUT = Path(__file__).resolve().parents[4]
PAYLOADS = CHECKOUT / "tests" / "data" / "payloads"
SAMPLES = Path(os.environ.get("CASEBOOK_SAMPLES", CHECKOUT.parent / "shared" / "samples"))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXPECTED = ".expected.json"


def cases(adapter: str) -> list[Path]:
    """Every payload of an adapter; a folder without any is a mistake."""
    found = sorted(one for one in (PAYLOADS / adapter).iterdir() if not one.name.endswith(EXPECTED))
    assert found, f"no payloads for {adapter}"
    return found


def sample(*names: str) -> bytes:
    """A third-party payload under ``siem/``, read in place; skips where there are none."""
    path = SAMPLES.joinpath("siem", *names)
    if not SAMPLES.is_dir():
        pytest.skip(f"no third-party samples at {SAMPLES}; set CASEBOOK_SAMPLES to try them")
    return path.read_bytes()


def check(adapter: Adapter, payload: Path, *, options: Options = Options()) -> None:  # noqa: B008 - frozen
    """The payload gives what its expected file says, and every reading keeps the promises of all readings."""
    body = payload.read_bytes()
    expected = json.loads(payload.with_name(payload.stem + EXPECTED).read_text())
    taken = take(adapter, body, options, now=NOW)
    alerts = [described(part.reading) for part in taken.items]
    assert len(alerts) == len(expected["alerts"]), taken.not_understood
    for got, wanted in zip(alerts, expected["alerts"], strict=True):
        assert {name: got[name] for name in wanted} == wanted
    missed = [{"reason": one.reason, "place": one.place} for one in taken.not_understood]
    assert missed == expected.get("not_understood", [])
    keep_promises(adapter, taken, body, options)


def keep_promises(adapter: Adapter, taken: Taken, body: bytes, options: Options) -> None:
    """Positions are those of the body, stored bytes give the same reading again, and facts point at what they quote."""
    positions = sorted([one.position for one in taken.items] + [one.position for one in taken.not_understood])
    assert positions == list(range(taken.messages))
    for part in taken.items:
        assert again(adapter, part.body, options, now=NOW) == part.reading
        message = jsonio.decode(part.body)
        for fact in part.reading.facts:
            assert _at(message, fact.pointer) is not None, fact


def described(reading: Reading) -> dict[str, Any]:
    """A reading as an expected file writes it."""
    alert = reading.alert
    times = {name: getattr(alert, name) for name in ("detected_at", "first_event_at", "last_event_at")}
    return {
        "external_id": alert.external_id,
        "title": alert.title,
        "description": alert.description,
        "severity": alert.severity,
        **{name: at.isoformat().replace("+00:00", "Z") if at else None for name, at in times.items()},
        "rule": [alert.rule.id, alert.rule.name],
        "techniques": alert.techniques,
        "tactics": alert.tactics,
        "link": alert.link,
        "observables": [[one.type, one.value, one.role] for one in alert.observables],
        "assets": [[one.name, one.critical] for one in alert.assets],
        "events": alert.events,
        "facts": [[one.label, one.value, one.pointer] for one in reading.facts],
        "assumed": list(reading.assumed),
    }


def _at(message: Any, pointer: str) -> Any:
    for step in paths.steps(pointer):
        message = message[int(step)] if isinstance(message, list) else message[step]
    return message


def understood(adapter: Adapter, body: bytes, options: Options = Options()) -> Iterator[Reading]:  # noqa: B008
    """The readings of a body of which everything is understood."""
    taken = take(adapter, body, options, now=NOW)
    assert not taken.not_understood
    keep_promises(adapter, taken, body, options)
    return (part.reading for part in taken.items)
