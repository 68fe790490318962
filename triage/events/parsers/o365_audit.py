"""Microsoft 365 audit: Exchange administration, mailboxes, files and logins, as CSV (``Parameters`` or ``AuditData`` as
JSON text in a cell) and as the JSON of the Management API.

An Exchange change is a cmdlet with parameters; it is told as the command line it is, so that a forwarding address or a
sender domain stands in the row. Secrets in it are masked like those of any command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import name, objects, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import CsvFormat, RecordFormat
from triage.events.parsers.secrets import masked
from triage.events.timestamps import Clock

TIMES = ("CreationTime", "CreationDate", "TimeGenerated", "TimeCreated", "StartTime")
ADDRESSES = ("ClientIP", "ClientIPAddress", "ActorIpAddress")
AUDIT = frozenset({"UserId", "UserIds", "Workload", "RecordType", "AuditData", "Parameters"})
"""One of these, a time and an operation make a row of the audit."""

SUCCEEDED = frozenset({"success", "succeeded", "true", "partiallysucceeded"})
FAILED = frozenset({"failed", "failure", "false"})

ACTIONS = {
    "UserLoggedIn": ("authentication", "login"),
    "UserLoginFailed": ("authentication", "login"),
    "MailboxLogin": ("authentication", "login"),
    "New-InboxRule": ("configuration", "inbox_rule_changed"),
    "Set-InboxRule": ("configuration", "inbox_rule_changed"),
    "Enable-InboxRule": ("configuration", "inbox_rule_changed"),
    "UpdateInboxRules": ("configuration", "inbox_rule_changed"),
    "New-TransportRule": ("configuration", "transport_rule_changed"),
    "Set-TransportRule": ("configuration", "transport_rule_changed"),
    "New-InboundConnector": ("configuration", "mail_connector_changed"),
    "Set-InboundConnector": ("configuration", "mail_connector_changed"),
    "New-OutboundConnector": ("configuration", "mail_connector_changed"),
    "Set-OutboundConnector": ("configuration", "mail_connector_changed"),
    "Add-MailboxPermission": ("iam", "mailbox_permission_granted"),
    "Add-RecipientPermission": ("iam", "mailbox_permission_granted"),
    "Add-MailboxFolderPermission": ("iam", "mailbox_permission_granted"),
    "Remove-MailboxPermission": ("iam", "mailbox_permission_revoked"),
    "Set-MailboxAuditBypassAssociation": ("configuration", "mailbox_audit_changed"),
    "Set-User": ("iam", "user_changed"),
    "New-Mailbox": ("iam", "user_created"),
    "New-RemoteMailbox": ("iam", "user_created"),
    "Add-RoleGroupMember": ("iam", "group_member_added"),
    "New-ManagementRoleAssignment": ("iam", "privilege_granted"),
    "Add user.": ("iam", "user_created"),
    "Invite external user.": ("iam", "user_invited"),
    "Enable account.": ("iam", "user_enabled"),
    "Restore user.": ("iam", "user_enabled"),
    "Disable account.": ("iam", "user_disabled"),
    "Delete user.": ("iam", "user_deleted"),
    "Update user.": ("iam", "user_changed"),
    "Reset user password.": ("iam", "password_reset"),
    "Change user password.": ("iam", "password_changed"),
    "Add member to role.": ("iam", "privilege_granted"),
    "Add eligible member to role.": ("iam", "privilege_granted"),
    "Add app role assignment to service principal.": ("iam", "privilege_granted"),
    "Add app role assignment grant to user.": ("iam", "privilege_granted"),
    "Add delegated permission grant.": ("iam", "privilege_granted"),
    "Consent to application.": ("iam", "privilege_granted"),
    "Add service principal credentials.": ("iam", "token_created"),
    "Add member to group.": ("iam", "group_member_added"),
    "Remove member from group.": ("iam", "group_member_removed"),
    "Remove member from role.": ("iam", "privilege_revoked"),
    "User registered security info.": ("iam", "factor_added"),
    "Disable Strong Authentication.": ("iam", "factor_removed"),
    "MailItemsAccessed": ("email", "mail_read"),
    "Send": ("email", "mail_sent"),
    "SendAs": ("email", "mail_sent"),
    "SendOnBehalf": ("email", "mail_sent"),
}
WHOM = ("User", "Trustee", "Member")
NEW = ("MicrosoftOnlineServicesID", "UserPrincipalName", "Name")
"""The parameters by which a cmdlet names whom it is done to, and whom it makes."""

FORWARDING = ("ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward")


def mine(record: Mapping[str, Any]) -> bool:
    timed = any(key in record for key in TIMES)
    return timed and bool({"Operation", "Operations"} & record.keys()) and bool(AUDIT & record.keys())


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    entry = _whole(record)
    at = when(clock, next((entry[key] for key in TIMES if text(entry.get(key))), None), utc=True)
    operation = text(entry.get("Operation")) or text(entry.get("Operations"))
    if at is None or operation is None:
        return "the time or the operation cannot be read"
    given = _parameters(entry)
    category, action = _what(operation, given)
    return {
        **at,
        **origin(next((entry[key] for key in ADDRESSES if text(entry.get(key))), None)),
        **_who(entry, given, (category, action)),
        **stated(
            event__category=category,
            event__action=action,
            event__outcome=_outcome(entry, operation),
            event__code=operation,
            event__reason=text(entry.get("LogonError")) or text(entry.get("ResultStatusDetail")),
            process__command_line=_command(operation, given),
            service__name=text(entry.get("Workload")) or "exchange",
            user_agent__original=text(entry.get("UserAgent")) or text(entry.get("ClientInfoString")),
            url__path=text(entry.get("SourceFileName")),
        ),
    }


def _whole(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what its ``AuditData`` says in full."""
    inner = _json(record.get("AuditData"))
    return {**record, **inner} if isinstance(inner, Mapping) else dict(record)


def _parameters(entry: Mapping[str, Any]) -> dict[str, str]:
    """The cmdlet's parameters: a list of Name and Value, or an object."""
    given = _json(entry.get("Parameters"))
    if isinstance(given, Mapping):
        return {str(key): _shown(value) for key, value in given.items()}
    return {str(one.get("Name")): _shown(one.get("Value")) for one in objects(given) if one.get("Name")}


def _what(operation: str, given: Mapping[str, str]) -> tuple[str, str]:
    if operation in ACTIONS:
        return ACTIONS[operation]
    if operation == "Set-Mailbox" and any(key in given for key in FORWARDING):
        return "configuration", "mail_forwarding_changed"
    if "-" in operation:
        return "configuration", operation
    if operation.endswith("."):
        return "iam", operation
    return ("file" if operation.startswith(("File", "Folder")) else "api"), operation


def _outcome(entry: Mapping[str, Any], operation: str) -> str:
    if operation == "UserLoginFailed":
        return "failure"
    said = (text(entry.get("ResultStatus")) or "").lower()
    if said in FAILED:
        return "failure"
    # An audit row without a status is of a change that was made.
    return "success" if not said or said in SUCCEEDED else "unknown"


def _who(entry: Mapping[str, Any], given: Mapping[str, str], action: tuple[str, str]) -> Event:
    """Who did it; of a change of accounts or rights whom it was done to, and what they were given."""
    person = text(entry.get("UserId")) or text(entry.get("UserIds"))
    if action[0] != "iam":
        return stated(user__name=person, user__id=text(entry.get("UserKey")))
    about = text(entry.get("ObjectId"))
    named = (*WHOM, *NEW) if action[1] == "user_created" else WHOM
    target = next((found for key in named if (found := text(given.get(key)))), None)
    target = target or (about if about and "@" in about else None)
    group = stated(group__name=_group(entry, given))
    if target is None:
        return group | stated(user__name=person, user__id=text(entry.get("UserKey")))
    return group | stated(user__name=target, actor__user__name=person)


def _group(entry: Mapping[str, Any], given: Mapping[str, str]) -> str | None:
    """The group or role: of a cmdlet its own parameter, of the directory what it modified."""
    modified = {one.get("Name"): one.get("NewValue") for one in objects(_json(entry.get("ModifiedProperties")))}
    said = next((found for key in ("Role.DisplayName", "Group.DisplayName") if (found := text(modified.get(key)))), "")
    role_group = given.get("Identity") if text(entry.get("Operation")) == "Add-RoleGroupMember" else None
    return said.strip('"') or text(role_group) or text(given.get("Role"))


def _command(operation: str, given: Mapping[str, str]) -> str | None:
    if "-" not in operation and not given:
        return None
    words = [operation, *(f"-{key} {_quoted(value)}" for key, value in given.items())]
    return name(masked(" ".join(words)))


def _quoted(value: str) -> str:
    return f'"{value}"' if not value or " " in value else value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None


KINDS = ("api", "authentication", "configuration", "email", "file", "iam")

JSON = RecordFormat(
    format="o365_audit_json", version=2, title="Microsoft 365 audit (JSON)", kinds=KINDS, mine=mine, event=event
)
CSV = CsvFormat(
    format="o365_audit_csv", version=2, title="Microsoft 365 audit (CSV)", kinds=KINDS, mine=mine, event=event
)
