"""One word for one thing that happened. An alert names an action as its vendor does (``group.user_membership.add``,
``AddUserToGroup``, ``added-member-to-group``); the log parsers have settled what each of these is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from triage.events.parsers import cloudtrail, github_audit, o365_audit, okta

BEATS: Final[Mapping[str, str]] = {
    "added-user-account": "user_created",
    "enabled-user-account": "user_enabled",
    "unlocked-user-account": "account_unlocked",
    "disabled-user-account": "user_disabled",
    "deleted-user-account": "user_deleted",
    "modified-user-account": "user_changed",
    "renamed-user-account": "user_renamed",
    "locked-out-user-account": "account_locked",
    "changed-password": "password_changed",
    "reset-password": "password_reset",
    "added-member-to-group": "group_member_added",
    "removed-member-from-group": "group_member_removed",
}
"""What Winlogbeat and the Elastic Agent call the account management events of Windows."""

WORDS: Final[Mapping[str, str]] = {
    **{kind: action for kind, (_, action) in okta.ACTIONS.items()},
    **cloudtrail.ACTIONS,
    **github_audit.ACTIONS,
    **{operation: action for operation, (_, action) in o365_audit.ACTIONS.items()},
    **{operation.removesuffix("."): action for operation, (_, action) in o365_audit.ACTIONS.items()},
    **BEATS,
}


def our_word(action: str) -> str:
    """Our word for a vendor's action; the vendor's own where we have none."""
    return WORDS.get(action, action)
