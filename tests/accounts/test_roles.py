"""The table of rights is product.md §10, written here once more by hand."""

from __future__ import annotations

import pytest

from accounts.actors import PersonActor
from accounts.models import Membership, Person
from accounts.roles import GRANTS, Role

TABLE = """
                     l1 t2 lead manager author admin auditor
case.read            x  x  x    x       -      -     x
case.work            x  x  x    -       -      -     -
case.close           x  x  x    -       -      -     -
case.close_true      -  x  x    -       -      -     -
case.accept          -  x  x    -       -      -     -
action.request       -  x  x    -       -      -     -
action.approve       -  x  x    -       -      -     -
action.approve_critical - - x   -       -      -     -
case.reassign        -  x  x    -       -      -     -
context.write        -  -  x    -       -      x     -
playbook.write       -  -  x    -       x      -     -
report.own           x  x  -    -       -      -     -
report.read          -  -  x    x       -      -     x
report.playbook      -  -  -    -       x      -     -
admin                -  -  -    -       -      x     -
journal.read         -  -  -    -       -      -     x
playbook.read        x  x  x    x       x      x     x
context.read         x  x  x    -       -      x     -
action.read          x  x  x    x       -      -     x
source.read          -  -  x    -       -      x     x
source.write         -  -  -    -       -      x     -
suppression.write    -  -  x    -       -      x     -
"""
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_every_right(line: list[str]) -> None:
    permission, *marks = line
    expected = {role for role, mark in zip(HEAD, marks, strict=True) if mark == "x"}
    assert {role.value for role in Role if permission in GRANTS[role]} == expected


def test_no_right_beyond_these() -> None:
    assert set().union(*GRANTS.values()) == {line[0] for line in LINES}
    assert [role.value for role in Role] == HEAD


@pytest.mark.django_db
class TestTeams:
    def test_a_right_in_one_team_is_none_in_another(self, lina, blue, green):
        assert lina.may("case.work", blue.pk)
        assert not lina.may("case.work", green.pk)
        assert lina.teams("case.work") == {blue.pk}

    def test_roles_add_up_within_a_team_only(self, blue, green):
        person = Person.objects.create_user("both")
        Membership.objects.create(person=person, team=blue, role=Role.L1)
        Membership.objects.create(person=person, team=blue, role=Role.AUTHOR)
        Membership.objects.create(person=person, team=green, role=Role.T2)
        actor = PersonActor(person)
        assert actor.may("playbook.write", blue.pk)
        assert not actor.may("playbook.write", green.pk)
        assert not actor.may("action.approve", blue.pk)
        assert actor.may("action.approve")
        assert actor.teams("case.read") == {blue.pk, green.pk}

    def test_without_a_membership_nothing(self, blue):
        actor = PersonActor(Person.objects.create_user("guest"))
        assert not actor.may("case.read")
        assert actor.teams("case.read") == frozenset()
