"""From a checked alert to the row intake writes: canonical values, the main entity, one line of what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casebook.intake.canonical import Value, canonical, printable
from casebook.intake.envelope import AlertIn
from casebook.intake.grouping_key import about, entity_name, grouping_key
from casebook.playbooks.techniques import normalise

SEVERITY = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}


@dataclass
class Item:
    """One alert on its way in. ``position`` is its place in the request; ``times`` how often it stands there."""

    position: int
    row: dict[str, Any]
    observables: list[tuple[Value, str]]
    techniques: list[str]
    times: int = 1
    twins: list[int] = field(default_factory=list)
    alert_id: int | None = None
    case_id: int | None = None
    opened: bool = False
    follows: int | None = None
    suppressed_by: int | None = None

    @property
    def external_id(self) -> str:
        return str(self.row["external_id"])

    @property
    def key(self) -> str:
        return str(self.row["key"])

    def group(self, on: str) -> None:
        """Its grouping key, by what its source groups on."""
        named = {name: self.row[name] for name in ("rule_id", "rule_name", "title", "entity", "external_id")}
        self.row["key"] = grouping_key(on=on, **named)

    def start_over(self) -> None:
        """Forget what an earlier try found out."""
        self.alert_id = self.case_id = self.follows = self.suppressed_by = None
        self.opened = False


def prepare(alert: AlertIn, body: bytes, position: int, *, adapter: str = "native") -> Item:
    """The item for an alert and the exact bytes it came as, which ``adapter`` has read."""
    observables = _observables(alert)
    techniques = [normalise(one) or one for one in alert.techniques]
    row = {
        "external_id": printable(alert.external_id),
        "title": printable(alert.title),
        "description": printable(alert.description),
        "severity": SEVERITY[alert.severity],
        "tlp": alert.tlp,
        "pap": alert.pap,
        "rule_id": printable(alert.rule.id),
        "rule_name": printable(alert.rule.name),
        "techniques": techniques,
        "tactics": [printable(tactic) for tactic in alert.tactics],
        "assets": [{"name": printable(asset.name), "critical": asset.critical} for asset in alert.assets],
        "link": printable(alert.link),
        "detected_at": _text(alert.detected_at),
        "first_event_at": _text(alert.first_event_at),
        "last_event_at": _text(alert.last_event_at),
        "events": len(alert.events),
        "body": body.decode("utf-8"),
        "adapter": adapter,
        "entity": entity_name(observables),
        "about": about(observables),
    }
    return Item(position, row, observables, techniques)


def fold(items: list[Item]) -> list[Item]:
    """One item per external id: later ones in the same request count as repeats of the first."""
    first: dict[str, Item] = {}
    for item in items:
        known = first.setdefault(item.external_id, item)
        if known is not item:
            known.times += 1
            known.twins.append(item.position)
            known.row["severity"] = max(known.row["severity"], item.row["severity"])
    return list(first.values())


def _observables(alert: AlertIn) -> list[tuple[Value, str]]:
    found = [(canonical(one.type, one.value), one.role) for one in alert.observables]
    found += [(canonical("asset", asset.name), "target") for asset in alert.assets]
    return list(dict.fromkeys(found))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
