"""Roles as data: the table of rights, in one place."""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    L1 = "l1", "L1 analyst"
    T2 = "t2", "T2 analyst"
    LEAD = "lead"
    MANAGER = "manager"
    AUTHOR = "author"
    ADMIN = "admin"
    AUDITOR = "auditor"


_ANALYST = {"case.read", "case.work", "case.close", "playbook.read", "context.read"}
_T2 = _ANALYST | {
    "case.close_true",
    "case.accept",
    "case.reassign",
    "action.read",
    "action.request",
    "action.approve",
}

GRANTS: dict[Role, frozenset[str]] = {
    Role.L1: frozenset(_ANALYST | {"action.read", "report.own"}),
    Role.T2: frozenset(_T2 | {"report.own"}),
    Role.LEAD: frozenset(
        _T2
        | {
            "action.approve_critical",
            "context.write",
            "playbook.write",
            "report.read",
            "source.read",
            "suppression.write",
        }
    ),
    Role.MANAGER: frozenset({"case.read", "playbook.read", "report.read", "action.read"}),
    Role.AUTHOR: frozenset({"playbook.read", "playbook.write", "report.playbook"}),
    Role.ADMIN: frozenset(
        {"context.read", "context.write", "playbook.read", "source.read", "source.write", "suppression.write", "admin"}
    ),
    Role.AUDITOR: frozenset(
        {"case.read", "playbook.read", "report.read", "action.read", "journal.read", "source.read"}
    ),
}
"""What each role may do in the team it is held in. ``report.own``: only over cases one owned."""
