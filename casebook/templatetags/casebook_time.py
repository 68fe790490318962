"""Times, ages, spans and clocks, as a person on shift reads them.

Every instant is shown in the viewer's zone (Django's current zone) with the UTC instant on hover, and carries the zone
of the log it came from where there is one, so that the page can switch between the three (`zone.js`). Spans are two
units at most: "42 s", "4 min", "1 h 52", "2 d 04".
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casebook.sla.words import DAY, HOUR, MINUTE, span_words

register = template.Library()

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What `{% when dt "form" %}` may ask for; zone.js knows the same five.
FORMS: Final = ("minute", "second", "clock", "hour", "day")
_OFFSET = re.compile(r"^([+-])(\d{2}):?(\d{2})$")


@register.filter
def duration(value: float | dt.timedelta | None) -> str:
    """Seconds or a timedelta as words; nothing gives a dash."""
    if value is None or value == "":
        return "–"
    return span_words(value.total_seconds() if isinstance(value, dt.timedelta) else float(value))


@register.filter
def age(value: dt.datetime | None) -> str:
    """How long ago, one unit: `just now`, `4 min`, `3 h`, `12 d`. An instant to come says `in 4 min`."""
    if value is None:
        return "–"
    seconds = (timezone.now() - value).total_seconds()
    if abs(seconds) < MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    text = span_words(seconds) if abs(seconds) < HOUR else _whole_units(abs(seconds))
    return text if seconds > 0 else f"in {text}"


@register.filter
def ago(value: dt.datetime | None) -> str:
    """An age as the end of a sentence: `just now`, `4 min ago`, `in 4 min`."""
    text = age(value)
    return text if value is None or text.startswith(("just", "in ")) else f"{text} ago"


def _whole_units(seconds: float) -> str:
    return f"{int(seconds // HOUR)} h" if seconds < DAY else f"{int(seconds // DAY)} d"


def zone_named(name: str) -> dt.tzinfo:
    """An IANA zone, or a fixed offset such as `+02:00`; an unknown name reads as UTC rather than breaking a page."""
    match = _OFFSET.match(name)
    if match:
        sign = -1 if match[1] == "-" else 1
        return dt.timezone(sign * dt.timedelta(hours=int(match[2]), minutes=int(match[3])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def instant_words(value: dt.datetime, form: str = "minute") -> str:
    """An instant in its own zone: `30 Mar 16:01`; the year stands there only when it is not the present one."""
    clock = f"{value:%H:%M}" if form in ("minute", "hour") else f"{value:%H:%M:%S}"
    if form in ("clock", "hour"):
        return clock
    year = "" if value.year == timezone.now().astimezone(value.tzinfo).year else f" {value.year}"
    day = f"{value.day} {MONTHS[value.month - 1]}{year}"
    return day if form == "day" else f"{day} {clock}"


def iso_utc(value: dt.datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: dt.datetime | None, form: str = "minute", log: str = "") -> SafeString:
    """`<time>` of an instant: viewer's zone, UTC on hover; `log` names the zone of the log it came from, if any.

    The viewer's choice of zone is `ui.zone` of the context: `mine` (default), `utc` or `log`.
    """
    if value is None:
        return format_html('<span class="faint">{}</span>', "–")
    chosen = (context.get("ui") or {}).get("zone", "mine")
    shown = timezone.localtime(value)
    if chosen == "utc":
        shown = value.astimezone(dt.UTC)
    elif chosen == "log" and log:
        shown = value.astimezone(zone_named(log))
    return format_html(
        '<time datetime="{}" title="{} UTC" data-form="{}" data-log="{}">{}</time>',
        iso_utc(value),
        value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        form if form in FORMS else "minute",
        log,
        instant_words(shown, form),
    )


@register.simple_tag(takes_context=True)
def zone_shown(context: template.Context, choice: str = "") -> str:
    """The zone that times without one of their own are in: of a choice (`mine`, `utc`, `log`), else of the viewer's."""
    chosen = choice or (context.get("ui") or {}).get("zone") or "mine"
    mine = timezone.get_current_timezone_name()
    return {"utc": "UTC", "log": f"Log time, else {mine}"}.get(chosen, mine)


@register.simple_tag(takes_context=True)
def zone_short(context: template.Context, choice: str = "") -> str:
    """The same for a narrow page: `Berlin`, `UTC`, `Log`."""
    chosen = choice or (context.get("ui") or {}).get("zone") or "mine"
    mine = timezone.get_current_timezone_name().rsplit("/", 1)[-1].replace("_", " ")
    return {"utc": "UTC", "log": "Log"}.get(chosen, mine)


@register.simple_tag
def log_time(value: dt.datetime | None, log: str, form: str = "second") -> SafeString:
    """`<time>` of an evidence row: always the hour its raw line shows, whatever zone the viewer chose."""
    if value is None:
        return format_html('<span class="faint">{}</span>', "–")
    return format_html(
        '<time datetime="{}" title="{} UTC · log in {}">{}</time>',
        iso_utc(value),
        value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        log or "UTC",
        instant_words(value.astimezone(zone_named(log or "UTC")), form),
    )


@register.filter
def iso(value: dt.datetime | None) -> str:
    """RFC 3339 UTC for an attribute; nothing for nothing."""
    return iso_utc(value) if value else ""


# --- clocks ---------------------------------------------------------------------------------------------------

CLOCK_TONES: Final = {"running": "", "at_risk": "soon", "breached": "late", "missed": "late", "met": "met"}


def clock_words(clock: Any, *, left_s: float | None, form: str = "short") -> str:
    """What a clock says. `short` for a list, `label` names the act, `full` sets it against its target.

    `left_s` is the time to `due_at`, negative when it is over; a clock that does not run says its state instead.
    """
    target = span_words(clock.target_s or 0)
    if clock.state in ("met", "missed"):
        took = span_words(clock.elapsed_s or 0)
        return {"full": f"{clock.state}, {took} of {target}"}.get(form, f"{clock.state} in {took}")
    if clock.state in ("paused", "cancelled") or left_s is None:
        return str(clock.state)
    if left_s < 0:
        over = f"{span_words(left_s)} over"
        return {"label": f"{clock.label} {over}", "full": f"{over} {target}"}.get(form, over)
    left = span_words(left_s)
    return {"label": f"{clock.label} in {left}", "full": f"{left} left of {target}"}.get(form, left)


@register.inclusion_tag("components/_clock.html")
def clock(clock: Any, form: str = "short") -> dict[str, Any]:
    """A ring that fills with the share of the target used, and words; `clocks.js` counts both on.

    `clock` has `measure label state due_at target_s elapsed_s`; `form` is `short`, `label` or `full`.
    """
    if clock is None:
        return {"clock": None}
    runs = clock.state in ("running", "at_risk", "breached") and clock.due_at is not None
    left = (clock.due_at - timezone.now()).total_seconds() if runs else None
    late = clock.state in ("breached", "missed") or (left is not None and left < 0)
    used = 100.0 if late or clock.state == "met" else _share_used(clock, left)
    return {
        "clock": clock,
        "runs": runs,
        "form": form,
        "tone": "late" if late else CLOCK_TONES.get(clock.state, ""),
        "used": round(min(max(used, 0.0), 100.0)),
        "due": iso_utc(clock.due_at) if runs else "",
        "words": clock_words(clock, left_s=left, form=form),
        "hint": _clock_hint(clock),
    }


@register.simple_tag
def missed_words(clock: Any) -> str:
    """`acknowledge missed by 12 min`: how far a clock that ended, or stands still, went beyond its target."""
    return f"{clock.label} missed by {span_words(clock.over_s)}"


@register.inclusion_tag("components/_chip.html")
def missed(clock: Any) -> dict[str, Any]:
    """The red chip of a target that was passed, shown for as long as the case is."""
    return {"text": missed_words(clock), "tone": "bad", "icon": "", "title": _clock_hint(clock), "url": ""}


def _share_used(clock: Any, left_s: float | None) -> float:
    target = clock.target_s or 0
    if not target:
        return 0.0
    return 100.0 * (target - left_s if left_s is not None else clock.elapsed_s or 0) / target


def _clock_hint(clock: Any) -> str:
    hint = f"{str(clock.measure).replace('_', ' ').capitalize()}: target {span_words(clock.target_s or 0)}"
    if clock.due_at is not None:
        hint += f", due {clock.due_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    return hint
