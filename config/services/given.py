"""A PostgreSQL that is given by `DATABASE_URL`: two roles there too, made by us where only one is given.

`DATABASE_OWNER_URL` names the role that migrates, `DATABASE_URL` the one that serves. Where the first is missing,
`DATABASE_URL` is the owner's, and the app role `<database>_app` is made with it; its password is kept in
`secrets.json`. A role of that name which we did not make is never touched.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from config.services import secrets
from config.services.addresses import DatabaseAddress, app_role_of
from config.services.binaries import OLDEST_POSTGRES
from config.services.errors import ServiceError

CONNECT_PATIENCE_S = 10
GIVE_BOTH = "give the owner's URL as DATABASE_OWNER_URL and the app role's as DATABASE_URL"


def ensure_app_role(owner: DatabaseAddress, state: Path, *, role: str = "") -> DatabaseAddress:
    """Make the app role for `owner`'s database, or bring its password back in step; answer how it enters."""
    role, mark = role or app_role_of(owner.name), f"made by Casebook for database {owner.name}"
    with secrets.changed(state) as known, _enter(owner) as connection:
        _refuse_old(connection)
        remembered = known.made_roles.get(owner.place)
        _refuse_unable(connection, role, mark=mark, remembered=remembered is not None)
        password = remembered["password"] if remembered else secrets.new_password()
        scrambled = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        name = sql.Identifier(role)
        if not _role_exists(connection, role):
            connection.execute(sql.SQL("CREATE ROLE {}").format(name))
            # So that the owner may end the app's sessions, as when it drops a scratch database.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
            connection.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(mark)))
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(scrambled)))
        known.made_roles[owner.place] = {"role": role, "password": password}
    return owner.as_role(role, password)


def check_roles(owner: DatabaseAddress, app: DatabaseAddress) -> None:
    """Refuse an app role that could do more than serve."""
    if owner.user == app.user:
        raise ServiceError(
            f"DATABASE_URL and DATABASE_OWNER_URL are one role, {app.user}: the app role must own nothing"
        )
    with _enter(owner, name="DATABASE_OWNER_URL") as connection:
        _refuse_old(connection)
    with _enter(app) as connection:
        (may_all, owns) = connection.execute(
            "SELECT r.rolsuper, pg_get_userbyid(d.datdba) = r.rolname FROM pg_roles r, pg_database d"
            " WHERE r.rolname = current_user AND d.datname = current_database()"
        ).fetchone() or (True, True)
    if may_all or owns:
        what = "is a superuser" if may_all else f"owns the database {app.name}"
        raise ServiceError(f"DATABASE_URL: the app role {app.user} {what}: {GIVE_BOTH}")


def _enter(address: DatabaseAddress, *, name: str = "DATABASE_URL") -> psycopg.Connection:
    try:
        return psycopg.connect(address.url, connect_timeout=CONNECT_PATIENCE_S)
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[0]
        raise ServiceError(f"{name}: {address.place} cannot be entered as {address.user} ({reason})") from None


def _refuse_old(connection: psycopg.Connection) -> None:
    if connection.info.server_version < OLDEST_POSTGRES * 10_000:
        major = connection.info.server_version // 10_000
        raise ServiceError(f"DATABASE_URL is PostgreSQL {major}: Casebook needs {OLDEST_POSTGRES} or newer")


def _refuse_unable(connection: psycopg.Connection, role: str, *, mark: str, remembered: bool) -> None:
    may = connection.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()
    if not may or not may[0]:
        raise ServiceError(f"DATABASE_URL may not create the app role {role}: {GIVE_BOTH}")
    found = connection.execute(
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    if found and found[0] != mark and not remembered:
        raise ServiceError(f"the role {role} exists and was not made by Casebook: {GIVE_BOTH}")


def _role_exists(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
