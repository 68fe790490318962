"""The events a Graph alert's evidence amounts to. Pure.

Evidence is what the vendor collected, not a log: a process evidence tells of one start, a session of one sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.texts import absent, text

Event = dict[str, Any]


def events(evidence: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Flat events by ECS names, in the order of the evidence."""
    host = _only_host(evidence)
    return [event for item in evidence if (event := _event(item, host)) is not None]


def _event(item: Mapping[str, Any], host: str) -> Event | None:
    kind = kind_of(item)
    if kind == "process":
        return _filled(_start(item) | {"host.name": host})
    if kind in ("cloudLogonSession", "hostLogonSession"):
        return _filled(_sign_in(item) | {"host.name": host_name(item.get("host")) or text(item.get("deviceName"))})
    return None


def _start(item: Mapping[str, Any]) -> Event:
    account = item.get("userAccount")
    return {
        "@timestamp": item.get("processCreationDateTime"),
        "event.category": "process",
        "event.action": "start",
        "process.name": file_name(item.get("imageFile")),
        "process.pid": item.get("processId"),
        "process.command_line": item.get("processCommandLine"),
        "process.parent.name": file_name(item.get("parentProcessImageFile")),
        "user.name": paths.get(account, "accountName"),
        "user.domain": paths.get(account, "domainName"),
        "user.id": paths.get(account, "userSid"),
    }


def _sign_in(item: Mapping[str, Any]) -> Event:
    """A session there is began with a sign-in that succeeded."""
    account = paths.get(item, "account.userAccount") or item.get("account")
    return {
        "@timestamp": item.get("startUtcDateTime"),
        "event.category": "authentication",
        "event.action": "logon",
        "event.outcome": "success",
        "user.name": paths.get(account, "userPrincipalName", "accountName"),
        "user_agent.original": item.get("userAgent"),
    }


def _filled(event: Event) -> Event:
    return {name: value for name, value in event.items() if not absent(text(value))}


def kind_of(item: Mapping[str, Any]) -> str:
    """``#microsoft.graph.security.processEvidence`` → ``process``."""
    return text(item.get("@odata.type")).rpartition(".")[2].removesuffix("Evidence")


def _only_host(items: Iterable[Mapping[str, Any]]) -> str:
    """The host of all that happened, where the alert names one alone."""
    names = {name for item in items if kind_of(item) == "device" and (name := host_name(item))}
    return names.pop() if len(names) == 1 else ""


def host_name(item: Any) -> str:
    return text(paths.get(item, "deviceDnsName", "hostName"))


def file_name(file: Any) -> str:
    return text(paths.get(file, "fileName"))
