"""Okta System Log: events as the System Log API and its exports write them.

The login is ``user.session.start``; other steps of the same sign-in (a factor that was accepted, an application opened)
are told as the session's, so that one login counts once. A refused factor is a failure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import dig, name, number, objects, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.timestamps import Clock

OUTCOMES = {"SUCCESS": "success", "ALLOW": "success", "FAILURE": "failure", "DENY": "failure"}

LOGINS = frozenset({"user.session.start", "user.authentication.auth_via_radius", "user.authentication.slo_login"})
FACTORS = ("user.authentication.auth_via_mfa", "user.mfa.okta_verify", "user.authentication.verify")

ACTIONS = {
    "user.session.start": ("authentication", "login"),
    "user.session.end": ("session", "logout"),
    "user.account.lock": ("iam", "account_locked"),
    "user.account.lock.limit": ("iam", "account_locked"),
    "user.account.unlock": ("iam", "account_unlocked"),
    "user.account.unlock_by_admin": ("iam", "account_unlocked"),
    "user.account.reset_password": ("iam", "password_reset"),
    "user.account.update_password": ("iam", "password_changed"),
    "user.account.privilege.grant": ("iam", "privilege_granted"),
    "user.account.privilege.revoke": ("iam", "privilege_revoked"),
    "user.lifecycle.create": ("iam", "user_created"),
    "user.lifecycle.activate": ("iam", "user_enabled"),
    "user.lifecycle.reactivate": ("iam", "user_enabled"),
    "user.lifecycle.unsuspend": ("iam", "user_enabled"),
    "user.lifecycle.suspend": ("iam", "user_disabled"),
    "user.lifecycle.deactivate": ("iam", "user_disabled"),
    "user.lifecycle.delete.initiated": ("iam", "user_deleted"),
    "group.user_membership.add": ("iam", "group_member_added"),
    "group.user_membership.remove": ("iam", "group_member_removed"),
    "group.privilege.grant": ("iam", "privilege_granted"),
    "user.mfa.factor.activate": ("iam", "factor_added"),
    "user.mfa.factor.deactivate": ("iam", "factor_removed"),
    "user.mfa.factor.reset_all": ("iam", "factor_removed"),
    "system.api_token.create": ("iam", "token_created"),
    "system.api_token.revoke": ("iam", "token_revoked"),
    "user.mfa.okta_verify.deny_push": ("authentication", "mfa_denied"),
}
FAMILIES = (
    ("user.authentication.", "session"),
    ("user.session.", "session"),
    ("user.", "iam"),
    ("group.", "iam"),
    ("application.user_membership.", "iam"),
    ("iam.", "iam"),
    ("security.", "threat"),
)
"""The category of what `ACTIONS` does not name, by how its type begins; the rest is configuration."""


def mine(record: Mapping[str, Any]) -> bool:
    return "eventType" in record and "published" in record and isinstance(record.get("actor"), Mapping)


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, record.get("published"))
    kind = text(record.get("eventType"))
    if at is None or kind is None:
        return "published or eventType cannot be read"
    outcome = OUTCOMES.get(str(dig(record, "outcome", "result")), "unknown")
    category, action = _what(kind, outcome)
    return {
        **at,
        **origin(dig(record, "client", "ipAddress")),
        **_who(record, category),
        **stated(
            event__category=category,
            event__action=action,
            event__outcome="failure" if action == "mfa_denied" else outcome,
            event__code=kind,
            event__reason=text(dig(record, "outcome", "reason")) or text(record.get("displayMessage")),
            source__as__number=number(dig(record, "securityContext", "asNumber")),
            source__geo__country_iso_code=_country(dig(record, "client", "geographicalContext", "country")),
            user_agent__original=text(dig(record, "client", "userAgent", "rawUserAgent")),
            service__name=_target(record, "AppInstance", "displayName") or "okta",
            url__path=text(dig(record, "debugContext", "debugData", "requestUri")),
        ),
    }


def _what(kind: str, outcome: str) -> tuple[str, str]:
    if kind in ACTIONS:
        return ACTIONS[kind]
    if kind in LOGINS:
        return "authentication", "login"
    if kind.startswith(FACTORS) and outcome == "failure":
        return "authentication", "mfa_failed"
    return next((category for start, category in FAMILIES if kind.startswith(start)), "configuration"), kind


def _who(record: Mapping[str, Any], category: str) -> Event:
    """Whom it happened to; of a change, who made it as well and what was given."""
    person = dig(record, "actor", "type") in ("User", None)
    actor = name(dig(record, "actor", "alternateId")) if person else text(dig(record, "actor", "displayName"))
    actor = None if actor in ("unknown", "system@okta.com") and category == "authentication" else actor
    if category != "iam":
        return stated(user__name=actor, user__id=text(dig(record, "actor", "id")) if person else None)
    given = stated(group__name=_given(record))
    changed = _target(record, "User", "alternateId")
    if changed is None:
        return given | stated(user__name=actor, user__id=text(dig(record, "actor", "id")) if person else None)
    return given | stated(user__name=changed, user__id=_target(record, "User", "id"), actor__user__name=actor)


def _given(record: Mapping[str, Any]) -> str | None:
    """The group somebody was put into, or the administrator's role they were given."""
    role = text(dig(record, "debugContext", "debugData", "privilegeGranted"))
    return _target(record, "UserGroup", "displayName") or _target(record, "ROLE", "displayName") or role


def _target(record: Mapping[str, Any], kind: str, key: str) -> str | None:
    return next((text(one.get(key)) for one in objects(record.get("target")) if one.get("type") == kind), None)


def _country(stated_country: Any) -> str | None:
    """Okta names countries; a code is only taken where it is one."""
    country = text(stated_country)
    return country if country and len(country) == 2 and country.isupper() else None


PARSER = RecordFormat(
    format="okta_system_log",
    version=2,
    title="Okta System Log",
    kinds=("authentication", "configuration", "iam", "session", "threat"),
    mine=mine,
    event=event,
)
