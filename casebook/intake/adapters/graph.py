"""Microsoft Graph security alerts, second generation (``security/alerts_v2``): Defender, Entra ID Protection, Purview.

Read: one alert, a list of them, the answer of a list call (``value``), and incidents asked for with their alerts.
Fields and evidence types as in Microsoft's reference of ``microsoft.graph.security.alert``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.intake.adapters import graph_evidence
from casebook.intake.adapters.message import SEVERITY_WORDS, Message
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.texts import absent, technique_words, text
from casebook.intake.envelope import AlertIn, RuleIn

FACTS = (
    ("Status", "status"),
    ("Classification", "classification"),
    ("Determination", "determination"),
    ("Service", "serviceSource"),
    ("Product", "productName"),
    ("Detected by", "detectionSource"),
    ("Actor", "actorDisplayName"),
    ("Threat", "threatDisplayName"),
    ("Threat family", "threatFamilyName"),
    ("Incident", "incidentId"),
    ("Incident page", "incidentWebUrl"),
    ("Assigned to", "assignedTo"),
    ("System tags", "systemTags"),
    ("Recommended actions", "recommendedActions"),
)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """Alerts of a list answer, of incidents with ``$expand=alerts``, or the body itself."""
    if isinstance(body, Mapping) and isinstance(body.get("value"), list):
        found = [(f"/value/{place}", item) for place, item in enumerate(body["value"])]
    else:
        found = list(one(body))
    return [alert for pointer, item in found for alert in _alerts(pointer, item)]


def _alerts(pointer: str, item: Any) -> list[tuple[str, Any]]:
    if isinstance(item, Mapping) and isinstance(item.get("alerts"), list):
        return [(f"{pointer}/alerts/{place}", alert) for place, alert in enumerate(item["alerts"])]
    return [(pointer, item)]


def read(message: Any, options: Options) -> Reading:
    said = Message(message, options)
    _refuse_what_is_no_alert(said)
    alert = AlertIn(
        external_id=said.text("id", "providerAlertId"),
        title=said.need("title", "title"),
        description=said.text("description"),
        severity=said.severity("severity", words=SEVERITY_WORDS),
        detected_at=said.time("createdDateTime"),
        first_event_at=said.time("firstActivityDateTime", "eventDateTime"),
        last_event_at=said.time("lastActivityDateTime"),
        rule=RuleIn(id=said.text("detectorId", "alertPolicyId"), name=said.text("title")),
        techniques=technique_words(said.get("mitreTechniques")),
        tactics=[] if absent(text(said.get("category"))) else [said.text("category")],
        link=said.text("alertWebUrl"),
    )
    said.facts(FACTS)
    alert.events = graph_evidence.read(said)
    return said.reading(alert)


def _refuse_what_is_no_alert(said: Message) -> None:
    if said.get("subscriptionId") and said.get("resource"):
        raise NotUnderstood(
            "It is a change notification: it names an alert and does not hold it. Let Casebook fetch alerts instead.",
            "/resource",
        )
    if said.get("vendorInformation") is not None:
        said.assume("This is an alert of Graph's first generation: its user, host and file states are not read.")


ADAPTER = Adapter("graph", "Microsoft Graph", messages, read)
