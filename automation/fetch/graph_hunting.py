"""Advanced hunting of Microsoft Defender, and of Sentinel workspaces connected to it, by Microsoft Graph. Source:
Microsoft Graph v1.0 reference, “security: runHuntingQuery” (`POST /security/runHuntingQuery` with `Query` and
`Timespan`; answer `schema` and `results`; 100,000 rows at most), application permission ThreatHunting.Read.All."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import urlencode

from automation.fetch.languages import iso
from automation.fetch.protocol import Line, LogSystem, Order, Place, Starter, objects, posted, row
from automation.webhooks.forms.graph import FORM
from automation.webhooks.forms.protocol import Call

CONSOLE = "https://security.microsoft.com"


def _fetch(order: Order, place: Place, line: Line) -> None:
    body = {"Query": order.query, "Timespan": f"{iso(order.start)}/{iso(order.end)}"}
    for record in objects(json.loads(line.ask(_run(place, body))).get("results")):
        line.row(row({name: value for name, value in record.items() if value is not None}))


def _run(place: Place, body: dict[str, str]) -> Call:
    bearer = {"Authorization": f"Bearer {place.secret}", "Content-Type": "application/json; charset=utf-8"}
    return posted(f"{place.base}/v1.0/security/runHuntingQuery", body, bearer)


def _probe(place: Place) -> Call:
    return _run(place, {"Query": "print answered=1"})


def _link(order: Order, place: Place) -> str:
    """The portal reads its query as gzip over UTF-16LE, in Base64 for addresses."""
    packed = gzip.compress(order.query.encode("utf-16-le"), mtime=0)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    tenant = {"tid": place.text("tenant")} if place.text("tenant") else {}
    console = place.text("console", CONSOLE).rstrip("/")
    return f"{console}/v2/advanced-hunting?{urlencode({'query': text, **tenant})}"


def kql(table: str, condition: str, at: str = "Timestamp") -> str:
    """The template of a search in one table."""
    return (
        f"{table}\n| where {at} between (datetime({{from}}) .. datetime({{to}}))\n"
        f"| where {condition}\n| top {{rows}} by {at} asc"
    )


GENERATED = "TimeGenerated"
STARTERS = (
    Starter("authentication", "Sign-ins to Entra ID", "kql",
            kql("EntraIdSignInEvents", "IPAddress in ({ips}) or AccountUpn in~ ({users})")),
    Starter("authentication", "Sign-ins to domain and cloud applications", "kql",
            kql("IdentityLogonEvents",
                "IPAddress in ({ips}) or AccountName in~ ({users}) or AccountUpn in~ ({users})"
                " or DeviceName has_any ({hosts})")),
    Starter("authentication", "Sign-ins to devices", "kql",
            kql("DeviceLogonEvents",
                "RemoteIP in ({ips}) or AccountName in~ ({users}) or DeviceName has_any ({hosts})")),
    Starter("authentication", "Sentinel: syslog of hosts", "kql",
            kql("Syslog", "SyslogMessage has_any ({any}) or Computer has_any ({hosts})", GENERATED)),
    Starter("authentication", "Sentinel: Windows security events", "kql",
            kql("SecurityEvent", "IpAddress in ({ips}) or TargetUserName in~ ({users}) or Computer has_any ({hosts})",
                GENERATED)),
    Starter("web", "Sentinel: requests to IIS", "kql", kql("W3CIISLog", "cIP in ({ips})", GENERATED)),
    Starter("network", "Connections of devices", "kql",
            kql("DeviceNetworkEvents", "RemoteIP in ({ips}) or DeviceName has_any ({hosts})")),
    Starter("process", "Processes of devices", "kql",
            kql("DeviceProcessEvents", "AccountName in~ ({users}) or DeviceName has_any ({hosts})")),
    Starter("email", "Mail", "kql",
            kql("EmailEvents",
                "SenderIPv4 in ({ips}) or SenderFromAddress in~ ({users}) or RecipientEmailAddress in~ ({users})")),
)  # fmt: skip

SYSTEM = LogSystem(
    name="graph_hunting",
    title="Microsoft Defender and Sentinel (advanced hunting)",
    example="https://graph.microsoft.com",
    languages=("kql",),
    fetch=_fetch,
    probe=_probe,
    link=_link,
    starters=STARTERS,
    login=FORM.login,
    needs=FORM.needs,
    wants={"console": "the address of the Defender portal, where it is not security.microsoft.com"},
    credential=FORM.credential,
)
