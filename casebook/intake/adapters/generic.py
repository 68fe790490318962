"""Any JSON at all, by the field map its source's administrator made. Messages by `field_map_values`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from casebook.intake.adapters import field_map
from casebook.intake.adapters.field_map_expressions import BadExpression, NoValue, compiled
from casebook.intake.adapters.field_map_values import read
from casebook.intake.adapters.paths import child
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, one

MADE = "made"
"""In the place of a pointer: the expression made the message, so it lies nowhere in the body."""

DEEPEST, MOST_SEARCHED = 12, 100_000
"""How deep, and among how many objects, messages are looked for in a body, to keep their exact bytes."""


def messages_in(body: Any, options: Options) -> Iterable[tuple[str, Any]]:
    """The messages the map's ``messages`` finds; without it the body, or each of a list."""
    said = options.field_map.get(field_map.MESSAGES)
    if not said:
        return one(body)
    try:
        expression = compiled(str(said))
        found = expression.value(body)
    except BadExpression as error:
        raise NotUnderstood(f"messages: {said} {error.what}.") from error
    except NoValue as error:
        raise NotUnderstood(f"messages: {said} {error}.") from error
    if found in (None, []) and _is_one(body, options):
        return one(body)
    if found is None:
        raise NotUnderstood(f"messages: {said} finds nothing in this body.")
    if expression.place:
        return [(f"{expression.place}{pointer}", item) for pointer, item in one(found)]
    items = found if isinstance(found, list) else [found]
    places = {id(value): pointer for pointer, value in islice(_objects(body, "", DEEPEST), MOST_SEARCHED)}
    return [(places.get(id(item), f"{MADE}/{number}"), item) for number, item in enumerate(items)]


def _is_one(body: Any, options: Options) -> bool:
    """Whether a body is one of the messages by itself: so it is stored, and so it comes when it is read again. Known
    by its title and id lying where the map says."""
    try:
        named = [compiled(str(said)) for name in ("title", "external_id") if (said := options.field_map.get(name))]
        lying = [expression for expression in named if expression.place]
        return isinstance(body, Mapping) and bool(lying) and all(each.value(body) is not None for each in lying)
    except (BadExpression, NoValue):
        return False


def _objects(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    """(pointer, object) of every object in a body: expressions hand out the very objects they were given."""
    if isinstance(value, Mapping):
        yield pointer, value
        parts: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return
    for key, inner in parts if depth else ():
        if isinstance(inner, Mapping | list):
            yield from _objects(inner, child(pointer, key), depth - 1)


ADAPTER = Adapter("generic", "Generic JSON", one, read, split=messages_in)
