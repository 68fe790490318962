"""What a listener is told of an entry: which case, what happened, how the case stands, which alerts it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings

from automation.webhooks.forms.standing import MOVED
from casebook.models import Alert, Case, Severity

MOST_ALERTS = 500
VERBS = (
    *MOVED, "case.taken", "case.released", "case.assigned", "case.waiting", "case.resumed", "case.woken",
    "case.severity", "case.severity_risen", "case.edited", "case.noted", "case.playbook", "alert.attached",
)  # fmt: skip
"""What a webhook may hear of."""
TEST = "webhook.test"
"""What none hears of unless a person sends it."""


def message(*, verb: str, at: datetime, by: str, payload: dict[str, Any], case: Case) -> dict[str, Any]:
    """``{"verb", "at", "by", "reason", "case": {…}, "alerts": [{"external_id", "source", "link"}]}``.

    The case is told as it stands when the message is made; ``version`` says which of two messages is newer. ``reason``
    is the closing note, the question of a return, the reason of a wait.
    """
    return {
        "verb": verb,
        "at": at.isoformat(),
        "by": by,
        "reason": str(payload.get("reason") or payload.get("question") or payload.get("text") or ""),
        "case": {
            "ref": case.ref,
            "url": f"{settings.PUBLIC_URL}/cases/{case.ref}/",
            "title": case.title,
            "state": case.state,
            "tier": case.tier,
            "severity": Severity(case.severity).word,
            "verdict": case.verdict or None,
            "owner": case.owner.username if case.owner else None,
            "version": case.version,
            "opened_at": case.opened_at.isoformat(),
            "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        },
        "alerts": list(_alerts(case)),
    }


def test_message(*, at: datetime, by: str) -> dict[str, Any]:
    """The same shape about no case, so that a listener can be tried before a case moves."""
    return {"verb": TEST, "at": at.isoformat(), "by": by, "reason": "", "case": None, "alerts": []}


def _alerts(case: Case) -> Iterable[dict[str, str]]:
    rows = Alert.objects.filter(case=case).order_by("id").values_list("external_id", "source__slug", "link")
    for external_id, source, link in rows[:MOST_ALERTS]:
        yield {"external_id": external_id, "source": source, "link": link}
