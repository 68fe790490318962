"""Database and broker addresses: read, compose, and turn into what Django, redis-py and Celery want.

Standard library only. The accepted forms are libpq's: `postgresql://user:password@host:5432/name?sslmode=require`
and, for a socket, `postgresql://user@/name?host=/folder&port=5432` (or the folder percent-encoded as the host).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from config.services.errors import ServiceError

POSTGRES_SCHEMES = ("postgres", "postgresql")
REDIS_SCHEMES = ("redis", "rediss", "valkey", "valkeys", "unix")
DEFAULT_POSTGRES_PORT = 5432


@dataclass(frozen=True)
class DatabaseAddress:
    """One role's way to one database. `options` are libpq parameters such as `sslmode`."""

    name: str
    user: str
    password: str = field(default="", repr=False)
    host: str = ""
    port: int = DEFAULT_POSTGRES_PORT
    options: tuple[tuple[str, str], ...] = ()

    def as_role(self, user: str, password: str) -> DatabaseAddress:
        """The same database, entered by another role."""
        return replace(self, user=user, password=password)

    @property
    def place(self) -> str:
        """Which database this is, whoever enters it: host, port and name."""
        return f"{self.host}:{self.port}/{self.name}"

    @property
    def url(self) -> str:
        """A URL that libpq, psycopg and `read_database_url` read back to the same address."""
        who = quote(self.user, safe="") + (":" + quote(self.password, safe="") if self.password else "")
        if self.host.startswith("/"):
            query = urlencode((("host", self.host), ("port", self.port), *self.options), quote_via=quote, safe="/")
            return f"postgresql://{who}@/{quote(self.name, safe='')}?{query}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        query = urlencode(self.options, quote_via=quote)
        return f"postgresql://{who}@{host}:{self.port}/{quote(self.name, safe='')}" + (f"?{query}" if query else "")

    def django(self) -> dict[str, object]:
        """One value of Django's `DATABASES`: connections live a minute per thread and are checked before reuse."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # A statement is prepared on the server from its fifth execution on.
            "OPTIONS": {**dict(self.options), "prepare_threshold": 5},
        }


def read_database_url(url: str, *, name: str = "DATABASE_URL") -> DatabaseAddress:
    """Read a PostgreSQL URL given under the variable `name`; refuse anything else in one line (never echoing it)."""
    parts = split_url(url)
    if parts is None or parts.scheme not in POSTGRES_SCHEMES:
        raise ServiceError(f"{name} must look like postgresql://user:password@host:5432/name")
    options = dict(parse_qsl(parts.query))
    try:
        port = int(options.pop("port", 0) or parts.port or DEFAULT_POSTGRES_PORT)
    except ValueError:
        raise ServiceError(f"{name} has a port that is no number between 1 and 65535") from None
    database, user = unquote(parts.path.lstrip("/")), unquote(parts.username or "")
    if not database or not user:
        raise ServiceError(f"{name} must name a user and a database: postgresql://user:password@host:5432/name")
    return DatabaseAddress(
        name=database,
        user=user,
        password=unquote(parts.password or ""),
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=port,
        options=tuple(sorted(options.items())),
    )


def app_role_of(database: str) -> str:
    """The name of the app role that we make for a database which is given with its owner only."""
    return f"{database}_app"


def redis_url(url: str, *, database: int = 0, name: str = "REDIS_URL") -> str:
    """The address of one numbered database of a Redis or Valkey, as redis-py and Django's cache read it."""
    parts = split_url(url)
    if parts is None or parts.scheme not in REDIS_SCHEMES or not (parts.netloc or parts.path):
        raise ServiceError(f"{name} must look like redis://host:6379, rediss://host:6379 or unix:///folder/socket")
    scheme = parts.scheme.replace("valkey", "redis")
    if scheme == "unix":
        query = {**dict(parse_qsl(parts.query)), "db": str(database)}
        return f"unix://{parts.netloc}{parts.path}?{urlencode(query)}"
    return urlunsplit((scheme, parts.netloc, f"/{database}", parts.query, ""))


def broker_url(url: str, *, database: int = 0, name: str = "REDIS_URL") -> str:
    """The same address as Celery reads it: a socket is `redis+socket://` with a `virtual_host` there."""
    address = redis_url(url, database=database, name=name)
    if not address.startswith("unix:"):
        return address
    parts = urlsplit(address)
    query = {key: value for key, value in parse_qsl(parts.query) if key != "db"}
    return f"redis+socket://{parts.netloc}{parts.path}?{urlencode({**query, 'virtual_host': database})}"


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL, or None where it is none (its brackets do not match)."""
    try:
        return urlsplit(url)
    except ValueError:
        return None
