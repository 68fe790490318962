"""The SLA report: how long each stretch took, and how often its target was met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, DurationField, F, Field, FloatField, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate

from casebook.actor import Actor
from casebook.models import Case, Clock
from casebook.models.choices import Severity
from casebook.reports.outcomes import Reported, annotated, reported
from casebook.reports.scope import BY_PEOPLE, OPEN, Scope, cases, within


@dataclass(frozen=True)
class Figure:
    """One measure over some cases. Seconds; ``attainment`` is a share, None where no target has ended.

    ``n`` stretches were measured, and make the median and p90. ``open`` ones have begun and not ended (censored:
    their length is not known yet); of those, ``overdue`` have passed their target and count as missed. ``skewed`` ones
    ended before they began, by the sender's clock, and count nowhere else.
    """

    measure: str
    label: str
    formula: str
    has_target: bool
    policy: str | None
    group: str | None
    n: int
    median_s: float | None
    p90_s: float | None
    met: int
    missed: int
    running: int
    overdue: int
    open: int
    skewed: int

    @property
    def ended(self) -> int:
        return self.met + self.missed

    @property
    def attainment(self) -> float | None:
        return round(self.met / self.ended, 4) if self.ended else None


@dataclass(frozen=True)
class Closing:
    """How many cases are open, or were closed in one way. ``apart``: by a rule or in bulk, so in no measure."""

    how: str
    n: int

    @property
    def apart(self) -> bool:
        return self.how not in (OPEN, *BY_PEOPLE)


@dataclass(frozen=True)
class SlaReport:
    """``figures`` over the whole scope; ``groups`` the same for each group, in the group's own order."""

    scope: Scope
    figures: list[Figure]
    groups: dict[str, list[Figure]]
    closings: list[Closing]


class Percentiles(Aggregate):
    """Median and 90th percentile with one sort, interpolated between neighbours."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY %(expressions)s)"


def report(actor: Actor, scope: Scope) -> SlaReport:
    """The report a viewer may see. Raises NotAllowed for a role without one."""
    found = cases(actor, scope)
    measures = reported()
    policies = _policies(found)
    figures = _figures(found, measures, policies, None)[None]
    groups = {} if scope.group_by == "none" else _figures(found, measures, policies, scope.group_by)
    return SlaReport(scope, figures, _in_order(groups, scope.group_by), _closings(actor, scope))


def by_day(actor: Actor, scope: Scope) -> dict[str, list[Figure]]:
    """The figures with a target, for each day on which cases were received."""
    measures = [measure for measure in reported() if measure.has_target]
    found = _figures(cases(actor, scope), measures, {}, "day")
    return _in_order(found, "day")


GROUP_VALUES: dict[str, Any] = {
    "severity": F("severity"),
    "team": F("team__slug"),
    "source": Coalesce(F("source__slug"), Value("")),
    "playbook": F("playbook_version__playbook__slug"),
    "day": TruncDate("received_at", tzinfo=UTC),
}


def _figures(
    found: QuerySet[Case], measures: list[Reported], policies: dict[str, str], group_by: str | None
) -> dict[str | None, list[Figure]]:
    """One statement for every measure of every group."""
    wanted: dict[str, Any] = {}
    for measure in measures:
        is_measured = measure.conditions["measured"]
        wanted[f"{measure.key}_percentiles"] = Percentiles(
            measure.span, filter=is_measured, output_field=ArrayField(_field(measure))
        )
        for outcome in measure.conditions.keys() & set(COUNTED):
            wanted[f"{measure.key}_{outcome}"] = Count("pk", filter=measure.conditions[outcome])
    rows = annotated(found, measures)
    if group_by is None:
        return {None: _row(rows.aggregate(**wanted), measures, policies, None)}
    grouped: Iterable[Any] = rows.values(group=GROUP_VALUES[group_by]).annotate(**wanted).order_by()
    named = [(_name(row["group"], group_by), row) for row in grouped]
    return {name: _row(row, measures, policies, name) for name, row in named}


COUNTED = ("measured", "met", "missed", "running", "overdue", "open", "skewed")


def _field(measure: Reported) -> Field[Any, Any]:
    return DurationField() if isinstance(measure.zero, timedelta) else FloatField()


def _row(
    row: dict[str, Any], measures: Iterable[Reported], policies: dict[str, str], group: str | None
) -> list[Figure]:
    figures = []
    for measure in measures:
        median, p90 = row[f"{measure.key}_percentiles"] or (None, None)
        counts = {outcome: row.get(f"{measure.key}_{outcome}", 0) for outcome in COUNTED}
        figures.append(
            Figure(
                measure=measure.key,
                label=measure.label,
                formula=measure.formula,
                has_target=measure.has_target,
                policy=policies.get(measure.key) if measure.has_target else None,
                group=group,
                n=counts.pop("measured"),
                median_s=_seconds(median),
                p90_s=_seconds(p90),
                **counts,
            )
        )
    return figures


def _seconds(value: timedelta | float | None) -> float | None:
    if value is None:
        return None
    return round(value.total_seconds() if isinstance(value, timedelta) else float(value), 1)


def _name(value: Any, group_by: str) -> str:
    if group_by == "severity":
        return Severity(value).word
    return str(value)


def _in_order(groups: dict[str | None, list[Figure]], group_by: str) -> dict[str, list[Figure]]:
    """Severities from the worst down, all else by name; days by date."""
    named = {name or "": figures for name, figures in groups.items()}
    if group_by == "severity":
        return {word: named[word] for word in reversed(Severity.labels) if word in named}
    return dict(sorted(named.items()))


def _policies(found: QuerySet[Case]) -> dict[str, str]:
    """By measure, the policy versions its clocks ran under: figures across two of them are no trend."""
    rows = Clock.objects.filter(case__in=found.values("pk")).order_by()
    names: dict[str, list[str]] = defaultdict(list)
    for measure, name, number in rows.values_list("measure", "policy__name", "policy__number").distinct():
        names[measure].append(f"{name} v{number}")
    return {measure: ", ".join(sorted(policies)) for measure, policies in names.items()}


def _closings(actor: Actor, scope: Scope) -> list[Closing]:
    """By way of closing. What a rule or a bulk closed took no time and would flatter every measure."""
    rows = within(actor, scope).values("closed_how").annotate(n=Count("pk")).order_by("closed_how")
    return [Closing(row["closed_how"] or OPEN, row["n"]) for row in rows]
