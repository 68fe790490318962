"""What senders call the parts of an alert, in small words: ``/`` stands between objects on the way. Pure data.

For `field_map_propose`. Of a field's names the surest stands first; among parts called alike the topmost counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from casebook.intake.adapters.texts import text
from casebook.intake.adapters.times import moment


class Wanted(NamedTuple):
    """A field, the names of what could fill it, and what its value must look like, told in ``looks``."""

    field: str
    names: tuple[re.Pattern[str], ...]
    looks: str
    fits: Callable[[Any], bool]


def _scalar(value: Any) -> bool:
    return not isinstance(value, list | bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _time(value: Any) -> bool:
    return moment(value, "").at is not None


def _address(value: Any) -> bool:
    return text(value).startswith(("https://", "http://"))


def _wanted(field: str, looks: str, fits: Callable[[Any], bool], *names: str) -> Wanted:
    return Wanted(field, tuple(re.compile(rf"(?:^|[/ ])(?:{name})$") for name in names), looks, fits)


_ID = "(?:id|uid|uuid)"
_WHEN = "(?: at| on| time| date| date time)?"

WANTED = (
    _wanted(
        "external_id",
        "an id",
        _scalar,
        f"alert[ /]{_ID}",
        f"(?:finding|incident|notable)(?: info)?[ /]{_ID}|fingerprint",
        f"^{_ID}|^guid",
        f"event[ /]{_ID}",
        "(?:u?uid|guid|id|key|reference|ref|number)",
    ),
    _wanted(
        "title",
        "a text",
        _text,
        "title",
        "headline|subject|summary",
        "alert name|alertname",
        "rule[ /](?:name|description)",
        "^name",
        "message",
    ),
    _wanted("description", "a text", _text, "description|desc", "details?|message|body"),
    _wanted(
        "severity",
        "a grade",
        _scalar,
        "severity",
        "severity (?:label|name|level)|criticality",
        "priority|urgency|level",
        "risk level",
    ),
    _wanted("rule.id", "an id", _scalar, f"rule[ /]{_ID}", f"(?:detector|signature|policy|analytic)[ /]{_ID}"),
    _wanted(
        "rule.name",
        "a text",
        _text,
        "(?:rule|signature|policy|analytic)[ /]name",
        "rule|signature|detector",
        "alert name|alertname",
    ),
    _wanted(
        "detected_at",
        "a time",
        _time,
        f"detected{_WHEN}",
        f"(?:created|raised|triggered){_WHEN}|creation time",
        "timestamp|event time|time|date(?: time)?",
        "starts at",
    ),
    _wanted(
        "first_event_at",
        "a time",
        _time,
        f"first (?:seen|event|activity|observed){_WHEN}",
        f"start{_WHEN}",
    ),
    _wanted(
        "last_event_at", "a time", _time, f"last (?:seen|event|activity|observed){_WHEN}", f"(?:end|updated){_WHEN}"
    ),
    _wanted(
        "link",
        "a web address",
        _address,
        "(?:alert|incident|web|external|permanent|generator|src)(?: web)? (?:url|link)|permalink",
        "url|link|href",
    ),
)

SIDES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("source", re.compile(r"\b(?:src|srcip|srcuser|source|client|attacker|remote|origin|sender|from|caller)\b")),
    ("target", re.compile(r"\b(?:dst|dstip|dstuser|dest|destination|target|victim|server|recipient|to|local)\b")),
)
PEOPLE = re.compile(
    r"\b(?:user|username|srcuser|dstuser|account|login|principal|identity)(?: name| id| principal name)?$|user/name$"
)
MACHINES = re.compile(
    r"\b(?:host|hostname|computer|device|machine|endpoint|asset|agent)(?: name)?$|(?:host|device|agent)/name$"
)
COMMANDS = re.compile(r"\b(?:command|cmd) ?line$|\bprocess(?:/| )name$")
"""Looks alone cannot tell a user from a host, nor either from any other word: their names do."""

TACTICS = re.compile(r"\btactics?\b")
LINKS = re.compile(r"\b(?:references?|link|permalink|(?:web|generator|src|source|help) url)$")
"""Addresses of pages about the alert, not of what it is about."""

LISTS = ("alerts", "events", "incidents", "findings", "results", "records", "items", "data", "value", "hits", "entries")
"""Where a body of many messages keeps them."""
