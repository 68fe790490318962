"""What an alert costs the database: statements and commits, for one and for a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from accounts.tokens import issue
from casebook.models import Source
from config import env
from tests import databases
from tests.conftest import alert_body

MOST = 8


@pytest.fixture
def siem(committed: str) -> Client:
    token = issue(source=Source.objects.get(slug="siem"), scopes=["alerts"], days=1)
    return Client(headers={"Authorization": f"Bearer {token}"})


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[str]]]:
    """Every statement of this process by its first words, and every commit."""
    statements: list[str] = []
    commits: list[str] = []
    execute, commit = psycopg.Cursor.execute, BaseDatabaseWrapper._commit

    def noted(self: Any, query: Any, *args: Any, **kw: Any) -> Any:
        statements.append(" ".join(str(query).split())[:60])
        return execute(self, query, *args, **kw)

    def noted_commit(self: Any) -> Any:
        commits.append("commit")
        return commit(self)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        patch.setattr(BaseDatabaseWrapper, "_commit", noted_commit)
        yield statements, commits


def send(client: Client, *alerts: dict[str, Any]) -> Any:
    body = alerts[0] if len(alerts) == 1 else list(alerts)
    return client.post("/api/v1/alerts/", json.dumps(body), content_type="application/json")


def test_an_alert_that_opens_a_case(siem: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    send(siem, alert_body(rule={"id": "first, so that the tables in memory are read"}))
    with counted(monkeypatch) as (statements, commits):
        answer = send(siem, alert_body(rule={"id": "opens"}))

    assert answer.json()["outcome"] == "opened"
    assert len(statements) <= MOST, statements
    assert len(commits) == 1


def test_an_alert_that_joins_and_one_that_repeats(siem: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    send(siem, alert_body(rule={"id": "joins"}))
    with counted(monkeypatch) as (joining, commits):
        assert send(siem, alert_body(external_id="j", rule={"id": "joins"})).json()["outcome"] == "attached"
    assert len(joining) <= MOST, joining
    assert len(commits) == 1

    with counted(monkeypatch) as (repeating, commits):
        assert send(siem, alert_body(external_id="j", rule={"id": "joins"})).json()["outcome"] == "repeated"
    assert len(repeating) <= 5, repeating
    assert len(commits) == 1


def test_a_hundred_cost_as_many_statements_as_one(siem: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = [alert_body(rule={"id": f"hundred {n % 10}"}) for n in range(100)]
    with counted(monkeypatch) as (statements, commits):
        answer = send(siem, *alerts).json()

    assert (answer["received"], answer["opened"], answer["attached"]) == (100, 10, 90)
    assert len(statements) <= MOST, statements
    assert len(commits) == 1


def test_what_is_refused_of_a_list_is_kept_in_one_commit(siem: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as (_, commits):
        answer = send(siem, *[{"title": "no id"} for _ in range(50)]).json()

    assert answer["refused"] == 50
    assert len(commits) == 1


def test_a_connection_that_died_while_idle_costs_nobody_an_error(siem: Client) -> None:
    assert send(siem, alert_body()).status_code == 201
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert send(siem, alert_body()).status_code == 201


def test_a_list_of_many_chunks_commits_each(siem: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = [alert_body(rule={"id": "chunks"}) for _ in range(450)]
    with counted(monkeypatch) as (_, commits):
        assert send(siem, *alerts).json()["attached"] == 449
    assert len(commits) == 3


BY_INDEX_ONLY = ("casebook_alert", "casebook_observable", "casebook_case", "casebook_grouping")


def whole_reads() -> dict[str, int]:
    """How often each table was read from end to end, by anybody."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
        cursor.execute("select relname, seq_scan from pg_stat_user_tables where relname = any(%s)", [[*BY_INDEX_ONLY]])
        return dict(cursor.fetchall())


def test_plans_made_while_tables_were_tiny_never_read_a_whole_table(committed: str, siem: Client) -> None:
    databases.enter(committed, env.database_roles().owner)
    with connection.cursor() as cursor:
        for table in BY_INDEX_ONLY:
            cursor.execute(f"analyze {table}")
    databases.enter(committed, env.database_roles().app)
    before = whole_reads()
    for number in range(8):  # so often that the kept plans are the general ones
        send(siem, *[alert_body(rule={"id": f"tiny {number}"}) for _ in range(3)])

    assert whole_reads() == before
