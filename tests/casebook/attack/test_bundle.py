"""A STIX bundle read, and everything that is none refused with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from casebook.attack import bundle as reading
from casebook.errors import Invalid, Unparsable
from tests.casebook.attack.conftest import revoked_by, tactic, technique

Make = Callable[..., dict[str, Any]]


def test_a_bundle_is_a_release(bundle: Make) -> None:
    attack = reading.read(bundle())
    assert attack.version == "99.1"
    assert [one.shortname for one in attack.tactics] == ["reconnaissance", "credential-access"]
    assert attack.tactics[0].id == "TA0043"
    assert sorted(attack.techniques) == ["T1086", "T1087", "T1110", "T1110.001", "T1589", "T1590"]
    assert attack.techniques["T1110.001"].parent == "T1110"
    assert attack.techniques["T1589"].tactics == ("reconnaissance", "credential-access")
    assert [one.id for one in attack.living()] == ["T1110", "T1110.001", "T1589"]
    assert attack.full_name("T1110.001") == "Knock on every door: Knock loudly"


def test_a_revoked_id_leads_to_the_one_in_use(bundle: Make) -> None:
    assert reading.read(bundle()).renamed == {"T1086": "T1110.001", "T1087": "T1110.001"}


def test_revocations_that_go_in_a_circle_lead_nowhere(bundle: Make) -> None:
    circle = (technique("T1001", "a", revoked=True), technique("T1002", "b", revoked=True))
    attack = reading.read(bundle(*circle, revoked_by("T1001", "T1002"), revoked_by("T1002", "T1001")))
    assert "T1001" not in attack.renamed


def test_the_matrix_has_columns_in_order_and_subs_apart(bundle: Make) -> None:
    attack = reading.read(bundle())
    columns = [(one.shortname, [each.id for each in found]) for one, found in attack.columns()]
    assert columns == [("reconnaissance", ["T1589"]), ("credential-access", ["T1589", "T1110"])]
    assert [one.id for one in attack.subs["T1110"]] == ["T1110.001"]


def test_the_one_in_use_wins_where_an_id_stands_twice(bundle: Make) -> None:
    attack = reading.read(bundle(technique("T1110", "Old words", "credential-access", revoked=True)))
    assert attack.techniques["T1110"].name == "Knock on every door"


def test_a_tactic_the_matrix_forgot_comes_last(bundle: Make) -> None:
    attack = reading.read(bundle(tactic("TA0001", "initial-access", "Initial Access")))
    assert [one.shortname for one in attack.tactics][-1] == "initial-access"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"type": "bundle",\n "objects": [}', "line 2, column 14"),
        (b'{"type": "bundle", "objects": ["\xe9"]}', "byte 32"),
        (b"", "line 1, column 1"),
        (b"[" * 200_000, "Nested deeper"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_json_are_refused_with_the_position(raw: bytes, said: str) -> None:
    with pytest.raises(Unparsable, match=said):
        reading.parse(raw)


@pytest.mark.parametrize("data", [[], "x", None, {}, {"type": "bundle"}, {"type": "report", "objects": []}])
def test_json_that_is_no_bundle_is_refused(data: object) -> None:
    with pytest.raises(Invalid, match="Not a STIX bundle"):
        reading.parse(json.dumps(data).encode())


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (7, "is no STIX object"),
        ({"id": "x"}, "is no STIX object"),
        (technique("T11", "x"), "'T11' is not written T1110"),
        (technique("T1001", "n" * 201), "T1001 has no name"),
        (technique("T1001", ""), "T1001 has no name"),
        (technique("T1001", "x", kill_chain_phases={"a": 1}), "kill_chain_phases"),
        (technique("T1001", "x", external_references=["a"]), "external_references"),
        ({"type": "x-mitre-tactic", "id": "t"}, "no name or no x_mitre_shortname"),
    ],
)  # fmt: skip
def test_an_object_that_is_wrong_is_named_by_its_place(bundle: Make, broken: Any, said: str) -> None:
    data = bundle(broken)
    place = f"objects[{len(data['objects']) - 1}]"
    with pytest.raises(Invalid, match=said) as refused:
        reading.read(data)
    assert list(refused.value.errors) == [place]
    assert refused.value.detail.startswith(place)


def test_another_matrix_is_refused(bundle: Make) -> None:
    mobile = technique("T1400", "x") | {"external_references": [{"source_name": "mitre-mobile-attack"}]}
    with pytest.raises(Invalid, match="not mobile or ICS"):
        reading.read(bundle(mobile, only=True))


def test_a_byte_order_mark_is_no_reason_to_refuse(bundle: Make) -> None:
    raw = json.dumps(bundle()).encode("utf-8-sig")
    assert reading.parse(raw).version == "99.1"
