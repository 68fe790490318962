"""What the page of a field map shows: a payload on one side, on the other what the map makes of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from casebook import jsonio
from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import TooLarge, Unparsable
from casebook.intake.adapters import field_map
from casebook.intake.adapters.field_map_preview import Preview, preview
from casebook.intake.adapters.field_map_propose import Proposed, propose
from casebook.intake.adapters.slices import values
from casebook.intake.vendor import options_of
from casebook.models import RawBody, Severity, Source
from casebook.sources import refusals
from casebook.web import source_page
from casebook.web.field_map_form import Rows

GENERIC = "generic"


class Payload(NamedTuple):
    """The text one looks at, and the kept body it is of, if it is one."""

    text: str
    raw: RawBody | None = None


def payload(source: Source, asked: str) -> Payload:
    """The body asked for by its number, else what was not understood last, else what came last. Raises NotFound."""
    if asked.isdecimal() and len(asked) < 18:
        raw: RawBody | None = refusals.body(source, int(asked))
    else:
        raw = refusals.bodies(source, outcome=refusals.NOT_UNDERSTOOD).defer(None).first()
    if raw is None:
        return Payload(source_page.example(source))
    return Payload(jsonio.readable(bytes(raw.body), most=source_page.SHOWN), raw)


def proposal(text: str) -> list[Proposed]:
    """Rows proposed for a payload; none for one that cannot be read."""
    try:
        return propose(_decoded(text, {}))
    except (Unparsable, TooLarge):
        return []


def shown(
    actor: Actor, source: Source, rows: Rows, seen: Payload, *, number: int = 0, in_place: bool = False
) -> dict[str, Any]:
    """The page's context; `Rows.tell` is done to ``rows``. ``in_place``: into a page without other rows."""
    said = rows.as_map()
    problem, found = "", None
    try:
        body = _decoded(seen.text, said)
        found = preview(said, body, options_of(source), number=number, now=db_now())
    except (Unparsable, TooLarge) as error:
        problem = error.detail
    nothing = Preview(0, 0, (), None, "", tuple(field_map.check(said)))
    rest = rows.tell(found or nothing)
    return source_page.frame(actor, source) | {
        "rows": rows if in_place else rows.spare(), "rest": rest, "preview": found, "problem": problem,
        "text": seen.text, "raw": seen.raw,
        "reading": found.reading if found else None, "kinds": field_map.KINDS, "roles": field_map.ROLES,
        "severities": [level.word for level in reversed(Severity)], "generic": source.adapter == GENERIC,
        "before": found.shown - 1 if found and found.shown else None,
        "after": found.shown + 1 if found and found.shown + 1 < found.messages else None,
    }  # fmt: skip


def _decoded(text: str, said: dict[str, Any]) -> Any:
    """The body a text is. Of lines the first alone where the map looks for messages in a body, else a list of all."""
    parts = [part for part in values(text.encode()) if not part.wrong]
    if len(parts) == 1 or said.get(field_map.MESSAGES):
        return parts[0].value
    return [part.value for part in parts]
