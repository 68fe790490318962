"""What a Security Hub finding says was done: its ``Action`` and ``Process``, as events and as who did it. Pure.

Detectors sent this in ``ProductFields`` before ASFF had ``Action``; the far address is found there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.texts import absent, text
from casebook.intake.envelope import AlertIn

ACTIONS = ("AwsApiCallAction", "NetworkConnectionAction", "DnsRequestAction")
FAR_ADDRESSES = ("remoteIpDetails/ipAddressV4", "remoteIpDetails/ipAddressV6")


def act(said: Message, alert: AlertIn) -> None:
    """Put far addresses and domains among the observables, and the action and process among the events."""
    for action in ACTIONS:
        _far_side(said, said.get(f"Action.{action}"), "target" if _outbound(said) else "source")
    probes = said.get("Action.PortProbeAction.PortProbeDetails")
    for probe in probes if isinstance(probes, list) else ():
        _far_side(said, probe, "source")
    fields = said.get("ProductFields")
    for key, value in fields.items() if isinstance(fields, Mapping) else ():
        if key.endswith(FAR_ADDRESSES):
            said.about.add("ip", value, "source")
        elif key.endswith("dnsRequestAction/domain"):
            said.about.add("domain", value, "related")
    alert.events = [event for event in (_call(said), _connection(said), _process(said)) if event]


def _outbound(said: Message) -> bool:
    return said.text("Action.NetworkConnectionAction.ConnectionDirection") == "OUTBOUND"


def _far_side(said: Message, action: Any, role: Role) -> None:
    for form in ("IpAddressV4", "IpAddressV6"):
        said.about.add("ip", paths.get(action, f"RemoteIpDetails.{form}"), role)
    said.about.add("domain", paths.get(action, "Domain"), "related")


def _call(said: Message) -> dict[str, Any]:
    action = said.get("Action.AwsApiCallAction")
    return _event(
        said,
        action,
        {
            "event.action": paths.get(action, "Api"),
            "service.name": paths.get(action, "ServiceName"),
            "source.ip": paths.get(action, "RemoteIpDetails.IpAddressV4"),
        },
    )


def _connection(said: Message) -> dict[str, Any]:
    """Who called whom: the far side is where it came from, or where it went."""
    action = said.get("Action.NetworkConnectionAction")
    far, near = ("destination", "source") if _outbound(said) else ("source", "destination")
    return _event(
        said,
        action,
        {
            "event.category": "network",
            "event.action": text(paths.get(action, "ConnectionDirection")).lower(),
            f"{far}.ip": paths.get(action, "RemoteIpDetails.IpAddressV4"),
            f"{far}.port": paths.get(action, "RemotePortDetails.Port"),
            f"{near}.port": paths.get(action, "LocalPortDetails.Port"),
        },
    )


def _process(said: Message) -> dict[str, Any]:
    process = said.get("Process")
    said.about.add("process", paths.get(process, "Name"), "related")
    said.about.add("file", paths.get(process, "Path"), "related")
    event = _event(
        said,
        process,
        {
            "event.category": "process",
            "event.action": "start",
            "process.name": paths.get(process, "Name"),
            "process.pid": paths.get(process, "Pid"),
        },
    )
    launched = said.time("Process.LaunchedAt")
    return event | {"@timestamp": launched.isoformat()} if event and launched else event


def _event(said: Message, told: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The event at the time the finding was first observed; empty where the finding tells of no such thing."""
    if not isinstance(told, Mapping):
        return {}
    at = said.time("FirstObservedAt", "CreatedAt")
    stated = {"@timestamp": at.isoformat() if at else None, **fields}
    return {name: value for name, value in stated.items() if not absent(text(value))}
