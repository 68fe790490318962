"""OCSF: findings (Detection Finding 2004, the older Security Finding 2001, and their kin) and Authentication 3002.

Producers follow the schema loosely and by version: ``finding_info`` was ``finding``, ``attacks`` moved, times come in
milliseconds, seconds or as ``…_dt``. Read: one, a list, ``events``, and EventBridge's ``detail.findings``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from casebook.intake.adapters import aws_findings, ocsf_entities, ocsf_events, paths
from casebook.intake.adapters.message import SEVERITY_WORDS, Message, Severity
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.texts import absent, technique_words, text, texts
from casebook.intake.envelope import AlertIn, RuleIn

AUTHENTICATION = "3002"
FINDINGS = "2"
"""The category of findings."""

SEVERITIES: Mapping[str, Severity] = {
    "1": "info",
    "2": "low",
    "3": "medium",
    "4": "high",
    "5": "critical",
    "6": "critical",
}
"""``severity_id``: 6 is Fatal. 0 (unknown) and 99 (other) leave the word to the producer's own ``severity``."""

FACTS = (
    ("Status", "status"),
    ("Status detail", "status_detail"),
    ("State", "state"),
    ("Activity", "activity_name"),
    ("Action", "action"),
    ("Disposition", "disposition"),
    ("Verdict", "verdict"),
    ("Confidence", "confidence"),
    ("Confidence score", "confidence_score"),
    ("Impact", "impact"),
    ("Impact score", "impact_score"),
    ("Risk level", "risk_level"),
    ("Risk score", "risk_score"),
    ("Count", "count"),
    ("Finding types", "finding_info.types"),
    ("Finding types", "finding.types"),
    ("Data sources", "data_sources"),
    ("Data sources", "finding_info.data_sources"),
    ("Product", "metadata.product.name"),
    ("Vendor", "metadata.product.vendor_name"),
    ("Cloud account", "cloud.account.uid"),
    ("Cloud region", "cloud.region"),
    ("Malware", "malware.name"),
    ("Remediation", "remediation.desc"),
)
MOST_UNMAPPED = 60
"""Facts taken from ``unmapped``, which may hold a whole log record."""

WRAPPERS = ("detail.findings", "findings", "events")


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(body, Mapping) and "class_uid" not in body:
        for name in WRAPPERS:
            found = paths.find(body, name)
            if found is not None and isinstance(found.value, list):
                return [(f"{found.pointer}/{place}", item) for place, item in enumerate(found.value)]
    return one(body)


def read(message: Any, options: Options) -> Reading:
    said = Message(message, options)
    _refuse_what_is_no_alert(said)
    alert = AlertIn(
        external_id=said.text("finding_info.uid", "finding.uid", "metadata.uid", "metadata.original_event_uid"),
        title=" ".join(said.text("finding_info.title", "finding.title", "message", "type_name", "class_name").split()),
        severity=_severity(said),
        rule=_rule(said),
        techniques=[word for attack in _attacks(said) for word in _technique(attack)],
        tactics=_tactics(said),
        link=said.text("finding_info.src_url", "finding.src_url"),
    )
    described = said.text("finding_info.desc", "finding.desc", "message")
    alert.description = "" if described == alert.title else described
    _times(said, alert)
    ocsf_entities.gather(said, alert)
    alert.events = ocsf_events.events(said)
    _facts(said)
    return said.reading(alert)


def _refuse_what_is_no_alert(said: Message) -> None:
    """A finding is one, an authentication is taken as one; any other event only where its producer says so."""
    if said.get("class_uid") is None:
        raise NotUnderstood("It has no class_uid: it is no OCSF event.")
    finding = isinstance(said.get("finding_info"), Mapping) or isinstance(said.get("finding"), Mapping)
    if finding or said.text("class_uid") == AUTHENTICATION or said.get("is_alert") is True:
        return
    raise NotUnderstood(
        f"OCSF class {said.text('class_uid')[:20]} is no finding and no authentication, and is_alert is not true.",
        "/class_uid",
    )


def _severity(said: Message) -> Severity:
    known = SEVERITIES.get(said.text("severity_id"))
    words = {word: level for word, level in SEVERITY_WORDS.items() if word != "unknown"}
    return known or said.severity("severity", words=words)


def _times(said: Message, alert: AlertIn) -> None:
    """``time`` is the event's own; of a finding, when it was made. An authentication began and ended then."""
    if said.text("class_uid") == AUTHENTICATION:
        alert.detected_at = alert.first_event_at = alert.last_event_at = said.time("time", "time_dt")
        return
    alert.detected_at = said.time(*_named("created_time"), "time", "time_dt")
    alert.first_event_at = said.time(*_named("first_seen_time"), "start_time", "start_time_dt")
    alert.last_event_at = said.time(*_named("last_seen_time"), "end_time", "end_time_dt")


def _named(name: str) -> Iterator[str]:
    return (f"{where}.{name}{form}" for where in ("finding_info", "finding") for form in ("", "_dt"))


def _rule(said: Message) -> RuleIn:
    """The analytic; a general engine's is told apart by the rule it relates to. Without one, the finding's own type
    where that is a detector's; of an event, its code."""
    for where in ("finding_info.analytic", "analytic"):
        if (found := said.get(where)) is not None:
            related = paths.get(found, "related_analytics", "relatedAnalytics")
            best = related[0] if not paths.get(found, "uid") and isinstance(related, list) and related else found
            return RuleIn(id=text(paths.get(best, "uid")), name=text(paths.get(best, "name")))
    particular = aws_findings.particular(texts(said.get("finding_info.types", "finding.types")))
    if particular or said.get("finding_info", "finding") is not None:
        return RuleIn(id=particular, name=particular)
    code = said.text("metadata.event_code", "unmapped.EventCode", "type_uid")
    return RuleIn(id=code, name=said.text("type_name", "class_name"))


def _attacks(said: Message) -> list[Mapping[str, Any]]:
    found = said.get("finding_info.attacks", "attacks")
    return [attack for attack in (found if isinstance(found, list) else [found]) if isinstance(attack, Mapping)]


def _technique(attack: Mapping[str, Any]) -> list[str]:
    """The sub-technique, which names its technique too; else the technique."""
    return technique_words(paths.get(attack, "sub_technique.uid")) or technique_words(attack.get("technique"))


def _tactics(said: Message) -> list[str]:
    """Those of the attacks, and those a finding's types name."""
    given = []
    for attack in _attacks(said):
        many = attack.get("tactics")
        given += [attack.get("tactic"), *(many if isinstance(many, list) else ())]
    named = [text(paths.get(tactic, "name") or paths.get(tactic, "uid")) for tactic in given]
    return named + aws_findings.tactics(texts(said.get("finding_info.types", "finding.types")))


def _facts(said: Message) -> None:
    said.facts(FACTS)
    enrichments = said.get("enrichments")
    for place, item in enumerate(enrichments if isinstance(enrichments, list) else ()):
        name, value = text(paths.get(item, "name")), text(paths.get(item, "value"))
        if name and not absent(value):
            said.state(name, value, f"/enrichments/{place}/value")
    for count, (label, value, pointer) in enumerate(_scalars(said.get("unmapped"), "", "/unmapped", 4)):
        if count >= MOST_UNMAPPED:
            said.assume(f"Of unmapped the first {MOST_UNMAPPED} values are shown; the raw message has them all.")
            break
        said.state(label, value, pointer)


def _scalars(value: Any, label: str, pointer: str, depth: int) -> Iterator[tuple[str, str, str]]:
    """(dotted name, text, pointer) of what an object says, as deep as ``depth``."""
    if isinstance(value, Mapping) and depth:
        for key, inner in value.items():
            name = f"{label}.{key}".removeprefix(".")
            yield from _scalars(inner, name, paths.child(pointer, key), depth - 1)
    elif not absent(shown := ", ".join(texts(value))):
        yield label, shown, pointer


ADAPTER = Adapter("ocsf", "OCSF", messages, read)
