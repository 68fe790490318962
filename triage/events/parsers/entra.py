"""Entra ID sign-ins: Microsoft Graph (``signIn``), diagnostic settings (``SignInLogs``) and Log Analytics rows.

Error codes are Microsoft's (AADSTS). Some are no failure: the sign-in was interrupted to ask for more, and either goes
on in a record of its own or is given up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import dig, name, number, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.timestamps import Clock

INTERRUPTED = frozenset(
    {16000, 50058, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50144, 50158, 50203, 50207, 65001}
)
"""More was asked for: another factor, consent, a registered device, a new password."""

EXISTS = {50034: False, 50053: True, 50055: True, 50056: True, 50057: True, 50144: True, 500121: True}
ACTIONS = {50053: "account_locked_login", 500121: "mfa_denied", 50074: "mfa_asked", 50076: "mfa_asked"}


def mine(record: Mapping[str, Any]) -> bool:
    if "createdDateTime" in record:
        return "status" in record and bool({"userPrincipalName", "servicePrincipalName"} & record.keys())
    if "properties" in record:
        return str(record.get("category", "")).endswith("SignInLogs")
    return "ResultType" in record and bool({"UserPrincipalName", "ServicePrincipalName"} & record.keys())


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    signin = _signin(record)
    at = when(clock, signin.get("createdDateTime") or signin.get("time") or signin.get("TimeGenerated"), utc=True)
    if at is None:
        return "the time of the sign-in cannot be read"
    code = _code(signin)
    outcome = "unknown" if code is None or code in INTERRUPTED else "failure" if code else "success"
    location = signin.get("location")
    return {
        **at,
        **origin(signin.get("ipAddress") or signin.get("callerIpAddress")),
        **stated(
            event__category="authentication" if _by_hand(signin) else "session",
            event__action=ACTIONS.get(code or 0, "login"),
            event__outcome=outcome,
            event__code=None if code is None else str(code),
            event__reason=_reason(signin) if code else None,
            user__name=name(signin.get("userPrincipalName")) or text(signin.get("servicePrincipalName")),
            user__id=text(signin.get("userId")) or text(signin.get("servicePrincipalId")),
            user__exists=True if code == 0 else EXISTS.get(code or 0),
            source__geo__country_iso_code=text(dig(location, "countryOrRegion")) or _short(location),
            source__as__number=number(signin.get("autonomousSystemNumber")),
            source__host=text(dig(signin.get("deviceDetail"), "displayName")),
            service__name=text(signin.get("appDisplayName")),
            user_agent__original=text(signin.get("userAgent")),
        ),
    }


def _signin(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the sign-in by Graph's names, whichever of the three wrote it."""
    inner = record.get("properties")
    found = {**record, **inner} if isinstance(inner, Mapping) else dict(record)
    for key, value in record.items():
        if key[:1].isupper():
            found.setdefault("ipAddress" if key == "IPAddress" else key[:1].lower() + key[1:], _parsed(value))
    found.setdefault("location", found.get("locationDetails"))
    if isinstance(found.get("locationDetails"), Mapping):
        found["location"] = found["locationDetails"]
    return found


def _parsed(value: Any) -> Any:
    """Log Analytics writes inner objects as JSON text."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _code(signin: Mapping[str, Any]) -> int | None:
    stated_code = number(dig(signin.get("status"), "errorCode"))
    return stated_code if stated_code is not None else number(signin.get("resultType"))


def _reason(signin: Mapping[str, Any]) -> str | None:
    return text(dig(signin.get("status"), "failureReason")) or text(signin.get("resultDescription"))


def _by_hand(signin: Mapping[str, Any]) -> bool:
    """A token renewed without anybody typing is no login."""
    if signin.get("isInteractive") in (False, "false", "False"):
        return False
    return "NonInteractive" not in str(signin.get("category", ""))


def _short(location: Any) -> str | None:
    """Diagnostic settings write the country alone where they know no more."""
    country = text(location)
    return country if country and len(country) == 2 else None


PARSER = RecordFormat(
    format="entra_signin",
    version=1,
    title="Entra ID sign-ins",
    kinds=("authentication", "session"),
    mine=mine,
    event=event,
)
