"""The extract that ships: what a release of ATT&CK holds of ids, names, tactics and parents, in one small file.

Written by `scripts/make_attack_extract.py`, one technique a line so that the next release is a readable diff.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from casebook.attack.types import Attack, Tactic, Technique

PATH = Path(__file__).parent / "enterprise.json"

NOTICE = (
    "The MITRE Corporation (MITRE) hereby grants you a non-exclusive, royalty-free license to use ATT&CK® for research,"
    " development, and commercial purposes. Any copy you make for such purposes is authorized provided that you"
    " reproduce MITRE's copyright designation and this license in any such copy.\n\n"
    '"© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE'
    ' Corporation."'
)
"""The licence of ATT&CK's terms of use, which every copy must carry."""


@dataclass(frozen=True)
class Extract:
    """``source`` says of which file it was made."""

    attack: Attack
    source: str
    notice: str


def write(attack: Attack, source: str) -> str:
    """The file's text. Retired techniques are left out; where one has a successor, `renamed` leads to it."""
    tactics = [{"id": one.id, "shortname": one.shortname, "name": one.name} for one in attack.tactics]
    techniques = [_technique(one) for one in attack.living()]
    parts = [
        f'"notice": {_json(NOTICE)}',
        f'"domain": "enterprise-attack",\n "version": {_json(attack.version)},\n "source": {_json(source)}',
        f'"tactics": [\n{_lines(tactics)}\n ]',
        f'"techniques": [\n{_lines(techniques)}\n ]',
        f'"renamed": {{\n{_pairs(attack)}\n }}',
    ]
    return "{" + ",\n ".join(parts) + "\n}\n"


def read(path: Path = PATH) -> Extract:
    """The extract in a file that `write` made."""
    data = json.loads(path.read_text(encoding="utf-8"))
    techniques = {
        one["id"]: Technique(one["id"], one["name"], tuple(one["tactics"]), one.get("parent", ""))
        for one in data["techniques"]
    }
    tactics = tuple(Tactic(**one) for one in data["tactics"])
    return Extract(Attack(data["version"], tactics, techniques, data["renamed"]), data["source"], data["notice"])


def _technique(one: Technique) -> dict[str, object]:
    above = {"parent": one.parent} if one.parent else {}
    return {"id": one.id, "name": one.name, "tactics": list(one.tactics), **above}


def _pairs(attack: Attack) -> str:
    return ",\n".join(f"  {_json(old)}: {_json(new)}" for old, new in sorted(attack.renamed.items()))


def _lines(items: list[dict[str, str]] | list[dict[str, object]]) -> str:
    return ",\n".join(f"  {_json(one)}" for one in items)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
