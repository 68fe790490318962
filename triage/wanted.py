"""Which log a step waits for: kinds of event, hours and entities, as a log system would be asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from automation.fetch.about import About
from automation.fetch.policy import LOG_KINDS
from casebook.models import Case, CaseObservable
from casebook.models.choices import ObservableType as Type
from casebook.models.choices import Section
from triage.detectors.registry import CAPABILITIES
from triage.run_view import RunView, StepLine

MARGIN = timedelta(hours=1)
"""Before and after the instants a case knows."""

OF_TYPE: Mapping[str, str] = {
    Type.USER: "users", Type.EMAIL: "users", Type.MAILBOX: "users", Type.CLOUD_PRINCIPAL: "users",
    Type.IP: "ips",
    Type.HOST: "hosts", Type.ASSET: "hosts",
}  # fmt: skip
"""A range is no address: systems that compare addresses refuse it."""

_LOG = re.compile(r"\b(?:events|records|log|logs|trace)\b")


@dataclass(frozen=True)
class Want:
    """``kinds`` of event, of which one would do; ``about`` is whom and which hours; ``steps`` are those that wait."""

    kinds: tuple[str, ...]
    about: About
    steps: tuple[StepLine, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody and everything it is about."""
        return self.about.values("any")


def of_step(case: Case, line: StepLine, observables: Iterable[tuple[str, str]]) -> Want | None:
    """What one step waits for; None where no log would help it. No query."""
    kinds = kinds_of(line)
    return Want(kinds, about(case, observables), (line,)) if kinds else None


def of_run(view: RunView, observables: Iterable[tuple[str, str]]) -> list[Want]:
    """What the steps of a run wait for, one entry a set of kinds, most steps first. No query."""
    whom = about(view.case, observables)
    waiting: dict[tuple[str, ...], list[StepLine]] = {}
    for line in view.lines:
        if line.answer is None and (kinds := kinds_of(line)):
            waiting.setdefault(kinds, []).append(line)
    wants = [Want(kinds, whom, tuple(lines)) for kinds, lines in waiting.items()]
    return sorted(wants, key=lambda one: (-len(one.steps), one.kinds))


def kinds_of(line: StepLine) -> tuple[str, ...]:
    """The kinds of event a step lacks: those its gaps name, else those its detectors need."""
    if line.step.section == Section.LOG_SOURCE:
        return () if line.present else tuple(line.step.options.get("kinds", ()))
    gaps = [text for text in line.missing if _LOG.search(text)]
    named = [kind for kind in LOG_KINDS if any(re.search(rf"\b{kind}\b", text) for text in gaps)]
    if named or not gaps:
        return tuple(named)
    needed = [kind for one in line.step.bindings for kind in _needs(one["detector"])]
    return tuple(kind for kind in LOG_KINDS if kind in needed)


def about(case: Case, observables: Iterable[tuple[str, str]], *, start: datetime | None = None,
          end: datetime | None = None) -> About:  # fmt: skip
    """Whom and which hours a search of this case is about; ``start`` and ``end`` are a person's own."""
    named: dict[str, dict[str, None]] = {"users": {}, "ips": {}, "hosts": {}}
    for kind, value in observables:
        if kind in OF_TYPE:
            named[OF_TYPE[kind]][value] = None
    first, last = window_of(case)
    return About(start or first, end or last, **{name: tuple(values) for name, values in named.items()})


def window_of(case: Case) -> tuple[datetime, datetime]:
    """An hour before and after everything the case knows the time of, in UTC."""
    times = [at.astimezone(UTC) for at in (case.first_event_at, case.detected_at, case.received_at) if at]
    return min(times) - MARGIN, max(times) + MARGIN


def observables_of(case: Case) -> list[tuple[str, str]]:
    """What the case is about, as (type, value)."""
    found = CaseObservable.objects.filter(case=case, observable__type__in=list(OF_TYPE)).order_by("observable_id")
    return list(dict.fromkeys(found.values_list("observable__type", "observable__value")))


def _needs(detector: str) -> Iterable[str]:
    known: Mapping[str, Any] = CAPABILITIES.get(detector, {})
    return known.get("needs", ())
