"""Databases of the tests: a migrated template made by the owner role, served as the app role; clones for modules that
need committed data. No test ever gets a switch to empty the journal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from config import env
from config.services.addresses import DatabaseAddress
from config.services.grants import default_privileges

TEMPLATE = f"casebook_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def make_template() -> None:
    """Create, grant, migrate as owner; leaves the connection serving it as the app role."""
    roles = env.database_roles()
    with _owner() as owner:
        drop(TEMPLATE)
        owner.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    enter(TEMPLATE, roles.owner)
    with connection.cursor() as cursor:
        for statement in default_privileges(owner=roles.owner.user, app=roles.app.user):
            cursor.execute(statement)
    call_command("migrate", verbosity=0, interactive=False)
    enter(TEMPLATE, roles.app)


def enter(name: str, role: DatabaseAddress) -> None:
    """Point Django's one connection at a database, as a role."""
    connection.close()
    connection.settings_dict.update(role.django() | {"NAME": name})


def address(name: str, role: DatabaseAddress) -> str:
    """The URL of a database for another process."""
    return DatabaseAddress(name, role.user, role.password, role.host, role.port).url


@contextmanager
def clone(name: str) -> Iterator[str]:
    """A copy of the template with a life of its own; the connection serves it meanwhile."""
    roles = env.database_roles()
    connection.close()
    with _owner() as owner:
        drop(name)
        copy = sql.SQL("create database {} template {}")
        owner.execute(copy.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    enter(name, roles.app)
    try:
        yield name
    finally:
        enter(TEMPLATE, roles.app)
        drop(name)


def drop(name: str) -> None:
    """Force ends what clients left open, but not a vacuum worker of the server; a plain drop asks that to go."""
    forced = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    plain = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    with _owner() as owner:
        try:
            owner.execute(forced)
        except InsufficientPrivilege:
            owner.execute(plain)


@contextmanager
def _owner() -> Iterator[psycopg.Connection]:
    with psycopg.connect(env.database_roles().owner.url, autocommit=True) as owner:
        yield owner
