"""Who had to do with whom: the same ties always give the same picture, and what is left out is counted."""

from __future__ import annotations

import random
from itertools import pairwise

from triage.timeline.graph import NODE_HEIGHT, NODE_WIDTH, TALLEST, WIDTH, Graph, Tie, graph
from triage.timeline.telling import Named, entity_of, of_alerts, of_events

IP, USER, HOST = ("source", "ip", "203.0.113.7"), ("account", "user", "m"), ("target", "host", "web-1")


def made(ties: list[Tie], about: tuple = ()) -> Graph:
    found = graph(ties, about)
    assert found is not None
    return found


def event(**more: object) -> dict[str, object]:
    nobody = dict.fromkeys(("source", "actor", "user", "taken", "host", "category", "action", "outcome"))
    return nobody | {"count": 1, "first": None, "last": None} | more


def test_ties_of_two_are_one_line_that_counts_and_says_the_most_telling_first() -> None:
    found = made([Tie(IP, USER, "ssh login failed", 44, "failed"), Tie(USER, IP, "ssh login accepted", 1, "accepted")])
    [edge] = found.edges
    assert (edge.left.value, edge.right.value, edge.count, edge.tone) == ("203.0.113.7", "m", 45, "accepted")
    assert edge.said == "ssh login accepted; ssh login failed ×44"


def test_columns_tell_the_story_from_left_to_right() -> None:
    found = made([Tie(USER, HOST, "x"), Tie(IP, USER, "y")])
    assert [column.name for column in found.columns] == ["Where from", "Accounts", "Hosts and services"]
    places = {node.value: node.x for node in found.nodes}
    assert places["203.0.113.7"] < places["m"] < places["web-1"]
    assert places["web-1"] + NODE_WIDTH == WIDTH


def test_the_rarest_are_left_out_and_counted_but_never_what_the_case_is_about() -> None:
    ties = [Tie(("source", "ip", f"198.51.100.{n}"), USER, "failed", n + 1) for n in range(40)]
    found = made(ties, about=(("source", "ip", "198.51.100.0"),))
    shown = {node.value for node in found.nodes if node.kind == "ip"}
    assert len(shown) == TALLEST
    assert {"198.51.100.0", "198.51.100.39"} <= shown
    assert "198.51.100.1" not in shown
    assert found.left_out == 40 - TALLEST


def test_any_order_of_ties_draws_the_same_and_nothing_overlaps() -> None:
    ties = [Tie(("source", "ip", f"10.0.0.{n}"), ("account", "user", f"u{n % 9}"), "x", n % 5 + 1) for n in range(15)]
    ties += [Tie(("account", "user", f"u{n}"), ("target", "host", f"h{n % 3}"), "y") for n in range(9)]
    first = made(ties)
    random.Random(7).shuffle(ties)
    assert made(ties) == first
    by_column: dict[float, list[float]] = {}
    for node in first.nodes:
        by_column.setdefault(node.x, []).append(node.y)
    for places in by_column.values():
        places.sort()
        assert all(after - before >= NODE_HEIGHT for before, after in pairwise(places))
        assert all(0 < place < first.height for place in places)


def test_nothing_is_no_picture() -> None:
    assert graph([]) is None


def test_events_tie_who_came_as_whom_to_what() -> None:
    login = event(source="203.0.113.7", user="m", host="web-1", category="authentication", action="ssh_login",
                  outcome="failure", count=44)  # fmt: skip
    sudo = event(user="m", taken="root", host="web-1", category="process", action="sudo", outcome="success")
    reset = event(actor="boss", user="m", action="password_reset")
    told = [(tie.left[2], tie.right[2], tie.said, tie.tone, tie.count) for tie in of_events([login, sudo, reset])]
    assert told == [
        ("203.0.113.7", "m", "ssh login failed", "failed", 44),
        ("m", "web-1", "ssh login failed", "failed", 44),
        ("m", "web-1", "sudo", "", 1),
        ("m", "root", "took the rights of", "", 1),
        ("boss", "m", "password reset", "", 1),
    ]


def test_a_request_without_a_user_ties_source_and_host() -> None:
    [tie] = of_events([event(source="203.0.113.7", host="shop", category="web", action="http_request")])
    assert (tie.left[0], tie.right[0], tie.said) == ("source", "target", "http request")


def test_alerts_name_things_by_what_they_are() -> None:
    assert entity_of("ip", "10.0.0.1", "target")[0] == "target"
    assert entity_of("email", "a@b.example")[0] == "account"
    [tie] = of_alerts([Named("Guessing", "ip", "203.0.113.7", "source", 37)])
    assert (tie.left, tie.right, tie.count) == (("alert", "alert", "Guessing"), IP, 37)
