"""Who else an action would hit, as far as our own records tell."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Max, Q

from automation.models import Lookup, LookupResult
from casebook.models import Case, Observable

TYPES = {"block_address": ("ip", "cidr"), "reset_password": ("user", "mailbox")}


def lines(case: Case, kind: str, target: str) -> list[str]:
    """Sentences about one target, for a card."""
    return of_targets(case, [(kind, target)])[kind, target]


def of_targets(case: Case, targets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """The same for many, in two queries."""
    wanted = list(dict.fromkeys(targets))
    values = {target for _, target in wanted}
    # Seen in how many other cases of the team, and when last: a block that hits a customer is seen here first.
    rows = (
        Observable.objects.filter(team_id=case.team_id, key__in=values)
        .annotate(
            others=Count("case_links__case", filter=~Q(case_links__case=case.pk), distinct=True),
            seen=Max("case_links__case__received_at"),
        )
        .values_list("pk", "type", "value", "others", "seen")
    )
    found = {(type_, value): (pk, others, seen) for pk, type_, value, others, seen in rows}
    known = _infrastructure([pk for pk, _, _ in found.values()])
    return {(kind, target): _sentences(kind, target, found, known) for kind, target in wanted}


def _sentences(
    kind: str, target: str, found: dict[tuple[str, str], tuple[int, int, object]], known: dict[int, str]
) -> list[str]:
    said: list[str] = []
    for type_ in TYPES.get(kind, ()):
        if (type_, target) not in found:
            continue
        pk, others, _ = found[type_, target]
        said.append(
            f"in {others} other {'case' if others == 1 else 'cases'} of this team" if others else "in no other case"
        )
        if pk in known:
            said.append(f"known infrastructure, so others may be behind it: {known[pk]}")
    return said or ["not among the observables of any case of this team"]


def _infrastructure(observable_ids: list[int]) -> dict[int, str]:
    shared = Lookup.objects.filter(
        observable_id__in=observable_ids, hits__contains=[{"says": LookupResult.KNOWN_INFRASTRUCTURE}]
    )
    return {row.observable_id: row.summary for row in shared}
