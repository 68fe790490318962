"""AWS Security Hub findings in ASFF (2018-10-08): one, ``Findings``, EventBridge's ``detail.findings``, or any of them
inside a notification of SNS. What Security Hub sends as OCSF (its second version) is read as OCSF.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.intake.adapters import aws_findings, ocsf, paths
from casebook.intake.adapters.message import SEVERITY_WORDS, Message, Severity
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.securityhub_action import act
from casebook.intake.adapters.texts import absent, opened, text, texts
from casebook.intake.envelope import AlertIn, ObservableKind, RuleIn

WRAPPERS = ("Findings", "detail.findings", "findings")

NORMALIZED: tuple[tuple[int, Severity], ...] = (
    (0, "info"),
    (39, "low"),
    (69, "medium"),
    (89, "high"),
    (100, "critical"),
)
"""``Severity.Normalized``: (highest number, severity)."""

INDICATORS: Mapping[str, ObservableKind] = {
    "DOMAIN": "domain",
    "EMAIL_ADDRESS": "email",
    "HASH_MD5": "hash",
    "HASH_SHA1": "hash",
    "HASH_SHA256": "hash",
    "HASH_SHA512": "hash",
    "IPV4_ADDRESS": "ip",
    "IPV6_ADDRESS": "ip",
    "PROCESS": "process",
    "URL": "url",
}
"""``ThreatIntelIndicators[].Type``."""

SIDES: tuple[tuple[str, Role], ...] = (("Source", "source"), ("Destination", "target"))

FACTS = (
    ("Product", "ProductName"),
    ("Company", "CompanyName"),
    ("Account", "AwsAccountId"),
    ("Account name", "AwsAccountName"),
    ("Region", "Region"),
    ("Finding types", "Types"),
    ("Workflow", "Workflow.Status"),
    ("Record state", "RecordState"),
    ("Verification", "VerificationState"),
    ("Severity by product", "Severity.Product"),
    ("Severity, normalised", "Severity.Normalized"),
    ("Confidence", "Confidence"),
    ("Criticality", "Criticality"),
    ("Compliance", "Compliance.Status"),
    ("Control", "Compliance.SecurityControlId"),
    ("Remediation", "Remediation.Recommendation.Text"),
    ("Remediation page", "Remediation.Recommendation.Url"),
    ("Malware", "Malware.Name"),
    ("Note", "Note.Text"),
    ("Sample finding", "Sample"),
)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(body, Mapping) and body.get("Type") == "Notification":
        inside = opened(body.get("Message"))
        # Out of a text, not a part of the body: they have no place of their own in it.
        return [("inside/Message", found) for _, found in _findings(inside)]
    return _findings(body)


def _findings(body: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(body, Mapping) and "Id" not in body:
        for name in WRAPPERS:
            found = paths.find(body, name)
            if found is not None and isinstance(found.value, list):
                return [(f"{found.pointer}/{place}", item) for place, item in enumerate(found.value)]
    return one(body)


def read(message: Any, options: Options) -> Reading:
    said = Message(message, options)
    if said.get("class_uid") is not None and said.get("Id") is None:
        return ocsf.read(message, options)
    _refuse_what_is_no_finding(said)
    types = texts(said.get("Types", "FindingProviderFields.Types"))
    alert = AlertIn(
        external_id=said.text("Id"),
        title=said.need("title", "Title"),
        description=said.text("Description"),
        severity=_severity(said),
        detected_at=said.time("CreatedAt"),
        first_event_at=said.time("FirstObservedAt"),
        last_event_at=said.time("LastObservedAt"),
        rule=_rule(said, types),
        tactics=aws_findings.tactics(types),
        link=said.text("SourceUrl"),
    )
    _entities(said, alert)
    act(said, alert)
    _facts(said)
    return said.reading(alert)


def _refuse_what_is_no_finding(said: Message) -> None:
    if said.get("Type") == "SubscriptionConfirmation":
        raise NotUnderstood(
            "SNS asks to confirm its subscription: open the address in SubscribeURL once.", "/SubscribeURL"
        )
    if said.get("Id") is None or said.get("Title") is None:
        raise NotUnderstood("It is no Security Hub finding: it has no Id or no Title.")


def _severity(said: Message) -> Severity:
    """The label; where a product gave but a number, by AWS's own bands of it."""
    labels = ("Severity.Label", "FindingProviderFields.Severity.Label")
    number = said.get("Severity.Normalized")
    if not any(said.text(label) for label in labels) and isinstance(number, int) and 0 <= number <= 100:
        return next(word for most, word in NORMALIZED if number <= most)
    return said.severity(*labels, words=SEVERITY_WORDS)


def _rule(said: Message, types: list[str]) -> RuleIn:
    """What found it. A detector's type (``…/Stealth:IAMUser-…``) tells more than its generator, which is one for all
    that detector finds; a control's generator is the control."""
    particular = aws_findings.particular(types)
    control = said.text("Compliance.SecurityControlId")
    return RuleIn(id=particular or said.text("GeneratorId"), name=particular or control or said.text("GeneratorId"))


def _entities(said: Message, alert: AlertIn) -> None:
    for resource in _items(said, "Resources"):
        name = text(resource.get("Id"))
        aws_findings.add(said, alert, kind=text(resource.get("Type")), name=name, details=resource.get("Details"))
    for indicator in _items(said, "ThreatIntelIndicators"):
        kind = INDICATORS.get(text(indicator.get("Type")))
        if kind is not None:
            said.about.add(kind, indicator.get("Value"), "related")
    for malware in _items(said, "Malware"):
        said.about.add("file", malware.get("Path"), "related")
    for side, role in SIDES:
        said.about.add("ip", [said.get(f"Network.{side}IpV4"), said.get(f"Network.{side}IpV6")], role)
        said.about.add("domain", said.get(f"Network.{side}Domain"), role)


def _facts(said: Message) -> None:
    said.facts(FACTS)
    for part in ("ProductFields", "UserDefinedFields"):
        fields = said.get(part)
        for key, value in fields.items() if isinstance(fields, Mapping) else ():
            if not absent(text(value)):
                said.state(key, text(value), paths.child(f"/{part}", key))


def _items(said: Message, name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


ADAPTER = Adapter("securityhub", "AWS Security Hub", messages, read)
