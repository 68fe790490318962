"""The events an OCSF message holds: an authentication is one, and each evidence of a finding may be. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.ocsf_entities import same_person
from casebook.intake.adapters.texts import absent, text

Event = dict[str, Any]

OUTCOMES = {"1": "success", "2": "failure"}
"""``status_id``."""

FIRST_SEEN = ("finding_info.first_seen_time", "finding_info.first_seen_time_dt", "time", "time_dt")

USER_EXISTS = {"0xc0000064": False, "0xc000006a": True, "0xc0000234": True, "0xc0000072": True, "0xc0000071": True}
"""What Windows' sub-status says of the account: not there; wrong password, locked out, disabled, expired password."""

_COUNTRY = re.compile(r"[A-Z]{2}")


def events(said: Message) -> list[Event]:
    """Flat events by ECS names, each with what it states and no more."""
    if said.text("class_uid") == "3002":
        return [_authentication(said)]
    found = []
    evidences = said.get("evidences")
    for item in evidences if isinstance(evidences, list) else ():
        if isinstance(item, Mapping) and (event := _evidence(said, item)):
            found.append(event)
    return found or _raw_lines(said)


def _raw_lines(said: Message) -> list[Event]:
    """The raw lines a finding was made of, to be read as the log they are from. JSON is no line of a log."""
    raw = said.get("raw_data")
    if not isinstance(raw, str) or raw.lstrip()[:1] in ("{", "[", "<"):
        return []
    return list(said.lines(raw.splitlines(), said.time(*FIRST_SEEN)))


def _authentication(said: Message) -> Event:
    reason = _sub_status(said)
    return _filled(
        {
            "@timestamp": _at(said, "time", "time_dt"),
            "event.category": "authentication",
            "event.action": said.text("activity_name").lower(),
            "event.outcome": _outcome(said),
            "event.code": said.text("unmapped.EventCode", "metadata.event_code"),
            "event.reason": reason or said.text("status_detail"),
            "event.count": said.get("count"),
            **_who(said),
            **_where(said.body),
            "user.exists": USER_EXISTS.get(reason),
            "host.name": said.text("dst_endpoint.hostname", "device.hostname"),
            "service.name": said.text("dst_endpoint.svc_name", "service.name", "api.service.name"),
            "process.name": said.text("actor.process.name", "actor.process.file.name"),
            "user_agent.original": said.text("http_request.user_agent"),
        }
    )


def _who(said: Message) -> Event:
    """Who signed in, and who asked for it where that is another. Cloud trails name one person twice, once by id."""
    user, actor = said.text("user.name"), said.text("actor.user.name")
    same = not user and (same_person(said.get("actor.user"), said.get("user")) or not said.text("user.uid"))
    return {
        "user.name": user or (actor if same else said.text("user.email_addr", "user.uid")),
        "user.domain": said.text("user.domain"),
        "user.id": said.text("user.uid").replace("NULL SID", ""),
        "actor.user.name": "" if same or actor == user else actor,
    }


def _where(body: Mapping[str, Any]) -> Event:
    source = body.get("src_endpoint")
    country = text(paths.get(source, "location.country"))
    return {
        "source.ip": text(paths.get(source, "ip")),
        "source.domain": text(paths.get(source, "hostname")) or text(paths.get(source, "name")),
        "source.port": paths.get(source, "port") or None,
        "source.geo.country_iso_code": country if _COUNTRY.fullmatch(country) else "",
        "source.as.number": paths.get(source, "autonomous_system.number"),
        "destination.ip": text(paths.get(body, "dst_endpoint.ip")),
        "destination.port": paths.get(body, "dst_endpoint.port") or None,
    }


def _evidence(said: Message, item: Mapping[str, Any]) -> Event | None:
    """A process that ran, a connection, or a call of an interface; an evidence of none of these is no event."""
    process, operation = item.get("process"), text(paths.get(item, "api.operation"))
    connected = paths.get(item, "src_endpoint.ip") and paths.get(item, "dst_endpoint.ip")
    if not process and not operation and not connected:
        return None
    return _filled(
        {
            "@timestamp": text(item.get("time")) or _at(said, *FIRST_SEEN),
            "event.category": "process" if process else "network" if connected else "",
            "event.action": operation or ("start" if process else ""),
            "service.name": text(paths.get(item, "api.service.name")),
            "user.name": text(paths.get(item, "user.name", "process.user.name", "actor.user.name")),
            "process.name": text(paths.get(process, "name", "file.name")),
            "process.pid": paths.get(process, "pid"),
            "process.command_line": text(paths.get(process, "cmd_line")),
            "process.parent.name": text(paths.get(process, "parent_process.name")),
            "host.name": text(paths.get(item, "device.hostname")) or said.text("device.hostname"),
            **_where(item),
        }
    )


def _at(said: Message, *names: str) -> str | None:
    moment = said.time(*names)
    return moment.isoformat() if moment else None


def _outcome(said: Message) -> str:
    word = said.text("status").lower()
    return OUTCOMES.get(said.text("status_id"), word if word in ("success", "failure") else "unknown")


def _sub_status(said: Message) -> str:
    """Windows' own reason, where a mapping left it over."""
    return said.text("unmapped.Failure Information.Sub Status", "unmapped.SubStatus").lower()


def _filled(event: Event) -> Event:
    return {name: value for name, value in event.items() if isinstance(value, bool) or not absent(text(value))}
