"""`verify_journal` finds what somebody with the owner's password did to the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casebook.journal.verify import verify
from casebook.models import Case
from config import env
from tests import databases


@pytest.fixture
def owner(committed: str, open_case: Callable[..., Case]) -> Iterator[psycopg.Connection]:
    open_case()
    connection.close()
    with psycopg.connect(env.database_roles().owner.url, dbname=committed) as tampering:
        tampering.execute("set lock_timeout = '2s'")
        yield tampering
        tampering.rollback()


def faults(owner: psycopg.Connection, *statements: str) -> list[str]:
    """Tamper, look as the app does, and put everything back."""
    restore = ("alter table casebook_journal enable trigger all",)
    for statement in statements:
        owner.execute(statement)
    owner.commit()
    found = verify().faults
    connection.close()
    for statement in restore:
        owner.execute(statement)
    owner.commit()
    return found


OFF = "alter table casebook_journal disable trigger all"
NEW = (
    "insert into casebook_journal (epoch, tx, team_id, case_id, verb, subject, actor_kind, actor_name, payload) values "
    "({epoch}, {tx}, {team}, {case}, 'case.noted', 'case:1', 'person', 'nobody', '{{}}')"
)
DROP_NEW = "delete from casebook_journal where actor_name = 'nobody'"


def new(epoch: str = "1", tx: str = "1", team: str = "1", case: str = "null") -> str:
    return NEW.format(epoch=epoch, tx=tx, team=team, case=case)


def test_a_journal_left_alone_has_no_faults(owner: psycopg.Connection) -> None:
    report = verify()
    assert report.faults == []
    assert (report.entries > 0, report.sealed) == (True, 0)


def test_triggers_switched_off(owner: psycopg.Connection) -> None:
    assert any("trigger" in fault for fault in faults(owner, OFF))


@pytest.mark.parametrize("right", ["update", "delete", "truncate"])
def test_a_right_given_away(owner: psycopg.Connection, right: str) -> None:
    app = env.database_roles().app.user
    found = faults(owner, f"grant {right} on casebook_journal to {app}")
    owner.execute(f"revoke {right} on casebook_journal from {app}")
    owner.commit()
    assert [fault for fault in found if right.upper() in fault and app in fault]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (new(tx="9000000000000000000"), "has not happened yet"),
        (new(case="999999999"), "does not exist"),
        (new(case="(select min(id) from casebook_case)", team="999"), "another team"),
        (new(epoch="0"), "older epoch"),
    ],
)
def test_an_entry_that_cannot_be(owner: psycopg.Connection, entry: str, said: str) -> None:
    found = faults(owner, entry)
    assert [fault for fault in found if said in fault]
    faults(owner, OFF, DROP_NEW)
    assert verify().faults == []


def test_the_owner_serving_is_a_fault(committed: str) -> None:
    databases.enter(committed, env.database_roles().owner)
    try:
        assert any("connects as the role that owns" in fault for fault in verify().faults)
    finally:
        databases.enter(committed, env.database_roles().app)


def test_the_command_says_so_and_fails(owner: psycopg.Connection) -> None:
    out = StringIO()
    call_command("verify_journal", stdout=out)
    assert "sealed: 0" in out.getvalue()
    connection.close()
    owner.execute(OFF)
    owner.commit()
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_journal", stdout=StringIO(), stderr=StringIO())
    connection.close()
    owner.execute("alter table casebook_journal enable trigger all")
    owner.commit()
