"""At start-up: every plug-in, reaction and kind of work names what is there. Linters see imports, not strings."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any, cast

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from casebook.journal.verbs import VERBS
from config.plugins import TABLES, WORK
from config.reactions import REACTIONS


def plugins_are_there(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each dotted path leads to a module of ours. The module is found, not loaded: detectors must not come into web."""
    paths = {
        path
        for name, table in TABLES.items()
        for path in (cast(Iterable[str], table) if name == "SWEEPS" else _values(table))
    }
    return [
        Error(f"config/plugins.py names {path}, which is not there", id="casebook.E001")
        for path in sorted(paths)
        if not _found(path)
    ]


def reactions_name_work(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A reaction's verb is known to the journal, and what it asks for is a kind of work."""
    errors: list[CheckMessage] = []
    for verb, kinds in REACTIONS.items():
        if verb not in VERBS:
            errors.append(Error(f"config/reactions.py reacts to {verb}, which nobody records", id="casebook.E002"))
        errors += [
            Error(f"config/reactions.py asks for {kind}, which is no kind of work", id="casebook.E003")
            for kind in kinds
            if kind not in WORK
        ]
    return errors


def register_all() -> None:
    """Called when the apps are ready."""
    register(plugins_are_there)
    register(reactions_name_work)


def _values(table: Any) -> Iterable[str]:
    return (value["handler"] if isinstance(value, dict) else value for value in table.values())


def _found(path: str) -> bool:
    """The module exists and its source names the attribute."""
    module, _, attribute = path.rpartition(".")
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return False
    if spec is None or spec.origin is None:
        return False
    with open(spec.origin, encoding="utf-8") as source:
        return attribute in source.read()
