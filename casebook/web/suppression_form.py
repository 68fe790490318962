"""A suppression as a form: what it matches, from when, until when, and what an alert fills in for one like it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from casebook.errors import Invalid
from casebook.intake.suppress import KINDS, TEXTS
from casebook.models import Alert, Suppression

LASTS = {
    "1": "1 hour", "4": "4 hours", "8": "8 hours", "24": "1 day", "72": "3 days", "168": "7 days", "720": "30 days",
    "2160": "90 days",
}  # fmt: skip
"""Hours, in words: ninety days are the most."""
USUAL = "168"


def match_of(form: Mapping[str, str]) -> dict[str, Any]:
    """What must agree, without what was left empty. Raises Invalid for a line that is no observable."""
    said = {name: form.get(name, "").strip() for name in (*TEXTS, "technique", "severity_at_most")}
    match: dict[str, Any] = {name: value for name, value in said.items() if value}
    if lines := [line.strip() for line in form.get("observables", "").splitlines() if line.strip()]:
        match["observables"] = [_observable(line) for line in lines]
    return match


def times_of(form: Mapping[str, str], *, zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime]:
    """(beginning or None for now, end). An end that is written out counts before a length. Raises Invalid."""
    starts = _instant(form, "starts_at", zone)
    ends = _instant(form, "expires_at", zone)
    if ends is None:
        lasts = form.get("lasts", USUAL)
        if lasts not in LASTS:
            raise Invalid("Choose how long.", errors={"lasts": ["choose one of these"]})
        ends = (starts or now) + timedelta(hours=int(lasts))
    return starts, ends


def like(alert: Alert) -> dict[str, str]:
    """Starting values for a suppression of alerts like this one: its rule about its main entity, at its source."""
    kind, _, key = alert.entity.partition(":")
    given = {"team": alert.team.slug, "source": alert.source.slug, "name": (alert.rule_name or alert.title)[:120]}
    if alert.rule_id or alert.rule_name:
        given["rule_id" if alert.rule_id else "rule_name"] = alert.rule_id or alert.rule_name
    else:
        given["title"] = alert.title
    if key and not key.startswith("sha256:"):
        given["observables"] = f"{kind} {key}"
    return given


def scope(row: Suppression) -> list[tuple[str, str]]:
    """What a suppression is about, as (words, value), in the order a person would say it."""
    match = row.match
    words = {"rule_id": "rule", "rule_name": "rule named", "title": "titled", "technique": "technique"}
    said = [(word, str(match[name])) for name, word in words.items() if name in match]
    said += [(one["type"], one["value"]) for one in match.get("observables", ())]
    if "severity_at_most" in match:
        said.append(("at most", match["severity_at_most"]))
    if row.source:
        said.append(("from" if said else "everything from", row.source.name))
    return said


def _observable(line: str) -> dict[str, str]:
    kind, _, value = line.partition(" ")
    if kind not in KINDS or not value.strip():
        what = f"{line[:60]!r}: a type and a value, such as ip 203.0.113.7; types are {', '.join(KINDS)}"
        raise Invalid(f"observables: {what}.", errors={"observables": [what]})
    return {"type": kind, "value": value.strip()}


def _instant(form: Mapping[str, str], name: str, zone: tzinfo) -> datetime | None:
    """A time as the browser's field writes it, in the viewer's zone."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{name}: not a time.", errors={name: ["a time such as 2026-11-24T08:00"]}) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)
