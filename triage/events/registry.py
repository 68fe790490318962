"""The log formats that ship, as plain data: nothing here is imported before a child needs it."""

from __future__ import annotations

from typing import Final

PARSERS: Final[dict[str, str]] = {
    "sshd_syslog": "triage.events.parsers.sshd.PARSER",
    "web_combined": "triage.events.parsers.combined.PARSER",
    "windows_json": "triage.events.parsers.windows_json.PARSER",
    "windows_csv": "triage.events.parsers.windows_csv.PARSER",
    "windows_text": "triage.events.parsers.windows_text.PARSER",
    "okta_system_log": "triage.events.parsers.okta.PARSER",
    "entra_signin": "triage.events.parsers.entra.PARSER",
    "cloudtrail": "triage.events.parsers.cloudtrail.PARSER",
    "o365_audit_json": "triage.events.parsers.o365_audit.JSON",
    "o365_audit_csv": "triage.events.parsers.o365_audit.CSV",
    "message_trace_json": "triage.events.parsers.message_trace.JSON",
    "message_trace_csv": "triage.events.parsers.message_trace.CSV",
    "zeek_json": "triage.events.parsers.zeek.PARSER",
    "github_audit": "triage.events.parsers.github_audit.PARSER",
    "ecs_json": "triage.events.parsers.ecs.PARSER",
    "defender_hunting": "triage.events.parsers.defender.PARSER",
    "carried_lines": "triage.events.parsers.carried.PARSER",
}
