"""A bundle in MITRE's shape with techniques of our own making: two tactics, sub-techniques, a revoked one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casebook.attack import read as attack_read
from casebook.playbooks import table

Object = dict[str, Any]


def technique(external_id: str, name: str, *tactics: str, **more: Any) -> Object:
    return {
        "type": "attack-pattern",
        "id": f"attack-pattern--{external_id}",
        "name": name,
        "external_references": [
            {"source_name": "capec", "external_id": "CAPEC-1"},
            {"source_name": "mitre-attack", "external_id": external_id},
        ],
        "kill_chain_phases": [
            {"kill_chain_name": "mitre-attack", "phase_name": tactic} for tactic in tactics
        ],
    } | more  # fmt: skip


def tactic(external_id: str, shortname: str, name: str) -> Object:
    return {
        "type": "x-mitre-tactic",
        "id": f"x-mitre-tactic--{shortname}",
        "name": name,
        "x_mitre_shortname": shortname,
        "external_references": [{"source_name": "mitre-attack", "external_id": external_id}],
    }


def revoked_by(old: str, new: str) -> Object:
    return {
        "type": "relationship",
        "id": f"relationship--{old}",
        "relationship_type": "revoked-by",
        "source_ref": f"attack-pattern--{old}",
        "target_ref": f"attack-pattern--{new}",
    }


def objects() -> list[Object]:
    """Tactics stand in the order of the file's making; the matrix orders them the other way round."""
    return [
        {"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": "99.1"},
        tactic("TA0006", "credential-access", "Credential Access"),
        tactic("TA0043", "reconnaissance", "Reconnaissance"),
        {
            "type": "x-mitre-matrix",
            "id": "x-mitre-matrix--1",
            "tactic_refs": ["x-mitre-tactic--reconnaissance", "x-mitre-tactic--credential-access"],
        },
        technique("T1110", "Knock on every door", "credential-access"),
        technique("T1110.001", "Knock loudly", "credential-access", x_mitre_is_subtechnique=True),
        technique("T1589", "Ask around", "reconnaissance", "credential-access"),
        technique("T1590", "Ask nobody", "reconnaissance", x_mitre_deprecated=True),
        technique("T1086", "Knock once", "credential-access", revoked=True),
        technique("T1087", "Knock twice", "credential-access", revoked=True),
        revoked_by("T1086", "T1087"),
        revoked_by("T1087", "T1110.001"),
        {"type": "intrusion-set", "id": "intrusion-set--1", "name": "Somebody"},
    ]


@pytest.fixture
def bundle() -> Callable[..., Object]:
    """The bundle as parsed JSON; what is given is added to its objects, or with ``only`` stands in their place."""

    def make(*more: Object, only: bool = False) -> Object:
        return {"type": "bundle", "id": "bundle--1", "objects": [*([] if only else objects()), *more]}

    return make


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memories of the test's own: what it raises the epoch to is rolled back, and others will raise it there again."""
    monkeypatch.setattr(attack_read, "MEMORY", attack_read.Memory())
    monkeypatch.setattr(table, "MEMORY", table.Memory())
