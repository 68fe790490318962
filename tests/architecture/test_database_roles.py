"""The app role serves and owns nothing: the journal stays as it was written, whatever the application does."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from casebook.models import Case
from config import env

GRANTED = """
select privilege_type from information_schema.role_table_grants
 where table_name = 'casebook_journal' and grantee = current_user
"""
OWNED = "select relname from pg_class where relowner = current_user::regrole"
POWERS = """
select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname = current_user
"""
MEMBER_OF = "select count(*) from pg_auth_members where member = current_user::regrole"
MAY_CREATE = "select has_schema_privilege(current_user, 'public', 'create')"
CHANGES = (
    "update casebook_journal set actor_name = 'nobody'",
    "delete from casebook_journal",
    "truncate casebook_journal",
    "drop table casebook_journal",
    "alter table casebook_journal disable trigger all",
    "alter table casebook_journal disable trigger journal_is_append_only",
    "drop trigger journal_is_append_only on casebook_journal",
    "alter table casebook_journal rename to elsewhere",
    "create or replace function casebook_journal_is_append_only() returns trigger language sql as 'select null'",
    "alter table casebook_journal owner to current_user",
    "set session_replication_role = replica",
    "create table mine (id int)",
)


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_tests_serve_as_the_app_role(db: None) -> None:
    assert ask("select current_user") == [(env.database_roles().app.user,)]
    assert env.database_roles().app.user != env.database_roles().owner.user


def test_it_owns_nothing_and_has_no_powers(db: None) -> None:
    assert ask(OWNED) == []
    assert ask(POWERS) == [(False,) * 5]
    assert ask(MEMBER_OF) == [(0,)]
    assert ask(MAY_CREATE) == [(False,)]


def test_it_may_read_the_journal_and_add_to_it_and_no_more(db: None) -> None:
    assert {row[0] for row in ask(GRANTED)} == {"SELECT", "INSERT"}


@pytest.mark.parametrize("statement", CHANGES)
def test_it_cannot_change_the_journal(statement: str, case: Case) -> None:
    before = ask("select count(*), max(id) from casebook_journal")
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert ask("select count(*), max(id) from casebook_journal") == before


def test_it_cannot_grant_itself_more(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("grant update, delete on casebook_journal to current_user")  # it warns, and grants nothing
    assert {row[0] for row in ask(GRANTED)} == {"SELECT", "INSERT"}


@pytest.mark.parametrize("statement", CHANGES[:3])
def test_the_trigger_refuses_even_the_owner(statement: str, committed: str, open_case: Callable[..., Case]) -> None:
    open_case()
    owner = env.database_roles().owner
    with psycopg.connect(owner.url, dbname=committed, autocommit=True) as tampering:
        tampering.execute("set lock_timeout = '2s'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            tampering.execute(statement)
