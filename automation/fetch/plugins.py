"""From a row to the kind of system it stands for."""

from __future__ import annotations

from automation.fetch.about import Language
from automation.fetch.languages import LANGUAGES
from automation.fetch.protocol import LogSystem as Kind
from automation.models import LogSystem
from casebook.errors import Invalid
from casebook.plugins import load, table


def kinds() -> list[Kind]:
    """Every kind this installation knows, in the order of its table."""
    return [load(path) for path in table("LOG_SYSTEMS").values()]


def kind_named(name: str) -> Kind:
    """Raises Invalid."""
    known = table("LOG_SYSTEMS")
    if name not in known:
        raise Invalid.of({"kind": [f"one of {', '.join(known)}"]})
    found: Kind = load(known[name])
    return found


def kind_of(system: LogSystem) -> Kind:
    """The kind behind a row. Raises Invalid where this installation has none by that name."""
    return kind_named(system.kind)


def language_named(name: str) -> Language:
    """Raises Invalid."""
    if name not in LANGUAGES:
        raise Invalid.of({"language": [f"one of {', '.join(LANGUAGES)}"]})
    return LANGUAGES[name]
