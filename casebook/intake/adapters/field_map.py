"""What a field map may say, and whether one says it rightly. Pure.

A field map turns messages of any shape into alerts: ``{our field: expression}``. Beside expressions it may hold
``severity_map``, ``{their word: our severity}``. `field_map_values` applies it; `field_map_preview` shows it at work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from casebook.intake.adapters.field_map_expressions import BadExpression, compiled
from casebook.intake.adapters.message import SEVERITY_WORDS
from casebook.intake.adapters.observables import Role
from casebook.intake.envelope import ObservableKind
from casebook.spelling import no_such_field

MESSAGES, SEVERITY_MAP = "messages", "severity_map"
MOST_FIELDS = 100

FIELDS: Mapping[str, str] = {
    MESSAGES: "Where in a body its messages lie: a list, or one. Without it a body is a message, or a list of them.",
    "external_id": "What the sender calls this alert. The same again is a repeat, not a second alert.",
    "title": "One line: what happened.",
    "description": "As much as the sender says.",
    "severity": "info, low, medium, high or critical, or a word of theirs that severity_map knows.",
    "rule.id": "The rule that fired, by its id. Alerts of one rule about one entity share a case.",
    "rule.name": "The rule's name.",
    "detected_at": "When it was detected.",
    "first_event_at": "When the first event of it happened.",
    "last_event_at": "When the last one did.",
    "techniques": "ATT&CK techniques, in any text or list that holds ids such as T1110.001. They choose the playbook.",
    "tactics": "ATT&CK tactics, as the sender names them.",
    "link": "The web address of the alert in the sending system.",
    "observables": "A list of objects with type, value and, if there is one, role.",
    "assets": "Names of machines and services of ours, or objects with name and critical.",
    "events": "A list of log records as objects; ECS names are understood.",
    "tlp": "Whom it may be shared with: clear, green, amber, amber_strict or red.",
    "pap": "How openly it may be acted on: clear, green, amber or red.",
}
"""Fields by name, in the order a person fills them in, and what each is for."""

OBSERVABLES, FACTS = "observables.", "facts."
ANY = "any"
KINDS: tuple[str, ...] = (*get_args(ObservableKind), ANY)
ROLES: tuple[str, ...] = get_args(Role)
PATTERNS: Mapping[str, str] = {
    "observables.<type>.<role>": f"Values of one type: {', '.join(KINDS)} (by its look); role {', '.join(ROLES)}.",
    "facts.<label>": "What the sender asserts, shown beside the alert under this label.",
}


class Wrong(NamedTuple):
    """``what`` is wrong with the expression of ``field``; ``at`` is the character where, from 0, if it is known."""

    field: str
    what: str
    at: int | None = None


def check(field_map: Mapping[str, Any]) -> list[Wrong]:
    """All that is wrong with a field map, in its own order; nothing where it can be used."""
    wrong = [found for name, said in field_map.items() for found in _wrong(str(name), said)]
    if len(field_map) > MOST_FIELDS:
        wrong.append(Wrong("", f"has {len(field_map)} fields; {MOST_FIELDS} at most"))
    if not field_map.get("title"):
        wrong.append(Wrong("title", "is needed: without it nothing says what an alert is"))
    return wrong


def _wrong(name: str, said: Any) -> list[Wrong]:
    if name == SEVERITY_MAP:
        return _wrong_severities(said)
    if (refusal := unknown(name)) is not None:
        return [Wrong(name, refusal)]
    if not isinstance(said, str):
        return [Wrong(name, "an expression is a text")]
    try:
        compiled(said)
    except BadExpression as error:
        return [Wrong(name, error.what, error.at)]
    return []


def _wrong_severities(said: Any) -> list[Wrong]:
    if not isinstance(said, Mapping):
        return [Wrong(SEVERITY_MAP, 'is an object, such as {"P1": "critical"}')]
    words = sorted(set(SEVERITY_WORDS.values()))
    return [
        Wrong(SEVERITY_MAP, f"{str(theirs)[:60]!r} becomes one of {', '.join(words)}")
        for theirs, ours in said.items()
        if not isinstance(ours, str) or ours not in words
    ]


def unknown(name: str) -> str | None:
    """Why there is no such field; None where there is."""
    if name in FIELDS or (name.startswith(FACTS) and name.removeprefix(FACTS).strip()):
        return None
    if not name.startswith(OBSERVABLES):
        return no_such_field(name, FIELDS.keys())
    kind, _, role = name.removeprefix(OBSERVABLES).partition(".")
    if kind not in KINDS:
        return f"no such type of observable: {', '.join(KINDS)}"
    return None if role in ROLES else f"ends in a role: {', '.join(f'{OBSERVABLES}{kind}.{one}' for one in ROLES)}"
