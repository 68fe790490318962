"""What a record of the context is made of, and how each part is read from text and written back. Pure.

One description serves the form, the CSV and the API: a value that one of them takes, all of them take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Literal

from casebook.errors import Invalid

Form = Literal["text", "words", "day", "instant", "choice"]

MOST_WORDS, LONGEST_WORD = 200, 255
_SEPARATOR = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Field:
    """``words`` are names without blanks, several of them; ``day`` is a date, ``instant`` a date and time."""

    name: str
    label: str
    form: Form = "text"
    most: int = 120
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    placeholder: str = ""
    code: bool = False

    @property
    def what_to_write(self) -> str:
        return f"write it, such as {self.placeholder}" if self.placeholder else "choose one"


def read(fields: Iterable[Field], given: Mapping[str, str], *, zone: tzinfo = UTC) -> dict[str, Any]:
    """The values of the fields; one that is left out or empty reads as nothing. ``zone`` is that of times without one.

    Raises Invalid naming every field that is wrong and what to write instead.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field in fields:
        try:
            found[field.name] = _read_one(field, given.get(field.name, "").strip(), zone)
        except ValueError as wrong:
            errors[field.name] = [str(wrong)]
    if errors:
        raise Invalid.of(errors)
    return found


def written(field: Field, value: Any, *, zone: tzinfo = UTC) -> str:
    """A stored value as `read` takes it; an instant in ``zone``, with its offset."""
    if field.form == "words":
        return ", ".join(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="minutes").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _read_one(field: Field, text: str, zone: tzinfo) -> Any:
    """Raises ValueError saying what to write."""
    if not text:
        if field.required:
            raise ValueError(field.what_to_write)
        return {"words": [], "day": None, "instant": None}.get(field.form, "")
    if "\x00" in text:
        raise ValueError("it holds a character that no text has")
    return {"words": _words, "day": _day, "instant": _instant, "choice": _choice, "text": _text}[field.form](
        field, text, zone
    )


def _text(field: Field, text: str, zone: tzinfo) -> str:
    if len(text) > field.most:
        raise ValueError(f"{field.most} characters at most")
    return text


def _words(field: Field, text: str, zone: tzinfo) -> list[str]:
    found = list(dict.fromkeys(word.lower() for word in _SEPARATOR.split(text) if word))
    if len(found) > MOST_WORDS:
        raise ValueError(f"{MOST_WORDS} names at most")
    if any(len(word) > LONGEST_WORD for word in found):
        raise ValueError(f"a name has {LONGEST_WORD} characters at most")
    if field.required and not found:
        raise ValueError(field.what_to_write)
    return found


def _day(field: Field, text: str, zone: tzinfo) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date such as 2026-11-24") from None


def _instant(field: Field, text: str, zone: tzinfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("a time such as 2026-11-24T22:00Z") from None


def _choice(field: Field, text: str, zone: tzinfo) -> str:
    values = [value for value, _ in field.choices]
    if text not in values:
        raise ValueError(f"one of {', '.join(values)}")
    return text
