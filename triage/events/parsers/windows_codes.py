"""What Windows event ids mean, and the status codes of a refused login, by Microsoft's documentation of both."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """``about`` says whose name the event carries: the ``target`` (done by the subject), the ``subject`` itself, or a
    ``group`` whose member was changed. ``outcome`` None: by the record's status, else by its keywords."""

    category: str
    action: str
    outcome: str | None = "success"
    about: str = "target"


SECURITY: dict[int, Meaning] = {
    1102: Meaning("configuration", "audit_log_cleared", about="subject"),
    4624: Meaning("authentication", "login"),
    4625: Meaning("authentication", "login", "failure"),
    4634: Meaning("session", "logout"),
    4647: Meaning("session", "logout"),
    4648: Meaning("session", "explicit_credentials_used"),
    4656: Meaning("file", "object_handle_requested", None, "subject"),
    4661: Meaning("iam", "directory_handle_requested", None, "subject"),
    4662: Meaning("iam", "directory_object_accessed", None, "subject"),
    4663: Meaning("file", "object_accessed", None, "subject"),
    4672: Meaning("session", "special_privileges_assigned", about="subject"),
    4673: Meaning("process", "privileged_service_called", None, "subject"),
    4688: Meaning("process", "process_started", about="subject"),
    4689: Meaning("process", "process_ended", about="subject"),
    4697: Meaning("configuration", "service_installed", about="subject"),
    4698: Meaning("configuration", "scheduled_task_created", about="subject"),
    4699: Meaning("configuration", "scheduled_task_deleted", about="subject"),
    4702: Meaning("configuration", "scheduled_task_changed", about="subject"),
    4719: Meaning("configuration", "audit_policy_changed", about="subject"),
    4720: Meaning("iam", "user_created"),
    4722: Meaning("iam", "user_enabled"),
    4723: Meaning("iam", "password_changed", None),
    4724: Meaning("iam", "password_reset", None),
    4725: Meaning("iam", "user_disabled"),
    4726: Meaning("iam", "user_deleted"),
    4738: Meaning("iam", "user_changed"),
    4740: Meaning("iam", "account_locked"),
    4741: Meaning("iam", "computer_created"),
    4742: Meaning("iam", "computer_changed"),
    4743: Meaning("iam", "computer_deleted"),
    4767: Meaning("iam", "account_unlocked"),
    4781: Meaning("iam", "user_renamed"),
    4798: Meaning("iam", "user_groups_listed"),
    4799: Meaning("iam", "group_members_listed", about="group"),
    4768: Meaning("authentication", "kerberos_login", None),
    4769: Meaning("session", "kerberos_service_ticket", None),
    4770: Meaning("session", "kerberos_ticket_renewed"),
    4771: Meaning("authentication", "kerberos_login", "failure"),
    4776: Meaning("authentication", "ntlm_validation", None),
    4778: Meaning("session", "session_reconnected"),
    4779: Meaning("session", "session_disconnected"),
    4964: Meaning("session", "special_group_login"),
    5140: Meaning("file", "share_accessed", None, "subject"),
    5145: Meaning("file", "share_object_checked", None, "subject"),
    5156: Meaning("network", "connection_allowed", about="subject"),
    5157: Meaning("network", "connection_blocked", "failure", "subject"),
    **dict.fromkeys((4728, 4732, 4756, 4746, 4751, 4761), Meaning("iam", "group_member_added", about="group")),
    **dict.fromkeys((4729, 4733, 4757, 4747, 4752, 4762), Meaning("iam", "group_member_removed", about="group")),
    **dict.fromkeys((4727, 4731, 4754), Meaning("iam", "group_created", about="group")),
    **dict.fromkeys((4730, 4734, 4758), Meaning("iam", "group_deleted", about="group")),
    **dict.fromkeys((4735, 4737, 4755), Meaning("iam", "group_changed", about="group")),
}

SYSMON: dict[int, Meaning] = {
    1: Meaning("process", "process_started", about="subject"),
    3: Meaning("network", "connection", about="subject"),
    5: Meaning("process", "process_ended", about="subject"),
    7: Meaning("library", "image_loaded", about="subject"),
    8: Meaning("process", "remote_thread_created", about="subject"),
    10: Meaning("process", "process_accessed", about="subject"),
    11: Meaning("file", "file_created", about="subject"),
    12: Meaning("registry", "registry_object_changed", about="subject"),
    13: Meaning("registry", "registry_value_set", about="subject"),
    22: Meaning("network", "name_looked_up", about="subject"),
    23: Meaning("file", "file_deleted", about="subject"),
}

SYSTEM: dict[int, Meaning] = {
    104: Meaning("configuration", "event_log_cleared", about="subject"),
    7045: Meaning("configuration", "service_installed", about="subject"),
}

TASK_SCHEDULER: dict[int, Meaning] = {
    106: Meaning("configuration", "scheduled_task_created", about="subject"),
    140: Meaning("configuration", "scheduled_task_changed", about="subject"),
    141: Meaning("configuration", "scheduled_task_deleted", about="subject"),
}

REASONS: dict[str, tuple[str, bool | None]] = {
    "0xc0000064": ("no such account", False),
    "0xc000006a": ("wrong password", True),
    "0xc000006d": ("bad user name or password", None),
    "0xc000006e": ("account restriction", True),
    "0xc000006f": ("outside permitted hours", True),
    "0xc0000070": ("workstation not permitted", True),
    "0xc0000071": ("password expired", True),
    "0xc0000072": ("account disabled", True),
    "0xc00000dc": ("server in the wrong state", None),
    "0xc0000133": ("clocks too far apart", None),
    "0xc000015b": ("login type not granted", True),
    "0xc0000193": ("account expired", True),
    "0xc0000224": ("password must change", True),
    "0xc0000234": ("account locked", True),
    "0xc0000371": ("no such account", False),
}
"""NTSTATUS of 4625 and 4776: why, and whether the account exists."""

KERBEROS: dict[str, tuple[str, bool | None]] = {
    "0x6": ("no such account", False),
    "0x7": ("no such service", None),
    "0x9": ("no key for the account", True),
    "0xc": ("policy refuses the login", True),
    "0x12": ("account disabled, expired or locked", True),
    "0x17": ("password expired", True),
    "0x18": ("wrong password", True),
    "0x19": ("pre-authentication required", True),
    "0x25": ("clocks too far apart", None),
}
"""RFC 4120 error codes of 4768, 4769 and 4771."""
