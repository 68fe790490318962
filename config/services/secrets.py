"""What only this installation may know: `secrets.json` in the state folder, mode 0600, made on first use.

Shape: `{"instance", "secret_key", "field_keys": [Fernet key, newest first], "owner_password", "app_password",
"made_roles": {"host:port/name": {"role", "password"}}}`. The last holds app roles that we made on a server given by
`DATABASE_URL`. Losing this file loses connector secrets: back it up with the database.

Standard library only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.services.errors import ServiceError
from config.services.locks import one_at_a_time

NAME = "secrets.json"


@dataclass
class Secrets:
    """The content of `secrets.json`; nothing of it shows in a `repr`."""

    instance: str = field(default_factory=lambda: secrets.token_hex(8))
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)
    field_keys: list[str] = field(default_factory=lambda: [new_field_key()], repr=False)
    owner_password: str = field(default_factory=lambda: new_password(), repr=False)
    app_password: str = field(default_factory=lambda: new_password(), repr=False)
    made_roles: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)


def new_field_key() -> str:
    """A Fernet key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def new_password() -> str:
    """A password for a database role, of letters, digits, `-` and `_` only."""
    return secrets.token_urlsafe(24)


def load(state: Path) -> Secrets | None:
    """The secrets of this state folder, or None where none were made yet."""
    path = state / NAME
    try:
        return Secrets(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (OSError, TypeError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "damaged"
        raise ServiceError(f"{path} cannot be read ({reason}): restore it from a backup, or `make reset`") from None


def load_or_make(state: Path) -> Secrets:
    """The secrets of this (claimed) state folder; two processes that make them at once end up with the same."""
    if found := load(state):
        return found
    draft = _write_beside(state, Secrets())
    try:
        # A link fails where the name exists already: the first maker wins, the file is never seen half written.
        with suppress(FileExistsError):
            os.link(draft, state / NAME)
    finally:
        draft.unlink()
    made = load(state)
    assert made is not None
    return made


@contextmanager
def changed(state: Path) -> Iterator[Secrets]:
    """Change the secrets under a lock: `with changed(state) as known: known.made_roles[…] = …`."""
    load_or_make(state)
    with one_at_a_time(state / f"{NAME}.lock"):
        known = load_or_make(state)
        yield known
        os.replace(_write_beside(state, known), state / NAME)


def _write_beside(state: Path, content: Secrets) -> Path:
    handle, name = tempfile.mkstemp(dir=state, prefix=f".{NAME}.")
    with os.fdopen(handle, "w") as draft:
        json.dump(asdict(content), draft, indent=1)
        draft.flush()
        os.fsync(draft.fileno())
    return Path(name)
