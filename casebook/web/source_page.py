"""What the pages of one source show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from casebook import jsonio
from casebook.actor import Actor
from casebook.errors import DomainError
from casebook.intake.read_back import raw_body
from casebook.models import Job, Source
from casebook.sources import access, minutes, refusals, trying

SPANS = {
    # name: (words, step, buckets)
    "hour": ("last hour", timedelta(minutes=1), 60),
    "day": ("last 24 hours", timedelta(minutes=30), 48),
    "week": ("last 7 days", timedelta(hours=4), 42),
    "month": ("last 30 days", timedelta(days=1), 30),
}
BODIES_PAGE = 50
SHOWN = 256 * 1024
"""Characters of a body that a page shows."""
GROUPING = ("grouping_on", "grouping_window")
UNITS = {"minutes": 60, "hours": 3600, "days": 86400}


def frame(actor: Actor, source: Source) -> dict[str, Any]:
    """What every page of a source has: itself, what the viewer may, the tabs."""
    return {
        "source": source,
        "may_write": actor.may(access.WRITE, source.team_id),
        "waiting": refusals.waiting([source]).get(source.pk, 0),
        "intake_url": intake_url(source),
    }


def intake_url(source: Source) -> str:
    """Where it sends to."""
    tail = "alerts/" if source.adapter == "native" else f"intake/{source.adapter}/"
    return f"{settings.PUBLIC_URL}/api/v1/{tail}"


def overview(actor: Actor, source: Source, span: str) -> dict[str, Any]:
    span = span if span in SPANS else "day"
    words, step, buckets = SPANS[span]
    rate = minutes.rate(source.pk, buckets=buckets, step=step)
    return frame(actor, source) | {
        "span": span,
        "spans": [(name, about[0]) for name, about in SPANS.items()],
        "bars": [(_label(timezone.localtime(at), step), alerts) for at, alerts in rate],
        "caption": f"alerts in {_step_words(step)}, {words}",
        "total": sum(alerts for _, alerts in rate),
        "peak": max((alerts for _, alerts in rate), default=0),
        "last_at": minutes.last_seen([source.pk]).get(source.pk),
        "reasons": refusals.reasons(source, within=timedelta(days=30)),
        "reads_alerts": actor.may("case.read", source.team_id),
    }


def bodies(actor: Actor, source: Source, asked: QueryDict) -> dict[str, Any]:
    outcome = asked.get("outcome", "")
    outcome = outcome if outcome in (refusals.REFUSED, refusals.NOT_UNDERSTOOD, refusals.REPROCESSED) else ""
    before = asked.get("before", "")
    rows = list(
        refusals.bodies(source, outcome=outcome, before=int(before) if before.isdecimal() else None)[: BODIES_PAGE + 1]
    )
    number = asked.get("job", "")
    job = Job.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    return frame(actor, source) | {
        "rows": rows[:BODIES_PAGE],
        "outcome": outcome,
        "job": job if job and job.asked.get("source") == source.slug else None,
        "older": f"?outcome={outcome}&before={rows[BODIES_PAGE - 1].id}" if len(rows) > BODIES_PAGE else "",
    }


def one_body(actor: Actor, source: Source, raw_id: int) -> dict[str, Any]:
    found = refusals.body(source, raw_id)
    content = bytes(found.body)
    return frame(actor, source) | {"raw": found, "size": len(content), "text": jsonio.readable(content, most=SHOWN)}


def example(source: Source) -> str:
    """A body to begin a test with: what the source sent last, else the smallest alert there is."""
    last = minutes.last_alert(source.pk)
    if last is not None:
        return jsonio.readable(raw_body(last), most=SHOWN)
    now = timezone.now().isoformat(timespec="seconds")
    alert = {"external_id": "test-1", "title": "A test alert", "severity": "low", "detected_at": now}
    return json.dumps(alert, indent=2)


def tried(actor: Actor, source: Source, text: str, *, run: bool) -> dict[str, Any]:
    found, problem = None, None
    if run:
        try:
            found = trying.attempt(actor=actor, slug=source.slug, body=text.encode())
        except DomainError as error:
            problem = error
    return frame(actor, source) | {"text": text, "trial": found, "problem": problem}


def given_of(source: Source) -> dict[str, Any]:
    """What the settings form shows of a source as it stands; spans as a number and its unit."""
    plain = ("name", "adapter", "zone", "grouping_on", "on_closed_repeat")
    given: dict[str, Any] = {name: getattr(source, name) for name in plain}
    given["contract_per_minute"] = source.contract_per_minute or ""
    for name in ("grouping_window", "reopen_within"):
        given[name], given[f"{name}_unit"] = _in_units(getattr(source, name))
    return given


def values_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """A posted settings form as the verb takes it."""
    plain = ("name", "adapter", "zone", "grouping_on", "on_closed_repeat", "contract_per_minute")
    values: dict[str, Any] = {name: form[name] for name in plain if name in form}
    for name in ("grouping_window", "reopen_within"):
        if name in form:
            values[name] = _seconds(form[name], form.get(f"{name}_unit", "hours"))
    return values


def _seconds(number: str, unit: str) -> float | str:
    """What is no number goes on as it is, to be refused by name."""
    try:
        return float(number) * UNITS.get(unit, 3600)
    except ValueError:
        return number


def _in_units(span: timedelta) -> tuple[int, str]:
    seconds = int(span.total_seconds())
    unit = next(
        (unit for unit in ("days", "hours") if seconds % UNITS[unit] == 0 and (unit != "days" or seconds > 86400)),
        "minutes",
    )
    return seconds // UNITS[unit], unit


def _label(at: datetime, step: timedelta) -> str:
    """A bar's time, as coarse as its width: `16:30`, `30 Mar 16:00`, `30 Mar`."""
    day, clock = f"{at.day} {at:%b}", f"{at:%H:%M}"
    if step < timedelta(hours=1):
        return clock
    return f"{day} {clock}" if step < timedelta(days=1) else day


def _step_words(step: timedelta) -> str:
    return {60: "each minute", 1800: "each half hour", 14400: "each four hours"}.get(
        int(step.total_seconds()), "each day"
    )
