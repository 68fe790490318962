"""What detectors are given for a case: its evidence as events, what it is about, and what the organisation knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Max, Min

from automation.models import LogFetch
from casebook import originals
from casebook.context import ask
from casebook.models import Alert, Case, CaseObservable, Evidence
from casebook.models.choices import EvidenceState, LinkRole, ObservableType
from triage import inline_evidence, list_hits, related
from triage.detectors.protocol import Context, Scope
from triage.detectors.run import EvidenceInput

_SCOPED: dict[str, tuple[str, ...]] = {
    "ips": (ObservableType.IP, ObservableType.CIDR),
    "users": (ObservableType.USER, ObservableType.EMAIL, ObservableType.CLOUD_PRINCIPAL),
    "hosts": (ObservableType.HOST, ObservableType.ASSET),
    "domains": (ObservableType.DOMAIN,),
}


def evidence_of(case: Case) -> tuple[list[EvidenceInput], list[Evidence]]:
    """Every piece of evidence with events, and those whose cached events are gone and must be read again."""
    inputs, gone = [], []
    for one in Evidence.objects.filter(case=case, state=EvidenceState.READY).exclude(kind=Evidence.Kind.INLINE):
        events = events_path(one.events_key)
        if not events.is_file():
            gone.append(one)
            continue
        original = str(originals.full_path(one.path))
        inputs.append(
            EvidenceInput(
                one.name, one.sha256, id=one.pk, path=str(events), cache_key=one.events_key, original=original
            )
        )
    return inputs + inline_evidence.of_case(case), gone


def events_path(events_key: str) -> Path:
    """Where the events of a cache key lie: in a folder named by the first two digits of the SHA-256 it begins with."""
    return Path(settings.EVENTS_DIR) / events_key[:2] / f"{events_key}.parquet"


def scope_of(case: Case) -> Scope:
    """What the case is about. An address that is only a target is ours, and no source of anything."""
    links = CaseObservable.objects.filter(case=case).select_related("observable").order_by("observable_id", "role")
    named: dict[str, dict[str, None]] = {name: {} for name in _SCOPED}
    for link in links:
        for name, types in _SCOPED.items():
            if link.observable.type in types and not (name == "ips" and link.role == LinkRole.TARGET):
                named[name][link.observable.value] = None
    values = {name: tuple(found) for name, found in named.items()}
    return Scope(**values, window=_window(case), margin_s=settings.FINDING_MARGIN_S, searched=_searched(case))


def context_of(case: Case) -> Context:
    """What the organisation knows, as it stands now; detectors read no clock, so all instants are the case's."""
    known = ask.as_data(case.team_id)
    hits, answers = list_hits.of_case(case)
    return Context(
        ranges=tuple((cidr, label) for cidr, label in known["ranges"]),
        assets=tuple(known["assets"]),
        people=tuple(known["people"]),
        allowed=tuple(known["allowed"]),
        changes=tuple(known["changes"]),
        list_hits=hits,
        list_answers=answers,
        related=tuple(related.of_case(case)),
        seen=related.seen(case),
        about=_about(case),
        techniques=tuple(case.techniques),
        at=case.received_at.isoformat(),
    )


def _about(case: Case) -> tuple[tuple[str, str, str], ...]:
    """What the case names: type, value and role, once each."""
    links = CaseObservable.objects.filter(case=case).order_by("observable_id", "role")
    return tuple(links.values_list("observable__type", "observable__value", "role"))


def _searched(case: Case) -> tuple[tuple[str, str, str], ...]:
    """What log systems were asked for, whole, and brought something of. An empty answer proves nothing: the log may not
    be kept there."""
    whole = LogFetch.objects.filter(case=case, state=LogFetch.State.DONE, capped="", evidence__isnull=False)
    rows = whole.order_by("id").values_list("kind", "window_from", "window_to")
    return tuple((kind, start.isoformat(), end.isoformat()) for kind, start, end in rows)


def _window(case: Case) -> tuple[str | None, str | None]:
    """The span the alerts state for their events; open where they state none.

    When something was *detected* says little of when it happened: a log of last month may be attached today. And a
    log that lies wholly outside the stated span was attached on purpose: then it is looked at whole.
    """
    span = Alert.objects.filter(case=case).aggregate(
        first=Min("first_event_at"), last=Max("last_event_at"), newest_first=Max("first_event_at")
    )
    first, last = span["first"], span["last"] or span["newest_first"]
    if first is None or not _overlaps_evidence(case, first, last):
        return None, None
    return first.isoformat(), last.isoformat()


def _overlaps_evidence(case: Case, first: datetime, last: datetime) -> bool:
    """Whether any evidence touches the span and its margin. True where there is none to tell."""
    margin = timedelta(seconds=settings.FINDING_MARGIN_S)
    timed = Evidence.objects.filter(case=case, state=EvidenceState.READY, window_from__isnull=False)
    near = timed.filter(window_from__lte=last + margin, window_to__gte=first - margin)
    return near.exists() or not timed.exists()
