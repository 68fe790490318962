"""Other cases that may be part of the same story: a shared observable within a week, or the same technique in a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from casebook.models import Case, CaseObservable, LinkRole

SAME_OBSERVABLE = timedelta(days=7)
SAME_TECHNIQUE = timedelta(hours=24)
MOST = 50
LINKS_EACH = 10
TELLING = ("ip", "user", "host", "hash", "email", "domain", "url", "mailbox", "cloud_principal", "asset")
"""What ties cases together. A process name or a user agent is shared by half the world."""
PLACES = ("host", "asset")
"""Where things happen. A machine of ours that both cases aim at says nothing of who aims: it ties two cases only where
one of them names it as the source."""


def of_case(case: Case) -> list[dict[str, Any]]:
    """``[{"id", "ref", "title", "verdict", "state", "shared": ["ip 203.0.113.7"], "ties": […], "techniques", "at"}]``,
    newest first. ``ties`` are those of ``shared`` that speak of the same actor or victim, not only of the same place.

    Only cases of the same team: what is counted here is shown to everybody who may see the case. Two queries.
    """
    shared = _shared(case)
    alike = Case.objects.filter(
        team=case.team_id,
        techniques__overlap=case.techniques,
        received_at__range=_around(case.received_at, SAME_TECHNIQUE),
    )
    wanted = Case.objects.filter(pk__in=list(shared)) | alike if case.techniques else Case.objects.filter(pk__in=shared)
    rows = wanted.exclude(pk=case.pk).order_by("-received_at", "-id").only(*_COLUMNS)[:MOST]
    return [
        {
            "id": row.pk,
            "ref": row.ref,
            "title": row.title,
            "verdict": row.verdict or None,
            "state": row.state,
            "shared": list(shared.get(row.pk, {})),
            "ties": [value for value, tie in shared.get(row.pk, {}).items() if tie],
            "techniques": row.techniques,
            "at": row.received_at.isoformat(),
        }
        for row in rows
    ]


def open_ones(case: Case) -> list[int]:
    """The open cases a verdict on this one may matter to, lowest id first."""
    shared = _shared(case)
    return list(Case.objects.open().filter(pk__in=list(shared)).order_by("pk").values_list("pk", flat=True)[:MOST])


_COLUMNS = ("title", "verdict", "state", "techniques", "received_at", "team_id")


def _shared(case: Case) -> dict[int, dict[str, bool]]:
    """Case id → what it shares, as ``type value``, and whether that ties the two; the newest cases within the week."""
    ours = CaseObservable.objects.filter(case=case, observable__type__in=TELLING)
    from_here = Exists(ours.filter(observable=OuterRef("observable"), role=LinkRole.SOURCE))
    near = _around(case.received_at, SAME_OBSERVABLE)
    links = (
        CaseObservable.objects.filter(observable__in=ours.values("observable"), case__received_at__range=near)
        .exclude(case=case)
        .order_by("-case_id", "observable__type", "observable__value")
        .values_list("case_id", "observable__type", "observable__value", "role", from_here)
    )
    found: dict[int, dict[str, bool]] = {}
    for case_id, kind, value, role, ours_too in links[: MOST * LINKS_EACH]:
        shared = found.setdefault(case_id, {})
        ties = kind not in PLACES or ours_too or role == LinkRole.SOURCE
        shared[f"{kind} {value}"] = ties or shared.get(f"{kind} {value}", False)
    return dict(list(found.items())[:MOST])


def _around(at: datetime, reach: timedelta) -> tuple[datetime, datetime]:
    return at - reach, at + reach
