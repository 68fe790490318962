"""Take a release of ATT&CK into the database: the whole of it, in place of what was there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from casebook.actor import Automation
from casebook.attack.types import Attack, Technique
from casebook.epoch import one_at_a_time, raise_config_epoch
from casebook.journal.record import record
from casebook.models import AttackTechnique

FIELDS = ["name", "parent", "tactics", "deprecated", "replaced_by", "version"]


@dataclass(frozen=True)
class Loaded:
    """What a load did to the rows. ``retired`` are those of the release that are deprecated or revoked, or that it no
    longer names."""

    version: str
    techniques: int
    subs: int
    retired: int
    added: int
    changed: int
    unchanged: int


def load(attack: Attack) -> Loaded:
    """Write the release. A row the release does not name is kept and marked: alerts and playbooks carry its id."""
    with transaction.atomic():
        one_at_a_time()
        before = {row.technique_id: row for row in AttackTechnique.objects.all()}
        rows = [_row(one, attack) for one in attack.techniques.values()]
        rows += [_marked(row, attack.version) for key, row in before.items() if key not in attack.techniques]
        added = [row for row in rows if row.technique_id not in before]
        changed = [row for row in rows if row.technique_id in before and _differs(row, before[row.technique_id])]
        AttackTechnique.objects.bulk_create(added)
        AttackTechnique.objects.bulk_update(changed, FIELDS, batch_size=500)
        if added or changed:
            raise_config_epoch()
            loaded = {"version": attack.version, "techniques": len(attack.techniques)}
            record(Automation(name="load_attack"), "attack.loaded", f"attack:{attack.version}", loaded)
    living = list(attack.living())
    subs = sum(bool(one.parent) for one in living)
    return Loaded(
        version=attack.version,
        techniques=len(living) - subs,
        subs=subs,
        retired=len(rows) - len(living),
        added=len(added),
        changed=len(changed),
        unchanged=len(rows) - len(added) - len(changed),
    )


def _row(one: Technique, attack: Attack) -> AttackTechnique:
    return AttackTechnique(
        technique_id=one.id,
        name=one.name,
        parent=one.parent,
        tactics=list(one.tactics),
        deprecated=one.retired,
        replaced_by=attack.renamed.get(one.id, ""),
        version=attack.version,
    )


def _marked(row: AttackTechnique, version: str) -> AttackTechnique:
    return AttackTechnique(
        technique_id=row.technique_id,
        name=row.name,
        parent=row.parent,
        tactics=row.tactics,
        deprecated=True,
        replaced_by=row.replaced_by,
        version=version,
    )


def _differs(row: AttackTechnique, before: AttackTechnique) -> bool:
    return any(getattr(row, name) != getattr(before, name) for name in FIELDS)
