"""The extract that ships is whole, consistent, and carries MITRE's notice; writing and reading agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casebook.attack import bundle as reading
from casebook.attack import extract
from casebook.playbooks.techniques import parent_of


def test_it_holds_a_whole_release() -> None:
    found = extract.read()
    living = list(found.attack.living())
    subs = [one for one in living if one.parent]
    assert re.fullmatch(r"\d+\.\d", found.attack.version)
    assert (len(living) - len(subs), len(subs)) == (216, 475), "the counts MITRE gives for release 18.1"
    assert len(found.attack.tactics) == 14


def test_every_technique_stands_in_the_matrix_under_its_parent() -> None:
    attack = extract.read().attack
    shortnames = {one.shortname for one in attack.tactics}
    for one in attack.living():
        assert one.tactics, one.id
        assert set(one.tactics) <= shortnames, one.id
        assert one.parent == (parent_of(one.id) or "")
        assert not one.parent or one.parent in attack.techniques, one.id
    drawn = {one.id for _, column in attack.columns() for one in column}
    drawn |= {one.id for found in attack.subs.values() for one in found}
    assert drawn == set(attack.techniques)


def test_renamed_ids_lead_to_techniques_in_use() -> None:
    attack = extract.read().attack
    assert attack.renamed["T1086"] == "T1059.001"
    assert attack.renamed["T1193"] == "T1566.001"
    assert set(attack.renamed.values()) <= set(attack.techniques)
    assert not set(attack.renamed) & set(attack.techniques)


def test_it_carries_the_licence() -> None:
    found = extract.read()
    assert "non-exclusive, royalty-free license to use ATT&CK®" in found.notice
    assert "The MITRE Corporation. This work is reproduced and distributed with the permission of" in found.notice
    assert found.attack.version in found.source


def test_what_is_written_is_read(bundle: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    attack = reading.read(bundle())
    path = tmp_path / "small.json"
    path.write_text(extract.write(attack, "a test"), encoding="utf-8")
    found = extract.read(path)
    assert found.source == "a test"
    assert found.attack.version == attack.version
    assert found.attack.tactics == attack.tactics
    assert found.attack.renamed == attack.renamed
    assert list(found.attack.techniques.values()) == list(attack.living())
    assert path.read_text(encoding="utf-8").count("\n") < 30, "one line a technique"
