"""The shared reading of names, texts, techniques and observables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.intake.adapters import paths, texts
from casebook.intake.adapters.observables import Gathered, address, look, private


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ({"a.b.c": 1}, "/a.b.c"),
        ({"a": {"b": {"c": 1}}}, "/a/b/c"),
        ({"a": {"b.c": 1}}, "/a/b.c"),
        ({"a.b": {"c": 1}}, "/a.b/c"),
        ({"a": [{"b": {"c": 1}}]}, "/a/0/b/c"),
        ({"a": {"x": 2}, "a.b": {"c": 1}}, "/a.b/c"),
        ({"a.b": None, "a": {"b": {"c": 1}}}, "/a/b/c"),
        ({"a.b": {"d": 1}, "a": {"b": {"c": 1}}}, "/a/b/c"),
    ],
)
def test_a_name_is_found_however_it_is_nested(message: Any, pointer: str) -> None:
    assert paths.find(message, "a.b.c") == (1, pointer)


def test_what_is_not_there_is_none_and_pointers_are_escaped() -> None:
    assert paths.find({"a": None, "b": [1]}, "a") is None
    assert paths.get({"b": [1]}, "a", "b.c", "b") == [1]
    assert paths.get("text", "a") is None
    assert paths.steps(paths.child(paths.child("", "a/b"), "~")) == ["a/b", "~"]
    assert paths.find({}, ".".join("x" * 40)) is None


NESTED = [
    {"tactic": {"id": "TA0006", "name": "Credential Access"}, "technique": [
        {"id": "T1110", "name": "Brute Force", "subtechnique": [{"id": "T1110.001", "name": "Password Guessing"}]}]},
    {"tactic": {"id": "TA0001"}, "technique": [{"id": "T1078"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("T1110", ["T1110"]),
        ("t1110, T1078.004;T1110", ["T1110", "T1078.004"]),
        (["T1110.001 - Password Guessing", "attack.t1059_001"], ["T1110.001", "T1059.001"]),
        ('["T1110", "T1078"]', ["T1110", "T1078"]),
        (NESTED, ["T1110", "T1110.001", "T1078"]),
        ({"technique_id": "T1110"}, ["T1110"]),
        ("https://attack.mitre.org/techniques/T1110/001/", ["T1110.001"]),
        (["Brute Force", "T1110"], ["Brute Force", "T1110"]),
        (["Unknown", "", None, "-", "N/A"], []),
        ({"a": {"b": {"c": {"d": {"e": {"f": {"g": ["T1110"]}}}}}}}, []),
    ],
)
def test_techniques_in_the_shapes_vendors_write(value: Any, said: list[str]) -> None:
    assert texts.technique_words(value) == said


def test_tags_that_name_no_technique_say_nothing_of_techniques() -> None:
    assert texts.tagged_techniques(["Domain: Endpoint", "attack.t1071.004", "attack.g0032"]) == ["T1071.004"]


def test_texts_out_of_lists_objects_and_json() -> None:
    assert texts.text(["", None, " a "]) == "a"
    assert (texts.text(0), texts.text(True), texts.text({}), texts.text(1.5)) == ("0", "true", "", "1.5")
    assert texts.texts('["a", ["b", 1], {"c": "a"}]') == ["a", "b", "1"]
    assert texts.listed("a, b;c | - \n a") == ["a", "b", "c"]
    assert texts.opened("{not json") == "{not json"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("203.0.113.7", "ip"), ("2001:db8::1", "ip"), ("10.0.0.0/8", "cidr"), ("a.b@corp.example", "email"),
        ("https://bad.example/a?b=c", "url"), ("bad.example", "domain"), ("setup.exe", "file"),
        ("C:\\Windows\\notepad.exe", "file"), ("/etc/passwd", "file"), ("CORP\\ann", "user"), ("WS-01", "host"),
        ("WS01$", "host"), ("d41d8cd98f00b204e9800998ecf8427e", "hash"), ("4625", "other"), ("two words", "other"),
        ("1.2.3", "other"),
    ],
)  # fmt: skip
def test_the_look_of_a_value(value: str, kind: str) -> None:
    assert look(value) == kind


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("203.0.113.7:443", "203.0.113.7"), ("[2001:db8::1]:443", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::1", "2001:db8::1"), ("ws-1", ""), ("", ""),
    ],
)  # fmt: skip
def test_addresses_are_read_out_of_what_surrounds_them(value: str, found: str) -> None:
    assert address(value) == found


def test_only_networks_inside_a_house_are_private() -> None:
    assert [private(value) for value in ("10.1.2.3", "172.31.0.1", "fd00::1", "203.0.113.7", "172.32.0.1", "x")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_a_role_that_says_something_takes_the_place_of_related() -> None:
    about = Gathered()
    about.add("ip", ["203.0.113.7", "-", "unknown"])
    about.add("ip", "203.0.113.7:22", "source")
    about.add("ip", "203.0.113.7")
    about.add("ip", "203.0.113.7", "target")
    about.add("hash", "SHA256=" + "ab" * 32)
    about.add("ip", "ws-4", "source")
    about.asset("db-1", critical=True)
    about.asset(["db-1", "10.0.0.9"])
    assert [(one.type, one.value, one.role) for one in about.observables] == [
        ("ip", "203.0.113.7", "source"),
        ("ip", "203.0.113.7", "target"),
        ("hash", "ab" * 32, "related"),
        ("host", "ws-4", "source"),
        ("host", "db-1", "target"),
        ("ip", "10.0.0.9", "target"),
    ]
    assert [(one.name, one.critical) for one in about.assets] == [("db-1", True), ("10.0.0.9", False)]


@given(st.text(max_size=300))
def test_every_text_looks_like_something(value: str) -> None:
    assert look(value)
    assert isinstance(address(value), str)
    assert isinstance(texts.technique_words(value), list)
