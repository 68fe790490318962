"""A record of the context as a form: its controls with what they hold, and what a form says of team, zone and file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from casebook.context.fields import Field, written
from casebook.context.kind import Kind
from casebook.errors import Invalid, TooLarge

LARGEST_FILE = 1024 * 1024
INPUTS = {"day": "date", "instant": "datetime-local"}


@dataclass(frozen=True)
class Input:
    """One field of a form: what it holds, and what is wrong with it."""

    field: Field
    value: str
    errors: list[str]

    @property
    def type(self) -> str:
        return INPUTS.get(self.field.form, "text")


def inputs_of(kind: Kind[Any], given: Mapping[str, str], errors: Mapping[str, list[str]]) -> list[Input]:
    return [Input(field, given.get(field.name, ""), list(errors.get(field.name, ()))) for field in kind.fields]


def shown(field: Field, value: Any, zone: tzinfo) -> str:
    """A stored value as the form's control takes it: the browser's field of a time knows no zone."""
    if field.form == "instant" and value is not None:
        return str(value.astimezone(zone).strftime("%Y-%m-%dT%H:%M"))
    return written(field, value)


def uploaded(request: HttpRequest) -> str:
    """The text of the file that came along, if any. Raises TooLarge, and Invalid for what is no text."""
    file = request.FILES.get("file")
    if file is None:
        return ""
    if (file.size or 0) > LARGEST_FILE:
        raise TooLarge(f"The file is larger than {LARGEST_FILE:,} bytes, the most an import takes.")
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        what = f"the file is not text in UTF-8 at byte {error.start}: save it as CSV UTF-8"
        raise Invalid("It cannot be read.", errors={"csv": [what]}) from None


def zone_of(request: HttpRequest) -> tzinfo:
    """The zone in which the viewer reads and writes times."""
    return UTC if request.session.get("zone") == "utc" else timezone.get_current_timezone()


def team_id_of(form: Mapping[str, str]) -> int:
    """The team the form names. Raises Invalid where it names none."""
    text = str(form.get("team", ""))
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("Choose the team it belongs to.", errors={"team": ["choose the team it belongs to"]})
    return int(text)
