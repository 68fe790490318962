"""The kinds of record of the context, by the word in their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casebook.context.allowing import ALLOWED
from casebook.context.changes import CHANGES
from casebook.context.kind import Kind
from casebook.context.people import PEOPLE

KINDS: Final[Mapping[str, Kind[Any]]] = {kind.slug: kind for kind in (PEOPLE, ALLOWED, CHANGES)}
