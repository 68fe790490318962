"""What may be set on a log system and on a saved search, checked. Every wrong field is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from automation.fetch.about import PLACES, About, fill, places_of
from automation.fetch.plugins import language_named
from automation.fetch.protocol import LogSystem as Kind
from automation.fetch.sample import SAMPLE
from automation.webhooks import policy as outside

FIELDS = ("name", "kind", "url", "reach", "settings", "secret", "enabled", "most_rows", "most_bytes", "most_s")
SEARCH_FIELDS = ("kind", "name", "language", "template")
CAPS = {"most_rows": (1, 100_000), "most_bytes": (1024, 64 * 1024 * 1024), "most_s": (5, 240)}
"""Least and most of each cap: a fetch must end before the lease of whoever makes it."""
LONGEST = 20_000
LOG_KINDS = ("authentication", "iam", "session", "process", "network", "web", "email", "file", "api", "configuration")
"""Kinds of event a search may bring, as `triage/events` calls them."""


def wrong(values: Mapping[str, Any], kind: Kind) -> dict[str, list[str]]:
    """What is wrong with the settings of a system, by field; ``values`` are those given."""
    errors = {name: [f"there is no such setting: {', '.join(FIELDS)}"] for name in values if name not in FIELDS}
    errors |= outside.faults({name: values[name] for name in ("name", "url", "reach", "enabled", "secret", "settings")
                              if name in values})  # fmt: skip
    for name, (least, most) in CAPS.items():
        value = values.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            errors[name] = [f"a whole number from {least:,} to {most:,}"]
    if "settings" in values and "settings" not in errors:
        errors |= outside.lacking(values["settings"], kind.needs) or _odd(values["settings"], kind)
    return errors


def _odd(settings: Mapping[str, Any], kind: Kind) -> dict[str, list[str]]:
    known = {*kind.needs, *kind.wants, "login", "scope"}
    said = [f"{name} is none: {', '.join(sorted(known))}" for name in settings if name not in known]
    said += [f"{name} is text" for name, value in settings.items() if not isinstance(value, str)]
    console = settings.get("console")
    if console and (not isinstance(console, str) or urlsplit(console).scheme not in ("http", "https")):
        said.append("console is an address: https://kibana.example")
    return {"settings": said} if said else {}


def wrong_search(values: Mapping[str, Any], kind: Kind) -> dict[str, list[str]]:
    """What is wrong with a saved search, by field; ``values`` are those given, language and template together."""
    errors = {name: [f"there is no such setting: {', '.join(SEARCH_FIELDS)}"]
              for name in values if name not in SEARCH_FIELDS}  # fmt: skip
    for name, check in _SEARCH.items():
        if name in values and (what := check(values[name])):
            errors[name] = [what]
    if "language" in values and values["language"] not in kind.languages:
        errors["language"] = [f"{kind.title} speaks {', '.join(kind.languages)}"]
    if "template" in values and not errors.keys() & {"template", "language"}:
        said = _template(str(values["template"]), str(values["language"]))
        errors |= {"template": said} if said else {}
    return errors


def _template(text: str, language: str) -> list[str]:
    speaks = language_named(language)
    said = [f"there is no place {{{name}}}; there are {', '.join(f'{{{one}}}' for one in PLACES)}"
            for name in places_of(text) if name not in PLACES]  # fmt: skip
    lacking = [f"{{{name}}}" for name in ("from", "to") if f"{{{name}}}" not in text]
    if speaks.windowed and lacking:
        said.append(f"it must bound its window: {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing")
    if language == "dsl" and not said:
        said += _json(fill(text, speaks, About(**SAMPLE), rows=1, index="logs").text)
    return said


def _json(text: str) -> list[str]:
    try:
        body = json.loads(text)
    except ValueError as error:
        return [f"filled in, it is no JSON: {error}"]
    return [] if isinstance(body, dict) and isinstance(body.get("query"), dict) else ['it holds no "query"']


def _name(value: Any) -> str | None:
    fits = isinstance(value, str) and 0 < len(value.strip()) <= outside.NAME_MOST
    return None if fits else f"say what it brings, in {outside.NAME_MOST} characters at most"


def _log_kind(value: Any) -> str | None:
    return None if value in LOG_KINDS else f"one of {', '.join(LOG_KINDS)}"


def _text(value: Any) -> str | None:
    fits = isinstance(value, str) and value.strip() and len(value) <= LONGEST and "\x00" not in value
    return None if fits else f"a query of {LONGEST:,} characters at most"


_SEARCH: dict[str, Callable[[Any], str | None]] = {"name": _name, "kind": _log_kind, "template": _text}
