"""A field map tried on a pasted body: what each expression finds, what becomes of it, and the alert it makes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from casebook.intake.adapters import field_map
from casebook.intake.adapters.field_map import Wrong
from casebook.intake.adapters.field_map_values import Found, reading_of, values
from casebook.intake.adapters.generic import messages_in
from casebook.intake.adapters.protocol import NotUnderstood, Options, Reading
from casebook.intake.adapters.settle import settle

LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Preview:
    """``messages`` is how many the body holds, ``shown`` which of them this is, from 0. ``fields`` follow the map.
    ``reading`` is the alert as it would come in; None where it would not, and then ``why_not`` says why. ``wrong`` is
    what `field_map.check` finds."""

    messages: int
    shown: int
    fields: tuple[Found, ...]
    reading: Reading | None
    why_not: str
    wrong: tuple[Wrong, ...]


def preview(
    fields: Mapping[str, Any], body: Any, options: Options, *, number: int = 0, now: datetime | None = None
) -> Preview:
    """The map ``fields`` applied to message ``number`` of a decoded body. ``options`` gives the zone; its own map is
    not looked at. ``now`` is when the body came; None: this moment. Raises nothing, whatever map and body are."""
    wrong = tuple(field_map.check(fields))
    tried = Options(zone=options.zone, field_map=fields)
    try:
        found = list(messages_in(body, tried))
        if not found:
            raise NotUnderstood("The body holds no messages.")
    except NotUnderstood as error:
        return Preview(0, 0, (), None, error.reason, wrong)
    shown = min(max(number, 0), len(found) - 1)
    message = found[shown][1]
    if not isinstance(message, Mapping):
        return Preview(len(found), shown, (), None, "A message is a JSON object; this is none.", wrong)
    said = tuple(values(message, tried))
    try:
        reading, why_not = settle(reading_of(message, tried, list(said)), now=now or datetime.now(UTC)), ""
    except NotUnderstood as error:
        reading, why_not = None, error.reason
    return Preview(len(found), shown, said, reading, why_not, wrong)


def shown(raw: Any) -> str:
    """A found value as a line of text for the page, cut where it is long."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
