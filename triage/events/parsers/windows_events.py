"""One Windows event, however it was written down: the names of its data fields are Microsoft's in every layout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, NamedTuple

from triage.events.parsers.fields import name, number, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.secrets import masked
from triage.events.parsers.sources import canonical_ip
from triage.events.parsers.windows_codes import (
    KERBEROS,
    REASONS,
    SECURITY,
    SYSMON,
    SYSTEM,
    TASK_SCHEDULER,
    Meaning,
)
from triage.events.timestamps import Clock

KERBEROS_CODES = frozenset({4768, 4769, 4770, 4771})
AUDIT_FAILURE = 0x10000000000000
"""The bit of ``Keywords`` that says *audit failure*."""

IMAGES = ("NewProcessName", "Image", "ProcessName", "CallerProcessName", "Application")
COMMANDS = ("CommandLine", "ImagePath", "ServiceFileName")
PROCESS_STARTED = 4688
TASK_ACTION = re.compile(r"<Command>([^<]*)</Command>(?:\s*<Arguments>([^<]*)</Arguments>)?", re.IGNORECASE)
"""What a scheduled task runs, in the definition that 4698 and 4702 carry."""

OTHER = Meaning("host", "", None, "subject")
"""An event id we have no word for is still told, with its number."""


class Told(NamedTuple):
    """An event taken out of its layout. ``at`` is what it says of its time; ``utc`` whether that is UTC where no zone
    is named. ``data`` is by Microsoft's names (``TargetUserName``)."""

    code: int
    channel: str
    provider: str
    host: Any
    at: Any
    utc: bool
    data: Mapping[str, Any]


def event(told: Told, clock: Clock) -> Event | str:
    """The event. Raises nothing; a reason where the time cannot be read."""
    at = when(clock, told.at, utc=told.utc)
    if at is None:
        return "the time of the event cannot be read"
    meaning = _meaning(told)
    data = told.data
    failed = _failed(told, meaning)
    reason, exists = _why(told, failed)
    return {
        **at,
        **_whom(told, meaning),
        **_from(data),
        **_process(data),
        **stated(
            event__category=meaning.category,
            event__action=meaning.action or f"event_{told.code}",
            event__outcome="failure" if failed else "success",
            event__code=str(told.code),
            event__reason=reason,
            user__exists=exists,
            host__name=text(told.host),
            service__name=text(told.provider) or text(told.channel),
            winlog__logon__type=text(data.get("LogonType")),
            winlog__object=_object(data),
            winlog__access_mask=text(data.get("AccessMask")),
            winlog__properties=text(data.get("Properties")),
            winlog__ticket_encryption=text(data.get("TicketEncryptionType")),
        ),
    }


def _meaning(told: Told) -> Meaning:
    where = f"{told.channel} {told.provider}".lower()
    if "sysmon" in where:
        return SYSMON.get(told.code, OTHER)
    if "taskscheduler" in where:
        return TASK_SCHEDULER.get(told.code, OTHER)
    if told.channel.lower() == "system" or "service control manager" in where:
        return SYSTEM.get(told.code, OTHER)
    return SECURITY.get(told.code, OTHER)


def _failed(told: Told, meaning: Meaning) -> bool:
    """By what the id always means, else by the status, else by the audit keyword."""
    if meaning.outcome is not None:
        return meaning.outcome == "failure"
    status = number(told.data.get("Status"))
    if status is not None:
        return status != 0
    said = told.data.get("EventType"), told.data.get("Keywords"), told.data.get("outcome")
    bits = number(told.data.get("Keywords"))
    return any("fail" in str(one).lower() for one in said) or bool(bits and bits & AUDIT_FAILURE)


def _why(told: Told, failed: bool) -> tuple[str | None, bool | None]:
    """Why a login was refused, and whether its account exists. A login that worked had one."""
    meaning = SECURITY.get(told.code)
    if meaning is None or meaning.category != "authentication":
        return None, None
    if not failed:
        return None, True
    known = KERBEROS if told.code in KERBEROS_CODES else REASONS
    for key in ("SubStatus", "Status", "FailureCode", "ErrorCode"):
        code = number(told.data.get(key))
        if code and (found := known.get(hex(code))):
            return found
    return text(told.data.get("FailureReason")) or text(told.data.get("Status")), None


def _whom(told: Told, meaning: Meaning) -> Event:
    data = told.data
    subject = name(data.get("SubjectUserName"))
    if meaning.about == "subject" and not _runs_as_another(told):
        account = data.get("User") or data.get("UserContext")
        who, domain = _split(name(account)) if account else (subject, data.get("SubjectDomainName"))
        return stated(user__name=who, user__domain=text(domain), user__id=text(data.get("SubjectUserSid")))
    actor = subject if text(subject) else None
    if meaning.about == "group":
        member = text(data.get("MemberName")) or text(data.get("MemberSid"))
        changed = stated(user__name=_common_name(member), user__id=text(data.get("MemberSid")))
        acted = stated(actor__user__name=actor) if changed else stated(user__name=actor)
        return changed | acted | stated(group__name=text(data.get("TargetUserName")))
    who, realm = name(data.get("TargetUserName")), text(data.get("TargetDomainName"))
    if who is not None and told.code in KERBEROS_CODES:
        who = who.partition("@")[0]
    sid = text(data.get("TargetUserSid")) or text(data.get("TargetSid"))
    return stated(user__name=who, user__domain=realm, user__id=sid, actor__user__name=actor)


def _runs_as_another(told: Told) -> bool:
    """A process may belong to another account than the one that started it: 4688 names both then."""
    return told.code == PROCESS_STARTED and text(told.data.get("TargetUserName")) is not None


def _from(data: Mapping[str, Any]) -> Event:
    """Where it came from: the logon events' address, or the ends of a connection."""
    address = data.get("IpAddress") or data.get("ClientAddress") or data.get("SourceIp") or data.get("SourceAddress")
    where = origin(address, data.get("IpPort") or data.get("SourcePort"))
    station = text(data.get("WorkstationName")) or text(data.get("Workstation")) or text(data.get("ClientName"))
    target = text(data.get("DestinationIp")) or text(data.get("DestAddress"))
    return where | stated(
        source__host=station.lstrip("\\") if station else None,
        destination__ip=canonical_ip(target) if target else None,
        destination__port=number(data.get("DestinationPort") or data.get("DestPort")),
    )


def _process(data: Mapping[str, Any]) -> Event:
    """The program that acted or was started; secrets of its command line masked."""
    image = next((data[key] for key in IMAGES if data.get(key)), None)
    command = next((found for key in COMMANDS if (found := name(data.get(key)))), None) or _task_action(data)
    parents = name(data.get("ParentCommandLine"))
    return stated(
        process__name=text(image),
        process__pid=number(data.get("NewProcessId") or data.get("ProcessId") or data.get("CallerProcessId")),
        process__command_line=masked(command) if command else None,
        process__parent__name=text(data.get("ParentProcessName")) or text(data.get("ParentImage")),
        process__parent__command_line=masked(parents) if parents else None,
    )


def _task_action(data: Mapping[str, Any]) -> str | None:
    """The commands in the definition of a task; None where it has none (it calls a component) or none is told."""
    definition = name(data.get("TaskContent")) or name(data.get("TaskContentNew"))
    actions = TASK_ACTION.findall(definition or "")
    return " ; ".join(unescape(" ".join(part for part in action if part)) for action in actions) or None


def _object(data: Mapping[str, Any]) -> str | None:
    """What was accessed, asked for or installed."""
    for key in ("ObjectName", "ServiceName", "TaskName", "TargetFilename", "TargetObject", "QueryName", "TargetImage"):
        if found := text(data.get(key)):
            return found
    share, inside = text(data.get("ShareName")), text(data.get("RelativeTargetName"))
    return f"{share}\\{inside}" if share and inside else share


def _split(account: str | None) -> tuple[str | None, str | None]:
    """``EXAMPLE\\ada`` → ("ada", "EXAMPLE")."""
    domain, _, who = (account or "").rpartition("\\")
    return who or None, domain or None


def _common_name(member: str | None) -> str | None:
    """``CN=Ada Lovelace,OU=…`` → ``Ada Lovelace``."""
    return member.partition(",")[0][3:] if member and member[:3].upper() == "CN=" else member
