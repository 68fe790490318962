"""Records of every format, invented here: one ordinary one each, made anew with whatever a test changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

Changes = Any


def nxlog(code: int = 4625, **changes: Changes) -> dict[str, Any]:
    """A flat Windows event; `EventTime` is the host's clock, two hours ahead of UTC."""
    return {
        "@timestamp": "2026-11-17T08:00:05.120Z",
        "EventTime": "2026-11-17 10:00:05",
        "EventID": code,
        "Channel": "Security",
        "SourceName": "Microsoft-Windows-Security-Auditing",
        "Hostname": "ws-7.corp.example",
        "TargetUserName": "ada",
        "TargetDomainName": "CORP",
        "IpAddress": "192.0.2.7",
        "IpPort": "50111",
        "WorkstationName": "WS-7",
        "LogonType": "3",
        **changes,
    }


def beats(code: int = 4625, **data: Changes) -> dict[str, Any]:
    return {
        "@timestamp": "2026-11-17T08:00:05.120Z",
        "event": {"code": str(code), "outcome": "failure"},
        "host": {"name": "ws-7"},
        "winlog": {
            "channel": "Security",
            "event_id": str(code),
            "provider_name": "Microsoft-Windows-Security-Auditing",
            "computer_name": "ws-7.corp.example",
            "event_data": {"TargetUserName": "ada", "IpAddress": "192.0.2.7", "LogonType": "3", **data},
        },
    }


def xml(code: int = 4625, **data: Changes) -> dict[str, Any]:
    return {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}},
                "EventID": code,
                "Channel": "Security",
                "Computer": "ws-7.corp.example",
                "TimeCreated": {"#attributes": {"SystemTime": "2026-11-17T08:00:05.1203456Z"}},
            },
            "EventData": {"TargetUserName": "ada", "IpAddress": "192.0.2.7", "LogonType": 3, **data},
        }
    }


def okta(kind: str = "user.session.start", result: str = "FAILURE", **changes: Changes) -> dict[str, Any]:
    return {
        "eventType": kind,
        "published": "2026-11-17T08:00:05.120Z",
        "actor": {"id": "00u1", "type": "User", "alternateId": "ada@corp.example", "displayName": "Ada"},
        "client": {
            "ipAddress": "192.0.2.7",
            "userAgent": {"rawUserAgent": "Mozilla/5.0"},
            "geographicalContext": {"country": "Portugal"},
        },
        "outcome": {"result": result, "reason": "INVALID_CREDENTIALS" if result == "FAILURE" else None},
        "securityContext": {"asNumber": 64500},
        "debugContext": {"debugData": {"requestUri": "/idp/idx/identify"}},
        "target": None,
        **changes,
    }


def graph(code: int = 50126, **changes: Changes) -> dict[str, Any]:
    return {
        "id": "1",
        "createdDateTime": "2026-11-17T08:00:05Z",
        "userPrincipalName": "ada@corp.example",
        "userId": "11",
        "appDisplayName": "Azure Portal",
        "ipAddress": "192.0.2.7",
        "isInteractive": True,
        "status": {"errorCode": code, "failureReason": "Invalid username or password." if code else "Other."},
        "location": {"city": "Lisbon", "countryOrRegion": "PT"},
        "deviceDetail": {"displayName": "WS-7"},
        **changes,
    }


def diagnostic(code: int = 50126, **changes: Changes) -> dict[str, Any]:
    return {
        "time": "2026-11-17T08:00:05.0000000Z",
        "category": "SignInLogs",
        "operationName": "Sign-in activity",
        "resultType": str(code),
        "callerIpAddress": "192.0.2.7",
        "properties": graph(code, **changes),
    }


def cloudtrail(call: str = "ListBuckets", service: str = "s3.amazonaws.com", **changes: Changes) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "eventTime": "2026-11-17T08:00:05Z",
        "eventSource": service,
        "eventName": call,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.15",
        "userIdentity": {"type": "IAMUser", "userName": "ada", "arn": "arn:aws:iam::111122223333:user/ada"},
        **changes,
    }


def o365(
    operation: str = "Set-Mailbox", parameters: Mapping[str, str] | None = None, **changes: Changes
) -> dict[str, Any]:
    given = {"Identity": "ada"} if parameters is None else parameters
    return {
        "CreationTime": "2026-11-17T08:00:05",
        "Operation": operation,
        "Workload": "Exchange",
        "UserId": "root@corp.example",
        "ClientIP": "192.0.2.7:50111",
        "ResultStatus": "True",
        "Parameters": [{"Name": key, "Value": value} for key, value in given.items()],
        **changes,
    }


def trace(status: str = "Delivered", **changes: Changes) -> dict[str, Any]:
    return {
        "Received": "2026-11-17T08:00:05.1234567",
        "SenderAddress": "ada@corp.example",
        "RecipientAddress": "bob@other.example",
        "Subject": "Minutes",
        "Status": status,
        "FromIP": "192.0.2.7",
        **changes,
    }


def zeek(**changes: Changes) -> dict[str, Any]:
    return {
        "ts": 1794902405.12,
        "uid": "C1",
        "id.orig_h": "192.0.2.7",
        "id.orig_p": 50111,
        "id.resp_h": "198.51.100.9",
        "id.resp_p": 22,
        **changes,
    }


def github(action: str = "user.failed_login", **changes: Changes) -> dict[str, Any]:
    return {
        "action": action,
        "@timestamp": 1794902405120,
        "actor": "ada",
        "actor_ip": "192.0.2.7",
        "actor_id": 7,
        "user": "ada",
        "org": "corp",
        "user_agent": "Mozilla/5.0",
        "actor_location": {"country_code": "PT"},
        **changes,
    }


def splunk(code: int = 4625, sections: str = "", stamp: str = "11/17/2026 08:00:05 AM") -> str:
    return (
        f"{stamp}\nLogName=Security\nSourceName=Microsoft Windows security auditing.\nEventCode={code}\n"
        f"ComputerName=ws-7.corp.example\nKeywords=Audit Failure\nMessage=An account failed to log on.\n\n{sections}"
    )


FAILED_LOGON = """Subject:
	Security ID:		S-1-5-18
	Account Name:		WS-7$
	Account Domain:		CORP

Logon Type:			3

Account For Which Logon Failed:
	Security ID:		NULL SID
	Account Name:		ada
	Account Domain:		CORP

Failure Information:
	Failure Reason:		Unknown user name or bad password.
	Status:			0xC000006D
	Sub Status:		0xC0000064

Network Information:
	Workstation Name:	WS-9
	Source Network Address:	192.0.2.7
	Source Port:		50111

This event is generated when a logon request fails: see the documentation.
"""


def combined(path: str = "/", status: int = 200, agent: str = "Mozilla/5.0", **changes: Changes) -> str:
    given = {"client": "192.0.2.7", "user": "-", "stamp": "17/Nov/2026:08:00:05 +0000", "method": "GET"} | changes
    return (
        f'{given["client"]} - {given["user"]} [{given["stamp"]}] "{given["method"]} {path} HTTP/1.1" {status} 512 '
        f'"-" "{agent}"'
    )


def as_csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None, delimiter: str = ",") -> str:
    told = io.StringIO()
    writer = csv.DictWriter(told, names or list(rows[0]), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return told.getvalue()


def security_event(code: int = 4625, **changes: Changes) -> dict[str, Any]:
    """A row of Sentinel's SecurityEvent table."""
    row = {"TimeGenerated": "2026-11-17 08:00:05.120", "EventID": code, "Computer": "ws-7", "TargetUserName": "ada"}
    row |= {"TargetDomainName": "CORP", "IpAddress": "192.0.2.7", "LogonType": 3, "WorkstationName": "WS-7"}
    return row | {"SubStatus": "0xc000006a", "SubjectUserName": "-"} | changes


def ecs_hit(**source: Changes) -> dict[str, Any]:
    """A document as a search of Elasticsearch returns it."""
    document = {
        "@timestamp": "2026-11-17T08:00:05.120Z",
        "event": {"category": ["authentication"], "outcome": "failure", "action": "ssh_login"},
        "user": {"name": "ada"},
        "source": {"ip": "192.0.2.7", "port": 50111},
        "host": {"name": "web-1"},
        "message": "Failed password for ada from 192.0.2.7 port 50111 ssh2",
        **source,
    }
    return {"_index": "logs-2026.11", "_id": "a1", "_source": document}


def hunted(**changes: Changes) -> dict[str, Any]:
    """A row of Defender's IdentityLogonEvents."""
    return {
        "Timestamp": "2026-11-17T08:00:05.1203456Z",
        "ActionType": "LogonFailed",
        "Application": "Active Directory",
        "AccountName": "ada",
        "AccountUpn": "ada@corp.example",
        "AccountDomain": "corp.example",
        "IPAddress": "192.0.2.7",
        "DeviceName": "ws-7",
        "DestinationDeviceName": "dc-1.corp.example",
        "FailureReason": "WrongPassword",
        **changes,
    }


SSHD = "Mar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2"


def exported(line: str = SSHD, **changes: Changes) -> dict[str, Any]:
    """A line of Splunk's export: the raw line, and when Splunk says it happened."""
    result = {"epoch": "1774882896.000", "_time": "2026-03-30 17:01:36.000 CEST", "_raw": line, "host": "h", **changes}
    return {"preview": False, "offset": 0, "result": result}
