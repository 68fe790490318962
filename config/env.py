"""The one place that reads the environment.

Every setting is `NAME`, or `NAME_FILE` naming a file that holds it (how Docker and Kubernetes hand out secrets).
A value that is there and wrong is refused in one line; nothing falls back silently. Where no server is given, the
addresses are those of the private servers of this checkout (`config/services/`): the same whether they run or not.

Standard library only: it also serves the launcher, before Django is there.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from config.services import addresses, places, secrets
from config.services.addresses import DatabaseAddress
from config.services.errors import ServiceError
from config.services.postgres import APP, OWNER, Postgres
from config.services.secrets import Secrets
from config.services.valkey import Valkey
from config.services.variables import value_of

BASE_DIR = places.PROJECT
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
ROLES = ("app", "owner")
FERNET_KEY_BYTES = 32


# ------------------------------------------------------------------ typed readers
def text(name: str, default: str = "") -> str:
    found = value_of(name)
    return default if found is None else found


def integer(name: str, default: int = 0, *, least: int = 0) -> int:
    """A whole number, `least` or more."""
    found = value_of(name)
    if found is None:
        return default
    try:
        number = int(found)
    except ValueError:
        raise ServiceError(f"{name} must be a whole number, not {found!r}") from None
    if number < least:
        raise ServiceError(f"{name} must be {least} or more, not {number}")
    return number


def boolean(name: str, default: bool = False) -> bool:
    found = value_of(name)
    if found is None:
        return default
    if found.lower() not in TRUE + FALSE:
        raise ServiceError(f"{name} must be yes or no, not {found!r}")
    return found.lower() in TRUE


def list_of(name: str, default: list[str] | None = None) -> list[str]:
    """Values between commas; blanks around them do not count."""
    found = value_of(name)
    if found is None:
        return list(default or [])
    return [part for part in (part.strip() for part in found.split(",")) if part]


def url(name: str, default: str = "") -> str:
    """An http or https address without a closing slash."""
    found = value_of(name)
    if found is None:
        return default
    parts = addresses.split_url(found)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServiceError(f"{name} must look like https://casebook.example, not {found!r}")
    return found.rstrip("/")


def folder(name: str, default: Path) -> Path:
    """A folder; a relative one counts from the checkout."""
    found = value_of(name)
    return default if found is None else BASE_DIR / found


def made(path: Path) -> Path:
    """A folder of this installation's state, made if need be, closed to everybody else."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


# ------------------------------------------------------------------ state and secrets
def state_dir() -> Path:
    """Where this installation keeps what is not in PostgreSQL: `CASEBOOK_STATE`, else `.local/`. Made, and ours."""
    return places.claim(places.state_folder())


def secret_key() -> str:
    """Django's SECRET_KEY: given, else the generated one."""
    return value_of("SECRET_KEY") or _own_secrets("SECRET_KEY").secret_key


def field_keys() -> list[str]:
    """The Fernet keys of connector secrets, newest first: `CASEBOOK_FIELD_KEYS`, else the generated one."""
    keys = list_of("CASEBOOK_FIELD_KEYS")
    for key in keys:
        if not _is_fernet_key(key):
            raise ServiceError("CASEBOOK_FIELD_KEYS must be Fernet keys (32 bytes in URL-safe base64) between commas")
    return keys or _own_secrets("CASEBOOK_FIELD_KEYS").field_keys


def _own_secrets(wanted: str) -> Secrets:
    """The generated secrets. With a given database they are not made in passing: several machines may share it."""
    state = state_dir()
    known = secrets.load(state)
    if known is None and value_of("DATABASE_URL"):
        raise ServiceError(f"{wanted} (or {wanted}_FILE) is not set: set it, or let `make run` generate it in {state}")
    return known or secrets.load_or_make(state)


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == FERNET_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


# ------------------------------------------------------------------ database
@dataclass(frozen=True)
class DatabaseRoles:
    """The same database twice: as the role that serves and as the role that migrates."""

    app: DatabaseAddress
    owner: DatabaseAddress


def database_roles() -> DatabaseRoles:
    """`DATABASE_URL` and `DATABASE_OWNER_URL`, else the private server.

    `DATABASE_URL` alone is the owner's, once `make run` or `manage.py migrate` made an app role for it and noted it
    in `secrets.json`. Before that it is taken as it is: a machine that only serves needs only the app role's.
    """
    given, given_owner = value_of("DATABASE_URL"), value_of("DATABASE_OWNER_URL")
    if given is None:
        if given_owner:
            raise ServiceError("DATABASE_OWNER_URL is set and DATABASE_URL is not: set both, or DATABASE_URL alone")
        server = Postgres(*_private())
        return DatabaseRoles(app=server.address(APP), owner=server.address(OWNER))
    address = addresses.read_database_url(given)
    if given_owner:
        return DatabaseRoles(app=address, owner=addresses.read_database_url(given_owner, name="DATABASE_OWNER_URL"))
    known = secrets.load(state_dir())
    made = (known.made_roles if known else {}).get(address.place)
    return DatabaseRoles(app=address.as_role(made["role"], made["password"]) if made else address, owner=address)


def database_urls() -> tuple[str, str]:
    """The same as URLs: (app's, owner's)."""
    roles = database_roles()
    return roles.app.url, roles.owner.url


def app_role() -> str:
    """The name of the database role that serves: migrations take rights away from it."""
    return database_roles().app.user


def database_role() -> str:
    """Which role this process is: `CASEBOOK_DB_ROLE`, `app` or `owner`. `manage.py` sets it where it migrates."""
    role = text("CASEBOOK_DB_ROLE", "app")
    if role not in ROLES:
        raise ServiceError(f"CASEBOOK_DB_ROLE must be app or owner, not {role!r}")
    return role


def database() -> dict[str, object]:
    """Django's `DATABASES["default"]`, as the role of this process."""
    roles = database_roles()
    if database_role() == "owner":
        return roles.owner.django()
    return roles.app.django()


# ------------------------------------------------------------------ Valkey or Redis
def redis_url() -> str:
    """`REDIS_URL`, else the private server, as redis-py and Django's cache read it."""
    return addresses.redis_url(_redis())


def broker_url() -> str:
    """The same server as Celery reads it."""
    return addresses.broker_url(_redis())


def _redis() -> str:
    return value_of("REDIS_URL") or Valkey(_private()[0]).url


def _private() -> tuple[places.Places, Secrets]:
    state = state_dir()
    known = secrets.load_or_make(state)
    return places.places(state, known.instance), known
