"""Small pictures drawn on the server as SVG: no script, no inline style, colours by class, words for readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import template

register = template.Library()

BAR_STEP, BAR_WIDTH, BAR_HEIGHT = 40, 34, 64
SPARE_STUB = 2  # an empty bucket is drawn as a stub: "nothing happened" differs from "not looked at"
PARTS: Final = (("met", "good"), ("missed", "bad"), ("running", "act-ink"))


def _bucket(item: Any) -> tuple[str, float, str]:
    """(label, count, tone) from a mapping with those keys, a sequence, or a pair without tone."""
    if isinstance(item, Mapping):
        return str(item.get("label", "")), float(item.get("count", 0)), str(item.get("tone", ""))
    label, count, *rest = item
    return str(label), float(count), str(rest[0]) if rest else ""


def bar_shapes(buckets: Iterable[Any]) -> list[dict[str, Any]]:
    """The rectangles of a histogram, in units of a `BAR_HEIGHT` high picture, tallest bar full height."""
    rows = [_bucket(item) for item in buckets]
    top = max((count for _, count, _ in rows), default=0) or 1
    shapes = []
    for position, (label, count, tone) in enumerate(rows):
        height = max(round(BAR_HEIGHT * count / top, 1), SPARE_STUB)
        shape = {"x": position * BAR_STEP, "y": round(BAR_HEIGHT - height, 1), "height": height, "width": BAR_WIDTH}
        shapes.append(shape | {"label": label, "count": f"{count:g}", "tone": tone})
    return shapes


@register.inclusion_tag("components/_bars.html")
def bars(buckets: Sequence[Any], caption: str = "") -> dict[str, Any]:
    """A histogram: `buckets` are `{"label", "count", "tone"?}` or (label, count[, tone]), in order of time."""
    shapes = bar_shapes(buckets or ())
    return {
        "shapes": shapes,
        "width": max(len(shapes) * BAR_STEP - (BAR_STEP - BAR_WIDTH), 1),
        "height": BAR_HEIGHT,
        "caption": caption,
        "first": shapes[0]["label"] if shapes else "",
        "last": shapes[-1]["label"] if shapes else "",
        "most": max(shapes, key=lambda shape: float(shape["count"])) if shapes else None,
    }


@register.inclusion_tag("components/_share.html")
def share(met: int, missed: int, running: int = 0) -> dict[str, Any]:
    """One bar of three parts: targets met, missed, and still running (censored, so shown apart)."""
    counts = dict(zip((name for name, _ in PARTS), (met or 0, missed or 0, running or 0), strict=True))
    total = sum(counts.values())
    parts, at = [], 0.0
    for name, tone in PARTS:
        width = 100 * counts[name] / total if total else 0.0
        parts.append({"x": round(at, 2), "width": round(width, 2), "tone": tone, "name": name, "count": counts[name]})
        at += width
    return {"parts": parts, "total": total}
