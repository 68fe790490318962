"""One environment variable, given as `NAME` or as `NAME_FILE`. Standard library only."""

from __future__ import annotations

import os
from pathlib import Path

from config.services.errors import ServiceError


def value_of(name: str) -> str | None:
    """The value of `NAME`, else the content of the file that `NAME_FILE` names, else None. Empty counts as absent."""
    given, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if given and path:
        raise ServiceError(f"{name} and {name}_FILE are both set: keep one of them")
    if not path:
        return given or None
    try:
        return Path(path).read_text().strip() or None
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "not text"
        raise ServiceError(f"{name}_FILE: {path} cannot be read ({reason})") from None
