"""The changes cursor under transactions that commit in another order than they began: nothing lost, nothing twice."""

from __future__ import annotations

import base64
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client

from accounts.actors import PersonActor
from casebook.cases import notes
from casebook.errors import Invalid
from casebook.journal import changes
from casebook.journal.changes import Cursor, Head, since
from casebook.models import Case, Journal
from config import env

INSERT = """
insert into casebook_journal (team_id, case_id, verb, subject, actor_kind, actor_name, payload)
values (%s, %s, 'case.noted', %s, 'person', 'writer', '{}') returning id
"""


@pytest.fixture
def other(committed: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """More connections of the app role to the module's database."""
    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(env.database_roles().app.url, dbname=committed))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def write(connection: psycopg.Connection, case: Case, subject: str) -> int:
    row = connection.execute(INSERT, [case.team_id, case.pk, subject]).fetchone()
    assert row is not None
    return int(row[0])


def all_since(actor: PersonActor, cursor: Cursor, limit: int = 500) -> tuple[Cursor, int]:
    """Follow the feed until it stands still; how many changes it told."""
    told = 0
    while True:
        after, found = since(actor, cursor, limit)
        told += len(found)
        if after == cursor:
            return cursor, told
        cursor = after


def test_an_id_taken_early_and_committed_late_is_not_lost(
    other: Callable[[], psycopg.Connection], open_case: Callable[..., Case], lina: PersonActor
) -> None:
    case = open_case()
    start, _ = since(lina, None)
    slow, fast = other(), other()
    early = write(slow, case, "early")
    late = write(fast, case, "late")
    assert early < late
    fast.commit()

    # The later id is committed, an older transaction is still open: whoever read past it now would lose the other.
    place, told = all_since(lina, start)
    assert (place, told) == (start, 0)

    slow.commit()
    _, told = all_since(lina, place)
    assert told == 2


def test_a_transaction_that_fails_holds_nobody_up(
    other: Callable[[], psycopg.Connection], open_case: Callable[..., Case], lina: PersonActor
) -> None:
    case = open_case()
    start, _ = since(lina, None)
    doomed, good = other(), other()
    write(doomed, case, "doomed")
    write(good, case, "good")
    good.commit()
    doomed.rollback()
    assert all_since(lina, start)[1] == 1


WRITERS, EACH = 8, 40


def test_many_writers_and_a_reader_that_never_stops(
    other: Callable[[], psycopg.Connection], open_case: Callable[..., Case], lina: PersonActor
) -> None:
    """Every writer takes ids, waits a little, commits or not; the reader walks meanwhile, in small pages."""
    case = open_case()
    cursor, _ = since(lina, None)
    connections = [other() for _ in range(WRITERS)]
    together = threading.Barrier(WRITERS + 1)
    committed: list[int] = []
    guard = threading.Lock()

    def work(number: int) -> None:
        chance = random.Random(number)
        together.wait()
        for turn in range(EACH):
            ids = [write(connections[number], case, f"w:{number}.{turn}") for _ in range(chance.randint(1, 3))]
            threading.Event().wait(chance.random() * 0.004)
            if chance.random() < 0.1:
                connections[number].rollback()
                continue
            connections[number].commit()
            with guard:
                committed.extend(ids)

    threads = [threading.Thread(target=work, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    together.wait()
    seen: list[Cursor] = []
    read: list[int] = []
    while True:
        alive = any(thread.is_alive() for thread in threads)
        after, found = since(lina, cursor, limit=7)
        if after != cursor:
            read += _between(cursor, after)
            assert len(found) <= 7
            seen.append(after)
            cursor = after
        elif not alive:
            break
    assert sorted(read) == sorted(committed)
    assert len(read) == len(set(read))
    assert seen == sorted(seen)


def _between(before: Cursor, after: Cursor) -> list[int]:
    """The ids a reader was given by going from one place to the next."""
    rows = Journal.objects.filter(tx__gte=before.tx, tx__lte=after.tx).values_list("epoch", "tx", "id")
    return [row[2] for row in rows if before < Cursor(*row) <= after]


def test_the_cursor_is_opaque_and_reads_back() -> None:
    cursor = Cursor(1, 1234567, 89)
    assert Cursor.parse(str(cursor)) == cursor
    assert "." not in str(cursor)


@pytest.mark.parametrize(
    "text", ["x", "1.2.3", "", "AAAA", "£", "=" * 10, base64.urlsafe_b64encode(b"1.2").decode(),
             base64.urlsafe_b64encode(b"1.2.x").decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode()],
)  # fmt: skip
def test_garbage_is_no_cursor(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Cursor.parse(text)
    assert "since" in refused.value.errors


@pytest.mark.parametrize("text", ["x", "£", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMS4x", "LTEuLTEuLTE"])
def test_garbage_over_http_is_422_or_walks_nothing(api: Callable[[str], Client], text: str) -> None:
    answer = api("lina").get("/api/v1/changes/", {"since": text})
    assert answer.status_code in (200, 304, 422)
    if answer.status_code == 422:
        assert answer.json()["errors"]["since"]


def test_nothing_new_is_304(committed: str, open_case: Callable[..., Case], api: Callable[[str], Client],
                            monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("casebook.api.changes.HEAD", _Fresh())
    case = open_case()
    client = api("lina")
    first = client.get("/api/v1/changes/").json()
    assert first["changes"] == []
    assert client.get("/api/v1/changes/", {"since": first["next"]}).status_code == 304
    notes.note(actor=_actor("lina"), ref=case.ref, text="something new")
    answer = client.get("/api/v1/changes/", {"since": first["next"]})
    assert [(one["verb"], one["case"]) for one in answer.json()["changes"]] == [("case.noted", case.ref)]
    assert set(answer.json()["changes"][0]) == {"verb", "case", "at"}


def test_another_teams_changes_move_the_cursor_and_show_nothing(
    committed: str, open_case: Callable[..., Case], api: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casebook.api.changes.HEAD", _Fresh())
    client = api("otto")
    before = client.get("/api/v1/changes/").json()["next"]
    open_case(title="A blue secret")
    answer = client.get("/api/v1/changes/", {"since": before})
    assert answer.status_code == 200
    assert answer.json()["changes"] == []
    assert answer.json()["next"] != before
    assert "CB-" not in answer.content.decode()


def test_a_head_is_read_twice_a_second_at_most(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(changes, "read_head", lambda: asked.append(1) or Cursor(1, len(asked), 1))
    head = Head()
    assert {head.cursor() for _ in range(50)} == {Cursor(1, 1, 1)}
    assert len(asked) == 1


class _Fresh(Head):
    """A head that is never remembered."""

    def cursor(self) -> Cursor:
        return changes.read_head()


def _actor(username: str) -> PersonActor:
    from accounts.models import Person

    return PersonActor(Person.objects.get(username=username))
