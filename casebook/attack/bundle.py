"""Read ATT&CK from the STIX 2.1 bundle that MITRE publishes (`enterprise-attack.json`). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from casebook.attack.types import Attack, Tactic, Technique
from casebook.errors import Invalid, Unparsable

SOURCE = "mitre-attack"
"""The name under which Enterprise objects carry their ids and kill chain phases; mobile and ICS use others."""
ID = re.compile(r"T\d{4}(\.\d{3})?")
NAME_MAX = 200

Object = Mapping[str, Any]


def parse(raw: bytes) -> Attack:
    """The release in the bytes of a bundle. Raises Unparsable with the position, Invalid naming the object."""
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unparsable(f"Not UTF-8: byte {error.start}.") from error
    except json.JSONDecodeError as error:
        raise Unparsable(f"Not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise Unparsable("Nested deeper than any bundle is.") from error
    return read(data)


def read(data: Any) -> Attack:
    """The release in a bundle: revoked and deprecated techniques are marked, not left out."""
    objects = _objects(data)
    techniques = [found for index, one in objects if (found := _technique(index, one))]
    if not techniques:
        raise Invalid("No Enterprise technique is in this bundle: load enterprise-attack.json, not mobile or ICS.")
    by_id = _best(techniques)
    return Attack(
        version=_version(one for _, one in objects),
        tactics=_tactics(objects),
        techniques={one.id: one for one in sorted(by_id.values(), key=lambda one: one.id)},
        renamed=living_successors(_revoked_by(objects), by_id),
    )


def living_successors(pairs: Mapping[str, str], techniques: Mapping[str, Technique]) -> dict[str, str]:
    """``revoked id → id in use``, through those revoked in their turn; ids that lead nowhere are left out."""
    found = {}
    for old in sorted(pairs):
        now, seen = pairs[old], {old}
        while now in pairs and now not in seen:
            seen.add(now)
            now = pairs[now]
        if now in techniques and not techniques[now].retired:
            found[old] = now
    return found


def _objects(data: Any) -> list[tuple[int, Object]]:
    if not isinstance(data, dict) or data.get("type") != "bundle" or not isinstance(data.get("objects"), list):
        raise Invalid('Not a STIX bundle: the file is an object with "type": "bundle" and a list "objects".')
    for index, one in enumerate(data["objects"]):
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise _wrong(index, {}, "is no STIX object: it has no type")
    return list(enumerate(data["objects"]))


def _technique(index: int, one: Object) -> Technique | None:
    """None for what is no Enterprise technique."""
    if one["type"] != "attack-pattern" or not (technique := _external_id(index, one)):
        return None
    if not ID.fullmatch(technique):
        raise _wrong(index, one, f"its id {technique[:40]!r} is not written T1110 or T1110.001")
    name = one.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
        raise _wrong(index, one, f"{technique} has no name of up to {NAME_MAX} characters")
    parent, dot, _ = technique.partition(".")
    return Technique(
        id=technique,
        name=name,
        tactics=_phases(index, one),
        parent=parent if dot else "",
        retired=bool(one.get("revoked") or one.get("x_mitre_deprecated")),
    )


def _external_id(index: int, one: Object) -> str:
    references = one.get("external_references", [])
    if not isinstance(references, list) or not all(isinstance(each, dict) for each in references):
        raise _wrong(index, one, "its external_references are no list of objects")
    return next((str(each.get("external_id", "")) for each in references if each.get("source_name") == SOURCE), "")


def _phases(index: int, one: Object) -> tuple[str, ...]:
    phases = one.get("kill_chain_phases", [])
    if not isinstance(phases, list) or not all(isinstance(each, dict) for each in phases):
        raise _wrong(index, one, "its kill_chain_phases are no list of objects")
    return tuple(str(each.get("phase_name", "")) for each in phases if each.get("kill_chain_name") == SOURCE)


def _best(techniques: Iterable[Technique]) -> dict[str, Technique]:
    """One per id: where a bundle has it twice, the one in use."""
    found: dict[str, Technique] = {}
    for one in techniques:
        if one.id not in found or found[one.id].retired:
            found[one.id] = one
    return found


def _tactics(objects: list[tuple[int, Object]]) -> tuple[Tactic, ...]:
    """In the order of the Enterprise matrix; tactics it does not name come last."""
    known = {one.get("id"): (index, one) for index, one in objects if one["type"] == "x-mitre-tactic"}
    matrix = next((one for _, one in objects if one["type"] == "x-mitre-matrix" and not one.get("revoked")), {})
    order = [ref for ref in matrix.get("tactic_refs", []) if ref in known]
    rest = [ref for ref in known if ref not in order and not known[ref][1].get("x_mitre_deprecated")]
    return tuple(_tactic(*known[ref]) for ref in (*order, *rest))


def _tactic(index: int, one: Object) -> Tactic:
    shortname, name = one.get("x_mitre_shortname"), one.get("name")
    if not isinstance(shortname, str) or not isinstance(name, str):
        raise _wrong(index, one, "this tactic has no name or no x_mitre_shortname")
    return Tactic(_external_id(index, one), shortname, name)


def _revoked_by(objects: list[tuple[int, Object]]) -> dict[str, str]:
    ids = {one.get("id"): _external_id(index, one) for index, one in objects if one["type"] == "attack-pattern"}
    pairs = (
        (ids.get(one.get("source_ref")), ids.get(one.get("target_ref")))
        for _, one in objects
        if one["type"] == "relationship" and one.get("relationship_type") == "revoked-by"
    )
    return {old: new for old, new in pairs if old and new and old != new}


def _version(objects: Iterable[Object]) -> str:
    """``18.1``, from the collection that a bundle of MITRE's carries; empty where there is none."""
    collection = next((one for one in objects if one["type"] == "x-mitre-collection"), {})
    return str(collection.get("x_mitre_version", ""))[:20]


def _wrong(index: int, one: Object, what: str) -> Invalid:
    where = f"objects[{index}]"
    name = f" ({str(one['id'])[:80]})" if "id" in one else ""
    return Invalid(f"{where}{name}: {what}.", errors={where: [what]})
