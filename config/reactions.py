"""What follows from a journal entry: verb → kinds of work (`config/plugins.py`). One page to read.

The work row is written in the entry's own transaction; its subject is the case (``case:12``), so that asking twice
is asking once. A kind that needs the entry itself (``notify``) gets ``entry:<id>``.
"""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {
    "case.opened": ("lookups.plan", "findings.compute"),
    "alert.attached": ("lookups.plan", "findings.compute"),
    "evidence.added": (),  # the row that reads it is written beside it, with the evidence as its subject
    "evidence.read": ("findings.compute",),
    "lookup.finished": ("findings.compute",),  # detectors say what lists know of the case's addresses
    "context.changed": ("findings.refresh",),
    "case.escalated": ("notify", "webhooks.plan"),
    "case.accepted": ("webhooks.plan",),
    "case.returned": ("notify", "webhooks.plan"),
    "case.closed": ("webhooks.plan",),
    "case.reopened": ("webhooks.plan",),
    "case.assigned": ("notify", "webhooks.plan"),
    "action.requested": ("notify",),
    "action.approved": ("action.apply",),
    "action.undo_failed": ("notify",),
    "action.unknown": ("notify",),
    "action.overdue": ("notify",),
}
