"""Migrations go forward, back and forward again on a database full of data, and the models are in step with them."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config import env
from tests import databases
from tests.architecture.access_stage import set_stage

GROWN = {
    "accounts_token",
    "casebook_alert",
    "casebook_case",
    "casebook_installation",
    "automation_action",
    "triage_answer",
    "triage_decision",
    "casebook_playbookversion",
    "casebook_step",
}
"""Tables to which a later migration gave a column or a row: back and forth, that part starts anew."""
BORN_LATER = {
    "triage_pin",
    "automation_delivery", "automation_logfetch", "automation_logsystem", "automation_poll", "automation_savedsearch",
    "automation_webhook", "casebook_allowentry", "casebook_changewindow",
    "casebook_job", "casebook_knownperson", "casebook_suppression",
}  # fmt: skip
"""Tables of a later migration: before it there is no place for their rows."""
OURS = ("casebook", "accounts", "automation", "triage")


def test_models_and_migrations_are_in_step(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_can_be_taken_back() -> None:
    migrations = MigrationLoader(None).disk_migrations
    one_way = [
        f"{app}.{name}: {operation}"
        for (app, name), migration in migrations.items()
        if app in OURS
        for operation in migration.operations
        if not operation.reversible
    ]
    assert not one_way


@pytest.fixture(scope="module")
def full(committed: str) -> Iterator[None]:
    """A database in which every table of ours that the product fills has rows; served as its owner meanwhile."""
    set_stage()
    databases.enter(committed, env.database_roles().owner)
    yield
    databases.enter(committed, env.database_roles().app)


def test_back_to_the_first_and_forward_again_keeps_every_row(full: None) -> None:
    before = {table: rows for table, rows in _rows().items() if table not in BORN_LATER}
    assert len(before) > 25
    assert before["casebook_journal"][0] > 20
    for app in reversed(OURS):
        migrate(app, _first(app))
    migrate(None, None)
    after = _rows()
    assert {table: rows for table, (rows, _) in after.items()} == {table: rows for table, (rows, _) in before.items()}
    assert {table for table in before if after[table] != before[table]} <= GROWN
    assert _guards() == [
        "alert_counted_no_more", "alert_counted_otherwise", "alert_dated_back", "journal_is_append_only",
        "journal_is_not_truncated", "published_is_final", "steps_are_final",
    ]  # fmt: skip


def test_from_nothing_and_back_to_nothing(full: None) -> None:
    tables = set(connection.introspection.table_names())
    for app in reversed(OURS):
        migrate(app, "zero")
    left = {name for name in connection.introspection.table_names() if name.startswith(OURS)}
    assert not left
    migrate(None, None)
    assert set(connection.introspection.table_names()) == tables


def _first(app: str) -> str:
    """The last of an app's initial migrations: there may be several, where apps point at one another."""
    disk = MigrationLoader(None).disk_migrations
    return max(name for (label, name), migration in disk.items() if label == app and migration.initial)


def migrate(app: str | None, to: str | None) -> None:
    names = [name for name in (app, to) if name]
    call_command("migrate", *names, verbosity=0, interactive=False, stdout=StringIO())


COUNT = sql.SQL("select count(*), md5(string_agg(row::text, ',' order by row::text)) from (select {} from {}) row")
TRIGGERS = """
select tgname from pg_trigger where not tgisinternal and tgrelid::regclass::text like 'casebook%' order by 1
"""


def _rows() -> dict[str, tuple[int, str]]:
    """Of each table of ours that has any: how many rows, and a digest of all that the model's columns hold."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if model._meta.app_label not in OURS:
            continue
        columns = sorted(field.column for field in model._meta.concrete_fields if field.column)
        with connection.cursor() as cursor:
            cursor.execute(COUNT.format(sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)))
            count, digest = cursor.fetchone()
        if count:
            found[table] = (count, digest)
    return found


def _guards() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        return [name for (name,) in cursor.fetchall()]
