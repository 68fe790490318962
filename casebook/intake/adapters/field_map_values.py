"""A field map at work: the values its expressions find in a message, made into what the fields of an alert take. Pure.

A field whose value cannot be used is left out and said so; the alert comes in all the same. Only a title is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from casebook.intake.adapters import field_map
from casebook.intake.adapters.field_map_expressions import BadExpression, Expression, NoValue, compiled
from casebook.intake.adapters.message import SEVERITY_WORDS, Message, Severity
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.protocol import NotUnderstood, Options, Reading
from casebook.intake.adapters.texts import absent, listed, technique_words, text, texts
from casebook.intake.adapters.times import moment
from casebook.intake.envelope import AlertIn, AssetIn, Colour, ObservableKind, RuleIn

COLOURS: Mapping[str, Colour] = {
    "clear": "clear",
    "white": "clear",
    "green": "green",
    "amber": "amber",
    "amber_strict": "amber_strict",
    "amber+strict": "amber_strict",
    "red": "red",
}


class Unfit(Exception):
    """A value was found, and is not what its field takes: its text says why."""


class Found(NamedTuple):
    """What one field came to: the value found in the message, what it became, or why neither. ``assumed`` tells what
    was guessed. None as ``raw`` is: nothing there."""

    field: str
    expression: str
    raw: Any = None
    value: Any = None
    error: str = ""
    assumed: str = ""
    place: str = ""


def read(message: Any, options: Options) -> Reading:
    """The alert a message is by its source's field map. Raises NotUnderstood where it has no title by it."""
    if not options.field_map:
        raise NotUnderstood("The source has no field map yet: make one from this message on the source's page.")
    return reading_of(message, options, list(values(message, options)))


def values(message: Any, options: Options) -> Iterator[Found]:
    """Each field of the map, in its order, applied to a message. ``messages`` is for bodies and left out."""
    for name, said in options.field_map.items():
        if name in (field_map.MESSAGES, field_map.SEVERITY_MAP) or not said:
            continue
        yield _found(str(name), str(said), message, options)


def reading_of(message: Any, options: Options, found: list[Found]) -> Reading:
    """The reading made of the fields of one message."""
    said = Message(message, options)
    by_name = {one.field: one for one in found}
    title = by_name.get("title")
    if title is None or not title.value:
        raise NotUnderstood(f"It has no title: {_why_not(title)}.", title.place if title else "")
    alert = AlertIn(external_id=_value(by_name, "external_id"), title=title.value)
    for one in found:
        if one.error:
            said.assume(f"{one.field}: {one.error}; left out.")
        elif one.value is not None:
            _put(said, alert, one)
        if one.assumed:
            said.assume(one.assumed)
    if "severity" not in by_name:
        said.assume("The field map says nothing of severity: taken as medium.")
    return said.reading(alert)


def _why_not(title: Found | None) -> str:
    if title is None:
        return "the field map does not say where one is"
    return f"{title.expression} {title.error or 'finds nothing in this message'}"


def _found(name: str, said: str, message: Any, options: Options) -> Found:
    raw: Any = None
    place = ""
    try:
        if (refusal := field_map.unknown(name)) is not None:
            raise Unfit(refusal)
        expression: Expression = compiled(said)
        place = expression.place
        raw = expression.value(message)
        value, assumed = _shaped(name, raw, options)
        return Found(name, said, raw, value, "", assumed, place)
    except BadExpression as error:
        return Found(name, said, error=error.what)
    except (NoValue, Unfit) as error:
        return Found(name, said, raw, error=str(error), place=place)


def _shaped(name: str, raw: Any, options: Options) -> tuple[Any, str]:
    """The value a field takes, and what was assumed for it. None: nothing is there."""
    if name == "severity":
        return _severity(raw, options)
    if raw is None:
        return None, ""
    if name in ("detected_at", "first_event_at", "last_event_at"):
        at = moment(raw, name, zone=options.zone)
        if at.at is None and at.assumed:
            raise Unfit(f"{text(raw)[:60]!r} is no time we can read" if text(raw) else "is not a time")
        return at.at, at.assumed
    head = name.partition(".")[0]
    return SHAPES.get(name, SHAPES.get(f"{head}.", _text))(raw), ""


def _severity(raw: Any, options: Options) -> tuple[Severity, str]:
    """By ``severity_map``, whatever the capitals; else by the words everybody uses."""
    theirs = text(raw)
    own = options.field_map.get(field_map.SEVERITY_MAP)
    mapped = {str(word).lower(): ours for word, ours in own.items()} if isinstance(own, Mapping) else {}
    ours = mapped.get(theirs.lower()) or SEVERITY_WORDS.get(theirs.lower())
    if ours in SEVERITY_WORDS.values():
        return cast(Severity, ours), ""
    if not theirs:
        return "medium", "The message states no severity: taken as medium."
    return "medium", f"The severity {theirs[:60]!r} is in no severity_map, and no word we know: taken as medium."


def _text(raw: Any) -> str | None:
    if isinstance(raw, Mapping) or (isinstance(raw, list) and any(isinstance(one, Mapping) for one in raw)):
        raise Unfit("finds an object, not a text: name a part of it")
    return ", ".join(texts(raw)) or None


def _colour(raw: Any) -> Colour:
    said = text(raw).lower().removeprefix("tlp:").removeprefix("pap:")
    if said not in COLOURS:
        raise Unfit(f"{said[:60]!r} is none of {', '.join(COLOURS)}")
    return COLOURS[said]


def _plain_texts(raw: Any) -> list[str]:
    if isinstance(raw, Mapping) or (isinstance(raw, list) and any(isinstance(one, Mapping) for one in raw)):
        raise Unfit("finds objects, not texts: name a part of each, as in things[].name")
    return [one for one in texts(raw) if not absent(one)]


def _objects(raw: Any) -> list[Mapping[str, Any]]:
    items = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(one, Mapping) for one in items):
        raise Unfit("takes a list of objects")
    return items


def _observables(raw: Any) -> list[Mapping[str, Any]]:
    items = _objects(raw)
    if any(not text(one.get("value")) for one in items):
        raise Unfit("takes objects that have a value, and a type")
    return items


def _assets(raw: Any) -> list[tuple[str, bool]]:
    items = raw if isinstance(raw, list) else [raw]
    named = [
        (text(one.get("name")), one.get("critical") is True) if isinstance(one, Mapping) else (text(one), False)
        for one in items
    ]
    if any(not name for name, _ in named):
        raise Unfit("takes names, or objects that have a name")
    return named


SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "tlp": _colour,
    "pap": _colour,
    "techniques": technique_words,
    "tactics": listed,
    "observables": _observables,
    "observables.": _plain_texts,
    "assets": _assets,
    "events": _objects,
    "facts.": lambda raw: ", ".join(texts(raw)) or None,
}
"""What each field makes of a value that is there; ``name.`` is for all that begin so. Any other field takes a text."""


def _put(said: Message, alert: AlertIn, found: Found) -> None:
    """Put a field's value where it belongs in the alert."""
    name, value = found.field, found.value
    if name.startswith(field_map.OBSERVABLES):
        _, kind, role = name.split(".")
        said.about.add(None if kind == field_map.ANY else cast(ObservableKind, kind), value, cast(Role, role))
    elif name.startswith(field_map.FACTS):
        said.state(name.removeprefix(field_map.FACTS), value, found.place)
    elif name == "observables":
        for one in value:
            said.about.add(*_typed(one))
    elif name == "assets":
        alert.assets = [AssetIn(name=asset, critical=critical) for asset, critical in value]
    elif name == "rule.id":
        alert.rule = RuleIn(id=value, name=alert.rule.name)
    elif name == "rule.name":
        alert.rule = RuleIn(id=alert.rule.id, name=value)
    else:
        setattr(alert, name, value)


def _typed(one: Mapping[str, Any]) -> tuple[ObservableKind | None, str, Role]:
    """Type, value and role of an observable that is an object; a type that is none of ours goes by its look."""
    kind, role = text(one.get("type")).lower(), text(one.get("role")).lower()
    known = kind in field_map.KINDS and kind != field_map.ANY
    return (
        cast(ObservableKind, kind) if known else None,
        text(one.get("value")),
        cast(Role, role) if role in field_map.ROLES else "related",
    )


def _value(by_name: Mapping[str, Found], name: str) -> str:
    found = by_name.get(name)
    return str(found.value) if found is not None and found.value is not None else ""
