"""Plug-ins by dotted path: `config/plugins.py` and `config/reactions.py` name them, this resolves them once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def load(path: str) -> Any:
    """The object at a dotted path. Raises ImportError naming the path."""
    return import_string(path)


def table(name: str) -> Mapping[str, Any]:
    """A table of `config/plugins.py` by its name, e.g. ``table("DETECTORS")``; values are still dotted paths."""
    tables: Mapping[str, Mapping[str, Any]] = load(settings.CASEBOOK_PLUGINS + ".TABLES")
    return tables[name]
