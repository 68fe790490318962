"""People and their roles."""

from __future__ import annotations

from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.roles import Role
from casebook.models import Team


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=username)

    def create_user(self, username: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A human. People are never deleted: whoever leaves is made inactive, and the record keeps the name."""

    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=150, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA time zone the person reads times in")
    is_active = models.BooleanField(default=True)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["username"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.username

    @cached_property
    def roles_by_team(self) -> dict[int, frozenset[Role]]:
        """Read once per request; a change of role acts on the next."""
        roles: dict[int, set[Role]] = {}
        for team_id, role in self.memberships.values_list("team_id", "role"):
            roles.setdefault(team_id, set()).add(Role(role))
        return {team_id: frozenset(found) for team_id, found in roles.items()}


class Membership(models.Model):
    """A role a person has in a team."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "team", "role"], name="one_membership_per_role")]
