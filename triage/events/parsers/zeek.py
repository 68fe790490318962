"""Zeek's JSON logs: ssh, ntlm, kerberos, smtp and http; any other by its connection alone.

Which log a record is of stands in ``_path`` where a shipper adds it; else its own fields tell. Zeek sees the wire: that
an SSH login worked it infers from sizes, and says nothing where it cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from triage.events.parsers.fields import dig, first, name, number, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.parsers.sources import canonical_ip
from triage.events.timestamps import Clock

MARKS = (
    ("kerberos", {"request_type", "error_msg", "cipher"}),
    ("ntlm", {"domainname", "server_nb_computer_name", "server_dns_computer_name"}),
    ("ssh", {"auth_attempts", "auth_success", "host_key_alg"}),
    ("smtp", {"helo", "mailfrom", "rcptto"}),
    ("http", {"status_code", "uri"}),
)
"""Fields only records of that log have."""

ETYPES = {"rc4-hmac": "0x17", "rc4-hmac-exp": "0x18", "aes128-cts-hmac-sha1-96": "0x11"}
ETYPES |= {"aes256-cts-hmac-sha1-96": "0x12", "des-cbc-md5": "0x3", "des-cbc-crc": "0x1"}
"""Ticket encryption by RFC 3961's numbers, as Windows logs them."""

MOST_TRIES = 1_000
"""Login attempts believed of one connection."""

ASKED_AGAIN = frozenset({"KDC_ERR_PREAUTH_REQUIRED", "KRB_ERR_RESPONSE_TOO_BIG"})
"""The first half of an ordinary exchange, not a failure."""

EXISTS = {"KDC_ERR_C_PRINCIPAL_UNKNOWN": False, "KDC_ERR_PREAUTH_FAILED": True, "KDC_ERR_CLIENT_REVOKED": True}
TRUTHS = {True: "success", False: "failure", "true": "success", "T": "success", "false": "failure", "F": "failure"}


def mine(record: Mapping[str, Any]) -> bool:
    return "ts" in record and ("id.orig_h" in record or dig(record, "id", "orig_h") is not None)


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, record.get("ts"), utc=True)
    if at is None:
        return "ts cannot be read"
    log = _log(record)
    inside = record.get("id") if isinstance(record.get("id"), Mapping) else None
    end = {key: dig(inside, key) if inside else record.get(f"id.{key}") for key in ("orig_h", "orig_p", "resp_h")}
    port = dig(inside, "resp_p") if inside else record.get("id.resp_p")
    return {
        **at,
        **origin(end["orig_h"], end["orig_p"]),
        **stated(
            destination__ip=canonical_ip(str(end["resp_h"])) if end["resp_h"] else None,
            destination__port=number(port),
            service__name=log,
        ),
        **READERS.get(log, _connection)(record),
    }


def _log(record: Mapping[str, Any]) -> str:
    told = text(record.get("_path"))
    if told:
        return told
    return next((log for log, marks in MARKS if marks & record.keys()), "connection")


def _connection(record: Mapping[str, Any]) -> Event:
    return stated(event__category="network", event__action="connection", event__outcome="unknown")


def _ssh(record: Mapping[str, Any]) -> Event:
    outcome = _truth(record.get("auth_success"))
    if outcome is None:
        return stated(event__category="network", event__action="ssh_connection", event__outcome="unknown")
    tries = number(record.get("auth_attempts")) or 1
    return stated(
        event__category="authentication",
        event__action="ssh_login",
        event__outcome=outcome,
        event__count=min(tries, MOST_TRIES) if outcome == "failure" else 1,
        event__reason="as inferred by Zeek from the connection",
        user_agent__original=text(record.get("client")),
    )


def _ntlm(record: Mapping[str, Any]) -> Event:
    return stated(
        event__category="authentication",
        event__action="ntlm_login",
        event__outcome=_truth(record.get("success")) or "unknown",
        user__name=name(record.get("username")),
        user__domain=text(record.get("domainname")),
        source__host=text(record.get("hostname")),
        host__name=text(record.get("server_dns_computer_name")) or text(record.get("server_nb_computer_name")),
    )


def _kerberos(record: Mapping[str, Any]) -> Event:
    asked, error = text(record.get("request_type")), text(record.get("error_msg"))
    if asked is None:
        return _connection(record)
    user, _, realm = (name(record.get("client")) or "").partition("/")
    outcome = "unknown" if error in ASKED_AGAIN else _truth(record.get("success")) or "unknown"
    ticket = asked == "AS"
    return stated(
        event__category="authentication" if ticket else "session",
        event__action="kerberos_login" if ticket else "kerberos_service_ticket",
        event__outcome=outcome,
        event__code=asked,
        event__reason=error,
        user__name=user or None,
        user__domain=realm or None,
        user__exists=EXISTS.get(error or ""),
        winlog__object=text(record.get("service")),
        winlog__ticket_encryption=ETYPES.get(str(record.get("cipher")), text(record.get("cipher"))),
    )


def _smtp(record: Mapping[str, Any]) -> Event:
    to = record.get("rcptto")
    recipients = [one for one in (text(each) for each in (to if isinstance(to, list) else [to])) if one]
    reply = text(record.get("last_reply"))
    outcome = {"2": "success", "3": "success", "4": "failure", "5": "failure"}.get((reply or "")[:1], "unknown")
    return stated(
        event__category="email",
        event__action="smtp_transfer",
        event__outcome=outcome,
        email__from=text(record.get("mailfrom")) or text(record.get("from")),
        email__to=", ".join(recipients) or None,
        email__subject=text(record.get("subject")),
        email__status=reply,
        email__count=len(recipients) or None,
        user_agent__original=text(record.get("user_agent")),
    )


def _http(record: Mapping[str, Any]) -> Event:
    status = number(record.get("status_code"))
    path, _, query = (text(record.get("uri")) or "").partition("?")
    return stated(
        event__category="web",
        event__action="http_request",
        event__outcome="unknown" if status is None else "failure" if status >= 400 else "success",
        http__request__method=text(record.get("method")),
        http__response__status_code=status,
        http__response__bytes=number(record.get("response_body_len")),
        url__path=path or None,
        url__query=query or None,
        host__name=text(record.get("host")),
        user__name=text(record.get("username")),
        user_agent__original=text(record.get("user_agent")),
    )


def _truth(value: Any) -> str | None:
    value = first(value)
    return TRUTHS.get(value) if isinstance(value, bool | str) else None


READERS: dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "ssh": _ssh,
    "ntlm": _ntlm,
    "kerberos": _kerberos,
    "smtp": _smtp,
    "http": _http,
}

PARSER = RecordFormat(
    format="zeek_json",
    version=1,
    title="Zeek (JSON: ssh, ntlm, kerberos, smtp, http)",
    kinds=("authentication", "email", "network", "session", "web"),
    mine=mine,
    event=event,
)
