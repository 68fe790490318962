"""The detectors that ship, as plain data: who only needs their names and words imports no detector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

DETECTORS: Final[Mapping[str, str]] = {
    "D01": "triage.detectors.d01_failures_per_user.DETECTOR",
    "D02": "triage.detectors.d02_failure_burst.DETECTOR",
    "D03": "triage.detectors.d03_username_enumeration.DETECTOR",
    "D05": "triage.detectors.d05_success_after_failures.DETECTOR",
    "D07": "triage.detectors.d07_non_corporate_source.DETECTOR",
    "D24": "triage.detectors.d24_related_activity.DETECTOR",
}

CAPABILITIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "D01": {
        "title": "Repeated failures for one user",
        "answers": ["repeated failed logins", "failed login attempts", "specific usernames", "brute force"],
        "needs": ["authentication"],
        "figures": ["attempts", "sources", "peak", "total_attempts", "users_over", "unknown_over"],
    },
    "D02": {
        "title": "Burst of failures from one source",
        "answers": ["failed login patterns", "burst of failures", "automated attempts", "brute force"],
        "needs": ["authentication"],
        "figures": ["attempts", "peak", "window_seconds", "sources_over", "total_attempts"],
    },
    "D03": {
        "title": "Many user names from one source",
        "answers": ["username variations", "username enumeration", "multiple usernames", "invalid users"],
        "needs": ["authentication"],
        "figures": ["distinct", "in_a_day", "unknown", "unknown_share", "unknown_peak", "logins", "sources_over"],
    },
    "D05": {
        "title": "Success after failures",
        "answers": ["compromised account", "successful login after failures", "unauthorised access succeeded"],
        "needs": ["authentication"],
        "figures": ["failures", "successes", "earlier_logins", "earlier_users", "session_seconds"],
    },
    "D07": {
        "title": "Source outside corporate ranges",
        "answers": ["non-corporate", "external address", "outside the corporate network", "ip ranges"],
        "needs": ["authentication", "network", "web"],
        "figures": ["sources", "outside", "logins_outside"],
    },
    "D24": {
        "title": "Related cases and alerts",
        "answers": ["other alerts", "related alerts", "earlier alerts", "reported phishing", "correlate"],
        "needs": [],
        "figures": ["shared", "same_technique", "true_positives"],
    },
}
"""What each can answer, in words a card may use, the kinds of event of which it needs one, and the numbers that its
findings carry."""
