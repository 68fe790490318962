"""AWS CloudTrail: API calls and sign-ins, as the trail's files (``Records``), one a line, or a single record.

A sign-in is an authentication; a call that hands out credentials a session; a change of identities ``iam``; every
other call ``api``. What was read of an S3 bucket stands as the path of its URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import dig, first, name, number, origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.timestamps import Clock

SIGN_INS = frozenset({"ConsoleLogin", "UserAuthentication", "CredentialVerification", "CredentialChallenge"})
STEPS = frozenset({"CredentialChallenge"})
"""A step of a sign-in that neither lets in nor keeps out."""

HANDED_OUT = ("AssumeRole", "GetSessionToken", "GetFederationToken", "GetSigninToken", "SwitchRole")
IDENTITIES = ("iam.", "identitystore.", "sso.", "sso-directory.", "cognito-idp.", "organizations.")
READS = ("List", "Get", "Describe", "Lookup", "Search", "Head", "BatchGet", "Simulate", "Generate")

ACTIONS = {
    "CreateUser": "user_created",
    "AdminCreateUser": "user_created",
    "CreateRole": "role_created",
    "DeleteUser": "user_deleted",
    "CreateAccessKey": "token_created",
    "CreateServiceSpecificCredential": "token_created",
    "UploadSSHPublicKey": "token_created",
    "DeleteAccessKey": "token_revoked",
    "AddUserToGroup": "group_member_added",
    "AdminAddUserToGroup": "group_member_added",
    "CreateGroupMembership": "group_member_added",
    "RemoveUserFromGroup": "group_member_removed",
    "UpdateLoginProfile": "password_reset",
    "CreateLoginProfile": "password_reset",
    "AdminSetUserPassword": "password_reset",
    "ChangePassword": "password_changed",
    "AttachUserPolicy": "privilege_granted",
    "AttachRolePolicy": "privilege_granted",
    "AttachGroupPolicy": "privilege_granted",
    "PutUserPolicy": "privilege_granted",
    "PutRolePolicy": "privilege_granted",
    "PutGroupPolicy": "privilege_granted",
    "SetDefaultPolicyVersion": "privilege_granted",
    "UpdateAssumeRolePolicy": "privilege_granted",
    "CreateAccountAssignment": "privilege_granted",
    "DetachUserPolicy": "privilege_revoked",
    "DetachRolePolicy": "privilege_revoked",
    "EnableMFADevice": "factor_added",
    "DeactivateMFADevice": "factor_removed",
    "ConsoleLogin": "login",
    "UserAuthentication": "login",
}
"""Changes other systems know as well, by the one word we have for them; any other call keeps its own name."""

CHANGED = ("userName", "username", "roleName", "principalId")
"""Where a change of identities names whose they are."""


def mine(record: Mapping[str, Any]) -> bool:
    return "eventSource" in record and "eventName" in record and "userIdentity" in record


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, record.get("eventTime") or record.get("@timestamp"), utc=True)
    call, service = text(record.get("eventName")), text(record.get("eventSource"))
    if at is None or call is None or service is None:
        return "eventTime, eventName or eventSource cannot be read"
    category = _category(call, service)
    return {
        **at,
        **origin(record.get("sourceIPAddress")),
        **_who(record, category),
        **stated(
            event__category=category,
            event__action=ACTIONS.get(call, call),
            event__outcome=_outcome(record, call),
            event__code=call,
            event__reason=_reason(record),
            service__name=service,
            user_agent__original=text(record.get("userAgent")),
            url__path=_path(record),
            http__response__bytes=number(dig(record, "additionalEventData", "bytesTransferredOut")),
        ),
    }


def _category(call: str, service: str) -> str:
    if call in SIGN_INS:
        return "authentication"
    if call.startswith(HANDED_OUT):
        return "session"
    return "iam" if service.startswith(IDENTITIES) and not call.startswith(READS) else "api"


def _outcome(record: Mapping[str, Any], call: str) -> str:
    if record.get("errorCode") or record.get("errorMessage"):
        return "failure"
    if call in STEPS:
        return "unknown"
    said = dig(record, "responseElements", call) or dig(record, "serviceEventDetails", call)
    if call in SIGN_INS:
        return {"Success": "success", "Failure": "failure"}.get(str(said), "unknown")
    return "success"


def _reason(record: Mapping[str, Any]) -> str | None:
    stated_reasons = [text(record.get("errorCode")), text(record.get("errorMessage"))]
    return ": ".join(one for one in stated_reasons if one) or None


def _who(record: Mapping[str, Any], category: str) -> Event:
    """The caller, by user or role name; of a change of identities, whom it was done to and what they were given."""
    caller = record.get("userIdentity")
    issuer = dig(caller, "sessionContext", "sessionIssuer", "userName")
    person = name(dig(caller, "userName")) or text(issuer) or text(dig(record, "additionalEventData", "UserName"))
    if person is None:
        person = "root" if dig(caller, "type") == "Root" else text(dig(caller, "invokedBy"))
    identity = text(dig(caller, "arn")) or text(dig(caller, "principalId")) or text(dig(caller, "accountId"))
    asked = record.get("requestParameters") if category == "iam" else None
    changed = next((found for key in CHANGED if (found := text(dig(asked, key)))), None)
    given = stated(group__name=_given(asked))
    if changed is None:
        return given | stated(user__name=person, user__id=identity)
    return given | stated(user__name=changed, actor__user__name=person, user__id=identity)


def _given(asked: Any) -> str | None:
    """The group somebody was put into, or the policy they were given: its name, not its whole ARN."""
    policy = text(dig(asked, "policyArn")) or text(dig(asked, "permissionSetArn"))
    return text(dig(asked, "groupName")) or (policy.rpartition("/")[2] if policy else text(dig(asked, "policyName")))


def _path(record: Mapping[str, Any]) -> str | None:
    asked = record.get("requestParameters")
    bucket, key = text(first(dig(asked, "bucketName"))), text(first(dig(asked, "key")))
    return None if bucket is None else f"/{bucket}/{key}" if key else f"/{bucket}"


PARSER = RecordFormat(
    format="cloudtrail",
    version=2,
    title="AWS CloudTrail",
    kinds=("api", "authentication", "iam", "session"),
    mine=mine,
    event=event,
)
