"""Rows of Microsoft Defender's advanced hunting and of Sentinel's tables that no other format reads: sign-ins, mail,
processes, connections, requests to IIS. Source: Microsoft Defender XDR, “advanced hunting schema reference”.

A row does not name its table; its columns do. Windows events and Entra's own records are read by their formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from triage.events.parsers.entra import ACTIONS, EXISTS, INTERRUPTED
from triage.events.parsers.fields import name, number, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.parsers.secrets import masked
from triage.events.timestamps import Clock

Row = Mapping[str, Any]

LOGONS = {"LogonSuccess": "success", "LogonFailed": "failure", "LogonAttempted": "unknown"}
CONNECTIONS = {"ConnectionSuccess": "success", "ConnectionFailed": "failure"}
MAIL = {"Delivered": "success", "Blocked": "failure", "Junked": "failure", "Replaced": "success"}


def _entra(row: Row) -> Event:
    """EntraIdSignInEvents, AADSignInEventsBeta."""
    code = number(row.get("ErrorCode"))
    outcome = "unknown" if code is None or code in INTERRUPTED else "failure" if code else "success"
    by_hand = "noninteractive" not in str(row.get("LogonType", "")).lower()
    return {
        **origin(row.get("IPAddress")),
        **stated(
            event__category="authentication" if by_hand else "session",
            event__action=ACTIONS.get(code or 0, "login"),
            event__outcome=outcome,
            event__code=None if code is None else str(code),
            user__name=name(row.get("AccountUpn")),
            user__id=text(row.get("AccountObjectId")),
            user__exists=True if code == 0 else EXISTS.get(code or 0),
            source__geo__country_iso_code=_country(row.get("Country")),
            source__host=text(row.get("DeviceName")),
            service__name=text(row.get("Application")),
            user_agent__original=text(row.get("UserAgent")),
        ),
    }


def _logon(row: Row) -> Event:
    """IdentityLogonEvents and DeviceLogonEvents: the first tell of a directory, the second of a device."""
    device = "DeviceId" in row or "RemoteIP" in row
    named = row.get("AccountName") if device else row.get("AccountUpn") or row.get("AccountName")
    return {
        **origin(row.get("RemoteIP") if device else row.get("IPAddress"), row.get("RemotePort")),
        **stated(
            event__category="authentication",
            event__action="login",
            event__outcome=LOGONS.get(str(row["ActionType"]), "unknown"),
            event__reason=text(row.get("FailureReason")),
            user__name=name(named),
            user__domain=text(row.get("AccountDomain")),
            source__host=text(row.get("RemoteDeviceName")) if device else text(row.get("DeviceName")),
            source__geo__country_iso_code=_country(row.get("Location")),
            host__name=text(row.get("DeviceName")) if device else text(row.get("DestinationDeviceName")),
            service__name=text(row.get("Application")) or text(row.get("Protocol")),
        ),
    }


def _mail(row: Row) -> Event:
    """EmailEvents."""
    said = text(row.get("DeliveryAction"))
    return {
        **origin(row.get("SenderIPv4") or row.get("SenderIPv6")),
        **stated(
            event__category="email",
            event__action="message_traced",
            event__outcome=MAIL.get(said or "", "unknown"),
            email__from=text(row.get("SenderFromAddress")) or text(row.get("SenderMailFromAddress")),
            email__to=text(row.get("RecipientEmailAddress")),
            email__subject=text(row.get("Subject")),
            email__status=said,
            email__count=1,
        ),
    }


def _process(row: Row) -> Event:
    """DeviceProcessEvents."""
    command = text(row.get("ProcessCommandLine"))
    return stated(
        event__category="process",
        event__action="process_started",
        event__outcome="success",
        user__name=name(row.get("AccountName")),
        user__domain=text(row.get("AccountDomain")),
        host__name=text(row.get("DeviceName")),
        process__name=text(row.get("FileName")),
        process__pid=number(row.get("ProcessId")),
        process__command_line=masked(command) if command else None,
        process__parent__name=text(row.get("InitiatingProcessFileName")),
    )


def _connection(row: Row) -> Event:
    """DeviceNetworkEvents."""
    return {
        **origin(row.get("LocalIP"), row.get("LocalPort")),
        **stated(
            event__category="network",
            event__action="connection",
            event__outcome=CONNECTIONS.get(str(row["ActionType"]), "unknown"),
            destination__ip=text(row.get("RemoteIP")),
            destination__port=number(row.get("RemotePort")),
            host__name=text(row.get("DeviceName")),
            process__name=text(row.get("InitiatingProcessFileName")),
            user__name=text(row.get("InitiatingProcessAccountName")),
        ),
    }


def _request(row: Row) -> Event:
    """W3CIISLog."""
    status = number(row.get("scStatus"))
    return {
        **origin(row.get("cIP")),
        **stated(
            event__category="web",
            event__action="http_request",
            event__outcome="unknown" if status is None else "failure" if status >= 400 else "success",
            http__request__method=text(row.get("csMethod")),
            http__response__status_code=status,
            http__response__bytes=number(row.get("scBytes")),
            url__path=text(row.get("csUriStem")),
            url__query=text(row.get("csUriQuery")),
            host__name=text(row.get("csHost")) or text(row.get("Computer")),
            user__name=text(row.get("csUserName")),
            user_agent__original=text(row.get("csUserAgent")),
        ),
    }


class Table(NamedTuple):
    """Columns only rows of this table have, what its ``ActionType`` begins with, and how a row is read."""

    columns: frozenset[str]
    actions: tuple[str, ...]
    read: Callable[[Row], Event]


TABLES = (
    Table(frozenset({"ErrorCode", "AccountUpn"}), (), _entra),
    Table(frozenset({"ActionType"}), tuple(LOGONS), _logon),
    Table(frozenset({"NetworkMessageId", "RecipientEmailAddress"}), (), _mail),
    Table(frozenset({"ActionType", "FileName"}), ("ProcessCreated",), _process),
    Table(
        frozenset({"ActionType", "RemoteIP"}), ("Connection", "ListeningConnection", "InboundConnection"), _connection
    ),
    Table(frozenset({"csMethod", "csUriStem", "cIP"}), (), _request),
)


def table(row: Row) -> Table | None:
    """The table a row is of, by its columns."""
    if "Timestamp" not in row and "TimeGenerated" not in row:
        return None
    action = str(row.get("ActionType", ""))
    for one in TABLES:
        if one.columns <= row.keys() and (not one.actions or action.startswith(one.actions)):
            return one
    return None


def mine(row: Row) -> bool:
    return table(row) is not None


def event(row: Row, clock: Clock) -> Event | str:
    at = when(clock, row.get("Timestamp") or row.get("TimeGenerated"), utc=True)
    if at is None:
        return "Timestamp cannot be read"
    found = table(row)
    assert found is not None  # `mine` saw to it
    return {**at, **found.read(row)}


def _country(value: Any) -> str | None:
    """Two letters: the tables also write names of countries in full."""
    country = text(value)
    return country if country and len(country) == 2 else None


PARSER = RecordFormat(
    format="defender_hunting",
    version=1,
    title="Microsoft Defender and Sentinel tables (JSON)",
    kinds=("authentication", "email", "network", "process", "session", "web"),
    mine=mine,
    event=event,
)
