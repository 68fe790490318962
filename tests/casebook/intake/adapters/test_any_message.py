"""Every adapter of `config/plugins.py` against hostile messages: anything that is JSON is understood or said not to be,
and never by way of an adapter's own failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.intake.adapters.protocol import Adapter, Options
from casebook.intake.adapters.reading import Taken, take
from casebook.intake.adapters.slices import values
from casebook.plugins import load
from config.plugins import ADAPTERS
from tests.casebook.intake.adapters.cases import NOW, PAYLOADS, cases, keep_promises

scalars: Any = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["T1110", "203.0.113.7", "2026-11-24T08:00:00Z", "[1]", '{"a": [{}]}', "\x00", "-", "9" * 30])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
OPTIONS = Options(zone="Europe/Vienna")
UNEXPECTED: tuple[Any, ...] = (1.5, "\x00", '{"a": {"b": []}}', [[None]], {"id": [{}]}, 10**30)


@pytest.fixture(params=sorted(ADAPTERS))
def adapter(request: pytest.FixtureRequest) -> Adapter:
    found: Adapter = load(ADAPTERS[request.param])
    assert found.name == request.param
    return found


def unfailing(adapter: Adapter, value: Any) -> tuple[bytes, Taken]:
    body = json.dumps(value).encode()
    taken = take(adapter, body, OPTIONS, now=NOW)
    for missed in taken.not_understood:
        assert "fault of the adapter" not in missed.reason, body
        assert "no alert: " not in missed.reason, body
    return body, taken


@slow
@given(value=anything)
def test_any_json_is_understood_or_said_not_to_be(adapter: Adapter, value: Any) -> None:
    body, taken = unfailing(adapter, value)
    keep_promises(adapter, taken, body, OPTIONS)


def test_a_message_with_anything_in_any_place_is_no_failure(adapter: Adapter) -> None:
    """Recorded messages, each value of each replaced in turn: types an adapter did not expect where it reads."""
    if not (PAYLOADS / adapter.name).is_dir():
        pytest.skip(f"no payloads of {adapter.name}")
    recorded = [one.value for path in cases(adapter.name) for one in values(path.read_bytes()) if not one.wrong]
    tried = 0
    for message in recorded:
        for place in _places(message):
            for other in UNEXPECTED:
                unfailing(adapter, _replaced(message, place, other))
                tried += 1
    assert tried > len(UNEXPECTED) * 20


def _places(value: Any, at: tuple[Any, ...] = ()) -> Any:
    yield at
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*at, key))


def _replaced(value: Any, at: tuple[Any, ...], by: Any) -> Any:
    if not at:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = _replaced(value[at[0]], at[1:], by)
    return copy
