"""Two leads at the same moment: what no database rule forbids, the verbs still keep."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casebook.actor import Actor
from casebook.context import csv_files, entries
from casebook.context.kinds import KINDS
from casebook.errors import Invalid
from casebook.models import KnownPerson, Team

pytestmark = pytest.mark.committed
PEOPLE = KINDS["people"]


def test_a_name_goes_to_one_person_whoever_comes_first(committed: str, lea: Actor, blue: Team) -> None:
    gate = Barrier(4)

    def add(number: int) -> bool:
        gate.wait(timeout=10)
        try:
            values = {"names": f"shared, own{number}", "name": f"Person {number}"}
            entries.add(PEOPLE, actor=lea, team_id=blue.pk, values=values)
        except Invalid:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(add, range(4)))
    assert told.count(True) == 1
    assert KnownPerson.objects.filter(team=blue, names__contains=["shared"]).count() == 1


def test_an_import_and_a_change_wait_for_one_another(committed: str, lea: Actor, blue: Team) -> None:
    rows = [
        entries.add(PEOPLE, actor=lea, team_id=blue.pk, values={"names": f"both{n}", "name": "As it was"})
        for n in range(30)
    ]
    gate = Barrier(2)

    def bring() -> None:
        text = "names,name,role\n" + "\n".join(f"both{n},As it was,Imported" for n in range(30))
        gate.wait(timeout=10)
        try:
            csv_files.import_csv(PEOPLE, actor=lea, team_id=blue.pk, text=text)
        finally:
            connection.close()

    def change() -> None:
        gate.wait(timeout=10)
        try:
            for row in reversed(rows):
                entries.change(PEOPLE, actor=lea, pk=row.pk, values={"manager": "Changed"})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(bring), pool.submit(change)]:
            done.result()  # a deadlock would be an error here
    now = KnownPerson.objects.filter(pk__in=[row.pk for row in rows])
    assert set(now.values_list("role", "manager")) == {("Imported", "Changed")}
