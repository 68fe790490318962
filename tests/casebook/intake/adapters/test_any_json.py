"""Messages in an adapter's own words with anything in them; endless texts; messages by themselves; events that the
evidence engine reads."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.intake.adapters import generic, graph, ocsf, qradar, securityhub, thehive
from casebook.intake.adapters.protocol import NotUnderstood, Options
from casebook.intake.adapters.reading import take
from casebook.intake.adapters.settle import settle
from tests.casebook.intake.adapters.cases import NOW, cases
from triage.events.parsers import inline
from triage.events.parsers.protocol import Tally

ADAPTERS = {
    "graph": graph.ADAPTER,
    "qradar": qradar.ADAPTER,
    "ocsf": ocsf.ADAPTER,
    "securityhub": securityhub.ADAPTER,
    "thehive": thehive.ADAPTER,
    "generic": generic.ADAPTER,
}
MAP = {
    "title": "title",
    "severity": "severity",
    "severity_map": {"P1": "critical"},
    "detected_at": "time",
    "techniques": "@",
    "observables": "observables",
    "observables.any.related": "*",
    "assets": "assets",
    "events": "events",
    "facts.all": "to_string(@)",
    "tlp": "tlp",
}
OPTIONS = Options(field_map=MAP)


def _names(value: Any) -> set[str]:
    """Every key in a body: the words an adapter listens for."""
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in _names(inner)}
    return {name for inner in value for name in _names(inner)} if isinstance(value, list) else set()


def _words(name: str) -> list[str]:
    return sorted({key for path in cases(name) for key in _names(json.loads(path.read_bytes()))})


@cache
def bodies(name: str) -> st.SearchStrategy[Any]:
    """JSON of any shape that uses the adapter's own words, so that it gets past the front door."""
    keys = st.sampled_from(_words(name)) | st.text(max_size=5)
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=20)
        | st.sampled_from(
            ["#microsoft.graph.security.processEvidence", "2004", "3002", "203.0.113.7", "T1110", "alert"]
        )
    )
    inner = st.recursive(
        leaves, lambda part: st.lists(part, max_size=4) | st.dictionaries(keys, part, max_size=6), max_leaves=40
    )
    return st.dictionaries(keys, inner, max_size=12) | inner


@pytest.mark.parametrize("name", ADAPTERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_nothing_but_not_understood(name: str, data: st.DataObject) -> None:
    adapter, body = ADAPTERS[name], data.draw(bodies(name))
    try:
        messages = list(adapter.found(body, OPTIONS))
    except NotUnderstood:
        return
    for _, message in messages:
        if isinstance(message, dict):
            with suppress(NotUnderstood):
                settle(adapter.read(message, OPTIONS), now=NOW)


def mutated(value: Any, odd: Any, at: list[int]) -> Any:
    """The value with its ``at[0]``-th part, counted on the way down, replaced by something odd."""
    at[0] -= 1
    if at[0] == 0:
        return odd
    if isinstance(value, dict):
        return {key: mutated(inner, odd, at) for key, inner in value.items()}
    return [mutated(inner, odd, at) for inner in value] if isinstance(value, list) else value


def _parts(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(_parts(one) for one in inner)


@pytest.mark.parametrize("name", [name for name in ADAPTERS if name != "generic"])
def test_a_stored_message_is_found_again_by_itself(name: str) -> None:
    for path in cases(name):
        for part in take(ADAPTERS[name], path.read_bytes(), OPTIONS, now=NOW).items:
            [alone] = take(ADAPTERS[name], part.body, OPTIONS, now=NOW).items
            assert (alone.body, alone.reading) == (part.body, part.reading)


LONG = 50_000
ENDLESS = [
    "a " * (LONG // 2),
    "a." * (LONG // 2),
    " " * LONG + "x",
    "," * LONG,
    "T1110" * (LONG // 5),
    '{"a":' * (LONG // 5),
]


@pytest.mark.parametrize("name", [name for name in ADAPTERS if name != "generic"])
def test_no_text_however_long_takes_long(name: str) -> None:
    """Each text of a message is made one that a careless pattern would read over and over."""
    body = json.loads(cases(name)[0].read_bytes())
    for number in range(1, _parts(body) + 1):
        hostile = json.dumps(mutated(body, ENDLESS[number % len(ENDLESS)], [number])).encode()
        began = time.process_time()
        take(ADAPTERS[name], hostile, OPTIONS, now=NOW)
        assert time.process_time() - began < 0.5, ENDLESS[number % len(ENDLESS)][:10]


@pytest.mark.parametrize("name", ["graph", "ocsf", "securityhub"])
def test_every_event_is_one_the_evidence_engine_reads(name: str) -> None:
    found = 0
    for path in cases(name):
        for part in take(ADAPTERS[name], path.read_bytes(), OPTIONS, now=NOW).items:
            tally = Tally()
            events = list(inline.parse(part.reading.alert.events, tally))
            assert tally.not_understood == 0
            assert all(event["@timestamp"] for event in events)
            found += len(events)
    assert found
