"""QRadar offenses, as ``GET /api/siem/offenses`` gives them: one, a list, or each with what its ids stand for.

An offense names addresses and rules by id alone. Whoever fetches it may put the answers of the further calls beside
it, untouched, under ``resolved``::

    {"id": 591, …,
     "resolved": {"rules": [GET /analytics/rules/<id>, …],
                  "source_addresses": [GET /siem/source_addresses/<id>, …],
                  "local_destination_addresses": [GET /siem/local_destination_addresses/<id>, …],
                  "offense_type": GET /siem/offense_types/<id>,
                  "closing_reason": GET /siem/offense_closing_reasons/<id>,
                  "console": "https://qradar.example"}}

Each part may be missing. QRadar changes an offense in place, so its id seen again is a repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message, Severity
from casebook.intake.adapters.observables import Role, address
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.texts import tagged_techniques, text, texts
from casebook.intake.envelope import AlertIn, ObservableKind, RuleIn

OFFENSE_TYPES: Mapping[str, tuple[ObservableKind, Role]] = {
    "0": ("ip", "source"),
    "1": ("ip", "target"),
    "3": ("user", "target"),
    "7": ("host", "target"),
    "10": ("ip", "source"),
    "11": ("ip", "target"),
    "12": ("asn", "source"),
    "13": ("asn", "target"),
}
"""What ``offense_source`` is, by ``offense_type``. The others (event name, log source, MAC, port, rule, application)
name no one, and are told as facts; so are custom properties, whose numbers are each installation's own."""

FACTS = (
    ("Status", "status"),
    ("Magnitude", "magnitude"),
    ("Severity", "severity"),
    ("Credibility", "credibility"),
    ("Relevance", "relevance"),
    ("Offense source", "offense_source"),
    ("Offense type", "resolved.offense_type.name"),
    ("Categories", "categories"),
    ("Events", "event_count"),
    ("Flows", "flow_count"),
    ("Sources", "source_count"),
    ("Local destinations", "local_destination_count"),
    ("Remote destinations", "remote_destination_count"),
    ("User names", "username_count"),
    ("Source network", "source_network"),
    ("Destination networks", "destination_networks"),
    ("Assigned to", "assigned_to"),
    ("Closing reason", "resolved.closing_reason.text"),
    ("Closed by", "closing_user"),
)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """The body, each of a list, or each of ``offenses``."""
    if isinstance(body, Mapping) and isinstance(body.get("offenses"), list):
        return [(f"/offenses/{place}", offense) for place, offense in enumerate(body["offenses"])]
    return one(body)


def read(message: Any, options: Options) -> Reading:
    said = Message(message, options)
    if said.get("id") is None or (said.get("offense_type") is None and said.get("start_time") is None):
        raise NotUnderstood("It is no offense: it has no id, or neither offense_type nor start_time.")
    name = " ".join(said.text("description").split())
    alert = AlertIn(
        external_id=said.text("id"),
        title=name or f"Offense {said.text('id')}",
        severity=_severity(said),
        first_event_at=said.time("start_time"),
        last_event_at=said.time("last_updated_time"),
        rule=_rule(said),
        techniques=tagged_techniques([rule.get("name") for _, rule in _resolved(said, "rules")]),
        link=_link(said),
    )
    alert.detected_at = max(filter(None, (said.time("first_persisted_time"), alert.first_event_at)), default=None)
    _entities(said)
    _facts(said)
    return said.reading(alert)


def _severity(said: Message) -> Severity:
    """By magnitude, QRadar's own weighing of severity, credibility and relevance: 1–3, 4–6, 7–8, 9–10."""
    try:
        magnitude = int(said.text("magnitude"))
    except ValueError:
        magnitude = -1
    if not 0 <= magnitude <= 10:
        said.assume(f"The magnitude is {said.text('magnitude')[:20] or 'missing'}, not 0 to 10: taken as medium.")
        return "medium"
    bands: tuple[tuple[int, Severity], ...] = ((0, "info"), (3, "low"), (6, "medium"), (8, "high"), (10, "critical"))
    return next(word for most, word in bands if magnitude <= most)


def _rule(said: Message) -> RuleIn:
    """The first of the offense's rules; its name only where somebody asked for it."""
    rules = said.get("rules")
    named = {text(rule.get("id")): text(rule.get("name")) for _, rule in _resolved(said, "rules")}
    first = text(paths.get(rules[0], "id")) if isinstance(rules, list) and rules else next(iter(named), "")
    return RuleIn(id=first, name=named.get(first, ""))


def _link(said: Message) -> str:
    console = said.text("resolved.console").rstrip("/")
    page = "console/do/sem/offensesummary?appName=Sem&pageId=OffenseSummary&summaryId="
    return f"{console}/{page}{said.text('id')}" if console else ""


def _entities(said: Message) -> None:
    kind, role = OFFENSE_TYPES.get(said.text("offense_type"), (None, None))
    if kind is not None and role is not None:
        said.about.add(kind, said.get("offense_source"), role)
    for _, found in _resolved(said, "source_addresses"):
        said.about.add("ip", found.get("source_ip"), "source")
    for _, found in _resolved(said, "local_destination_addresses"):
        said.about.add("ip", found.get("local_destination_ip"), "target")
    # Relays that resolve ids often put the addresses in the place of the ids.
    said.about.add("ip", _addresses(said.get("source_address_ids")), "source")
    said.about.add("ip", _addresses(said.get("local_destination_address_ids")), "target")


def _addresses(ids: Any) -> list[str]:
    return [found for one in texts(ids) if (found := address(one))]


def _facts(said: Message) -> None:
    said.facts(FACTS)
    for pointer, rule in _resolved(said, "rules"):
        if shown := text(rule.get("name")):
            said.state("Rule", shown, f"{pointer}/name")
    sources = said.get("log_sources")
    for place, source in enumerate(sources if isinstance(sources, list) else ()):
        if shown := text(paths.get(source, "name")):
            said.state("Log source", shown, f"/log_sources/{place}/name")


def _resolved(said: Message, part: str) -> list[tuple[str, Mapping[str, Any]]]:
    """(pointer, answer) of each further call's answer."""
    answers = paths.get(said.get("resolved"), part)
    return [
        (f"/resolved/{part}/{place}", answer)
        for place, answer in enumerate(answers if isinstance(answers, list) else ())
        if isinstance(answer, Mapping)
    ]


ADAPTER = Adapter("qradar", "IBM QRadar", messages, read)
