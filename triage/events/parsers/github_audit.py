"""GitHub audit log: of an organisation or enterprise, as its API, its export or its stream writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import dig, name, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.timestamps import Clock

LOGINS = {
    "user.login": ("login", "success"),
    "user.failed_login": ("login", "failure"),
    "user.two_factor_challenge_failure": ("mfa_failed", "failure"),
    "org.sso_response": ("sso_response", "unknown"),
    "business.sso_response": ("sso_response", "unknown"),
}
"""A single sign-on response is an answer somebody gave, not yet a login."""

ACTIONS = {
    "user.create": "user_created",
    "org.invite_member": "user_invited",
    "org.add_member": "group_member_added",
    "team.add_member": "group_member_added",
    "business.add_admin": "privilege_granted",
    "org.update_member": "privilege_granted",
    "repo.add_member": "privilege_granted",
    "org.remove_member": "group_member_removed",
    "team.remove_member": "group_member_removed",
    "personal_access_token.create": "token_created",
    "oauth_access.create": "token_created",
    "personal_access_token.access_granted": "privilege_granted",
    "public_key.create": "token_created",
    "user.change_password": "password_changed",
    "user.reset_password": "password_reset",
    "two_factor_authentication.disabled": "factor_removed",
    "org.disable_two_factor_requirement": "factor_removed",
}
FAMILIES = {
    **dict.fromkeys(("user", "org", "team", "business", "members_can", "role", "enterprise_team"), "iam"),
    **dict.fromkeys(
        ("personal_access_token", "oauth_access", "oauth_authorization", "public_key", "two_factor_authentication"),
        "iam",
    ),
    **dict.fromkeys(("git", "repo", "api", "pull_request", "workflows", "packages"), "api"),
}
"""The category by the part before the dot; the rest (hooks, protection, integrations, secrets) is configuration."""


def mine(record: Mapping[str, Any]) -> bool:
    return (
        isinstance(record.get("action"), str)
        and "actor" in record
        and bool({"@timestamp", "created_at"} & record.keys())
        and bool({"business", "org", "repo", "user", "actor_id"} & record.keys())
    )


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, record.get("@timestamp") or record.get("created_at"))
    action = text(record.get("action"))
    if at is None or action is None:
        return "@timestamp or action cannot be read"
    login = LOGINS.get(action)
    category = "authentication" if login else FAMILIES.get(action.partition(".")[0], "configuration")
    return {
        **at,
        **origin(record.get("actor_ip")),
        **_who(record, category),
        **stated(
            event__category=category,
            event__action=login[0] if login else ACTIONS.get(action, action),
            event__outcome=login[1] if login else "success",
            event__code=action,
            event__reason=text(record.get("explanation")) or text(record.get("message")),
            group__name=text(record.get("team")) or text(record.get("org")) or text(record.get("business")),
            service__name="github",
            url__path=text(record.get("repo")) or text(record.get("repository")),
            user_agent__original=text(record.get("user_agent")),
            source__geo__country_iso_code=text(dig(record, "actor_location", "country_code")),
        ),
    }


def _who(record: Mapping[str, Any], category: str) -> Event:
    """The actor; of a change, the user it was done to."""
    actor, user = name(record.get("actor")), text(record.get("user"))
    if category == "iam" and user and user != actor:
        return stated(user__name=user, user__id=text(record.get("user_id")), actor__user__name=actor)
    return stated(user__name=actor or user, user__id=text(record.get("actor_id")))


PARSER = RecordFormat(
    format="github_audit",
    version=1,
    title="GitHub audit log",
    kinds=("api", "authentication", "configuration", "iam"),
    mine=mine,
    event=event,
)
