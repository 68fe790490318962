"""Other cases of the team: those that may be part of the same story (a shared observable within a week, the same
technique in a day), and those in which a value of this case turned out to be nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from casebook.models import Case, CaseObservable, LinkRole, Observable, Verdict

SAME_OBSERVABLE = timedelta(days=7)
SAME_TECHNIQUE = timedelta(hours=24)
MOST = 50
LINKS_EACH = 10
TELLING = ("ip", "user", "host", "hash", "email", "domain", "url", "mailbox", "cloud_principal", "asset")
"""What ties cases together. A process name or a user agent is shared by half the world."""
PLACES = ("host", "asset")
"""Where things happen. A machine of ours that both cases aim at says nothing of who aims: it ties two cases only where
one of them names it as the source."""
SEEN_WITHIN = timedelta(days=365)
"""How far back a value may have turned out to be nothing; what was usual longer ago says little of today."""
SEEN_MOST = 20
"""More benign cases than this need not be counted."""
BENIGN = (Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE)
BY_PERSON = ("", "person")
"""Ways of closing after somebody looked: a bulk close says that nobody did."""
BROUGHT = ("ip", "domain", "url", "email", "hash", "user_agent", "file", "cidr")
"""What an attacker brings along. A user or host of ours that was attacked before is none the less ours."""


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


def seen(case: Case) -> dict[str, dict[str, Any]]:
    """By ``type value`` of the case: ``{"benign": n, "refs": ["CB-7"], "true": ["CB-9"]}``, the newest cases first.

    Counted are the team's closed cases of the last year, each looked at by a person; what no such case names is left
    out. ``true`` are true positives that the value was brought into, not those it suffered. One query.
    """
    met = CaseObservable.objects.filter(
        observable=OuterRef("pk"), case__received_at__range=(case.received_at - SEEN_WITHIN, case.received_at)
    ).exclude(case=case)
    benign = met.filter(case__verdict__in=BENIGN, case__closed_how__in=BY_PERSON)
    brought = Q(role=LinkRole.SOURCE) | Q(observable__type__in=BROUGHT)
    true = met.filter(brought, case__verdict=Verdict.TRUE_POSITIVE)
    ours = Observable.objects.filter(pk__in=CaseObservable.objects.filter(case=case).values("observable"))
    rows = ours.annotate(well=_newest(benign), badly=_newest(true)).order_by("pk")[:MOST]
    return {
        f"{row.type} {row.value}": {
            "benign": len(row.well),
            "refs": [*map(_ref, row.well)],
            "true": [*map(_ref, row.badly)],
        }
        for row in rows
        if row.well or row.badly
    }


def _newest(links: Any) -> ArraySubquery:
    return ArraySubquery(links.order_by("-case_id").values("case_id").distinct()[:SEEN_MOST])


def _ref(case_id: int) -> str:
    return f"CB-{case_id}"


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
