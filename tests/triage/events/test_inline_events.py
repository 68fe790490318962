from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.events.parsers.inline import parse
from triage.events.parsers.protocol import Tally
from triage.events.schema import SCHEMA, frame


def read(*records: Any) -> list[dict[str, Any]]:
    return list(parse(records, Tally()))


def test_flat_and_nested_records_are_the_same_event() -> None:
    flat = {
        "@timestamp": "2026-11-24T08:00:00Z",
        "event.category": "authentication",
        "event.outcome": "failure",
        "user.name": "root",
        "source.ip": "203.0.113.7",
    }
    nested = {
        "@timestamp": "2026-11-24T09:00:00+01:00",
        "event": {"category": ["authentication"], "outcome": "failed"},
        "user": {"name": "root"},
        "source": {"address": "::ffff:203.0.113.7"},
    }
    one, other = read(flat, nested)
    assert one.pop("evidence.pointer") == "/events/0"
    assert other.pop("evidence.pointer") == "/events/1"
    assert one == other
    assert one["@timestamp"] == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert one["event.count"] == 1


@pytest.mark.parametrize(
    ("stamp", "at", "basis"),
    [
        (1_763_971_200, datetime(2025, 11, 24, 8, tzinfo=UTC), "exact"),
        (1_763_971_200_000, datetime(2025, 11, 24, 8, tzinfo=UTC), "exact"),
        ("2025-11-24T08:00:00", datetime(2025, 11, 24, 8, tzinfo=UTC), "assumed_zone"),
        ("yesterday", None, "unreadable"),
    ],
)
def test_times_as_senders_write_them(stamp: Any, at: datetime | None, basis: str) -> None:
    (event,) = read({"@timestamp": stamp})
    assert (event["@timestamp"], event["time_basis"]) == (at, basis)


@pytest.mark.parametrize(
    "said",
    [
        {"event.action": "added-member-to-group"},
        {"event": {"action": ["AddUserToGroup"]}},
        {"event.action": "group.user_membership.add"},
        {"event.action": "group_member_added"},
    ],
)
def test_whom_it_was_done_to_and_what_in_our_words(said: dict[str, Any]) -> None:
    ecs = {"user": {"name": "ada", "id": "1", "target": {"name": "eve"}}, "group.name": "admins"}
    (event,) = read(said | ecs)
    named = ("event.action", "user.name", "user.id", "actor.user.name", "group.name")
    assert [event.get(name) for name in named] == ["group_member_added", "eve", None, "ada", "admins"]


def test_an_action_nobody_settled_keeps_its_name() -> None:
    (event,) = read({"event.action": "did-a-thing", "user.name": "ada"})
    assert (event["event.action"], event["user.name"]) == ("did-a-thing", "ada")


def test_what_is_no_event_is_counted_with_its_reason() -> None:
    tally = Tally()
    assert next(iter(parse(["text", {"colour": "blue"}, {"user.name": "ana"}], tally)))["user.name"] == "ana"
    assert (tally.understood, [s["reason"] for s in tally.samples]) == (
        1,
        ["not an object", "none of its fields is one we know"],
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SCHEMA, "user", "name", "time"]), inner)
    ),
    max_leaves=10,
)


@given(st.lists(JSON, max_size=5))
def test_any_records_are_read_and_fit_the_frame(records: list[Any]) -> None:
    tally = Tally()
    events = list(parse(records, tally))
    assert tally.lines == len(records)
    assert frame(events).height == len(events)
