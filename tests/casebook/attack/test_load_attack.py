"""`load_attack`: rows in place of the extract, unchanged the second time, seen by every process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from casebook.attack import read
from casebook.epoch import config_epoch
from casebook.models import AttackTechnique, Case
from casebook.playbooks.table import Memory
from tests.casebook.attack.conftest import revoked_by, technique

Make = Callable[..., dict[str, Any]]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forgetful")]


@pytest.fixture
def load(tmp_path: Path, bundle: Make) -> Callable[..., str]:
    """Write a bundle, load it, return what was printed."""

    def run(*more: dict[str, Any], only: bool = False) -> str:
        path = tmp_path / "enterprise-attack.json"
        path.write_text(json.dumps(bundle(*more, only=only)), encoding="utf-8")
        said = io.StringIO()
        call_command("load_attack", str(path), stdout=said)
        return said.getvalue()

    return run


def test_without_a_load_the_extract_is_read() -> None:
    assert read.attack() is read.shipped().attack
    assert read.attack().name("T1110.001") == "Password Guessing"


def test_a_load_takes_the_extracts_place(load: Callable[..., str]) -> None:
    before = config_epoch()
    said = load()
    assert "ATT&CK 99.1: 2 techniques, 1 sub-techniques, 3 retired" in said
    assert "6 added, 0 changed, 0 unchanged" in said
    assert config_epoch() == before + 1
    attack = read.attack()
    assert attack.version == "99.1"
    assert attack.name("T1110.001") == "Knock loudly"
    assert attack.techniques["T1590"].retired
    assert [one.shortname for one in attack.tactics] == ["reconnaissance", "credential-access"]


def test_a_second_load_changes_nothing(load: Callable[..., str]) -> None:
    load()
    epoch = config_epoch()
    assert "0 added, 0 changed, 6 unchanged" in load()
    assert config_epoch() == epoch


def test_a_later_release_renames_and_marks(load: Callable[..., str]) -> None:
    load()
    later = [
        {"type": "x-mitre-collection", "id": "c", "x_mitre_version": "99.2"},
        technique("T1110", "Knock politely", "stealth"),
    ]
    said = load(*later, only=True)
    assert "1 techniques, 0 sub-techniques, 5 retired" in said
    assert "0 added, 6 changed" in said
    attack = read.attack()
    assert attack.name("T1110") == "Knock politely"
    assert [one.id for one in attack.living()] == ["T1110"]
    assert attack.name("T1110.001") == "Knock loudly", "alerts that carry it keep their name"


def test_tactics_of_later_releases_stand_in_their_place(load: Callable[..., str]) -> None:
    load(
        technique("T1001", "a", "stealth"),
        technique("T1002", "b", "defense-impairment"),
        technique("T1003", "c", "own-tactic"),
    )
    shown = [(one.shortname, one.name) for one in read.attack().tactics]
    assert shown == [
        ("reconnaissance", "Reconnaissance"),
        ("stealth", "Stealth"),
        ("defense-impairment", "Defense Impairment"),
        ("credential-access", "Credential Access"),
        ("own-tactic", "Own Tactic"),
    ]


def test_ids_revoked_before_are_followed_where_they_lead_to_something_in_use(load: Callable[..., str]) -> None:
    load(technique("T1566.001", "Bait", "reconnaissance"))
    renamed = read.attack().renamed
    assert renamed["T1193"] == "T1566.001"
    assert "T1192" not in renamed, "the loaded release has no T1566.002"
    assert renamed["T1086"] == "T1110.001", "what the release says goes before the extract"


def test_what_a_release_revokes_leads_to_its_successor(load: Callable[..., str]) -> None:
    load()
    assert dict(AttackTechnique.objects.exclude(replaced_by="").values_list("technique_id", "replaced_by")) == {
        "T1086": "T1110.001",
        "T1087": "T1110.001",
    }
    found = Memory().match(["T1086"], 1, config_epoch())
    assert found is not None
    assert found.why == "T1086 is now T1110.001; exact: T1110.001 Knock loudly"


def test_what_a_later_release_forgets_it_revoked_is_still_followed(load: Callable[..., str]) -> None:
    load()
    later = [technique("T1110.001", "Knock loudly", revoked=True), technique("T1200", "Knock", "credential-access")]
    load(*later, revoked_by("T1110.001", "T1200"), only=True)
    assert read.attack().renamed["T1087"] == "T1200"


def test_rows_loaded_before_successors_were_kept_get_them_by_a_second_load(load: Callable[..., str]) -> None:
    load()
    AttackTechnique.objects.update(replaced_by="")
    assert "0 added, 2 changed, 4 unchanged" in load()
    assert read.attack().renamed["T1087"] == "T1110.001"


def test_an_alert_with_a_revoked_technique_gets_the_successors_playbook(open_case: Callable[..., Case]) -> None:
    case = open_case(techniques=["T1086"])
    assert case.playbook_version is not None
    assert case.playbook_version.playbook.slug == "T1059.001"
    assert case.playbook_why == "T1086 is now T1059.001; exact: T1059.001 PowerShell"


def test_a_matchs_why_speaks_the_loaded_names(load: Callable[..., str]) -> None:
    load()
    found = Memory().match(["T1110.001"], 1, config_epoch())
    assert found is not None
    assert "Knock loudly" in found.why


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "Not JSON: line 1, column 2"),
        (b"[]", "Not a STIX bundle"),
        (b'{"type": "bundle", "objects": [{"type": "malware"}]}', "No Enterprise technique"),
        (b'{"type": "bundle", "objects": [{"type": "malware"}, {}]}', r"objects\[1\]: is no STIX object"),
        (b"\xff\xfe", "Not UTF-8: byte 0"),
    ],
)
def test_another_file_is_refused_and_nothing_is_written(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("load_attack", str(path))
    assert not AttackTechnique.objects.exists()


def test_a_path_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_attack", "/nowhere/enterprise-attack.json")
