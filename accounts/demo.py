"""The demo's people: two teams, every role. Only ever made in a private database."""

from __future__ import annotations

from accounts.models import Membership, Person
from accounts.roles import Role
from casebook.models import Team

TEAMS = {"blue": "Blue team", "green": "Green team"}
PEOPLE = (
    ("lina", "Lina Berg", Role.L1, "blue"),
    ("tomas", "Tomas Ruiz", Role.T2, "blue"),
    ("tessa", "Tessa Novak", Role.T2, "blue"),
    ("lea", "Lea Fontaine", Role.LEAD, "blue"),
    ("mara", "Mara Lindqvist", Role.MANAGER, "blue"),
    ("pia", "Pia Castelli", Role.AUTHOR, "blue"),
    ("adam", "Adam Osei", Role.ADMIN, "blue"),
    ("aude", "Aude Marchand", Role.AUDITOR, "blue"),
    ("otto", "Otto Weiss", Role.L1, "green"),
)


def ensure_people(password: str) -> dict[str, str]:
    """Teams and people, with one password for all; returns ``{username: role}``. Running it again changes nothing."""
    teams = {slug: Team.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in TEAMS.items()}
    for username, name, role, team in PEOPLE:
        person = Person.objects.filter(username=username).first()
        if person is None:
            person = Person.objects.create_user(
                username, password, name=name, email=f"{username}@casebook.example", zone="Europe/Berlin"
            )
        Membership.objects.get_or_create(person=person, team=teams[team], role=role)
    return {username: str(role.value) for username, _, role, _ in PEOPLE}
