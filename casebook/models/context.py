"""What the organisation knows of itself: ranges, assets, people, what it allows and what it changes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from casebook.models.team import Team


class NetworkRange(models.Model):
    """An address range of ours. Never blocked, and what "corporate" means to a detector."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ranges")
    cidr = models.CharField(max_length=43)
    label = models.CharField(max_length=120)

    class Meta:
        ordering = ["cidr"]
        constraints = [models.UniqueConstraint(fields=["team", "cidr"], name="one_range_per_cidr")]

    def __str__(self) -> str:
        return self.cidr


class Asset(models.Model):
    """A host, address or account that matters. Critical: only a lead approves. Protected: nobody touches it."""

    class Kind(models.TextChoices):
        HOST = "host"
        ADDRESS = "ip"
        ACCOUNT = "user"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=255)
    label = models.CharField(max_length=120, blank=True, default="")
    critical = models.BooleanField(default=False)
    protected = models.BooleanField(default=False)
    zone = models.CharField(max_length=60, blank=True, default="", help_text="IANA time zone of its clock")

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["team", "kind", "name"], name="one_asset_per_name")]

    def __str__(self) -> str:
        return self.name


class KnownPerson(models.Model):
    """Somebody of the organisation, by the names they sign in with: not a user of this product.

    ``names`` are user names and mail addresses in lower case, no two people of a team sharing one. ``away_from`` to
    ``away_to`` are whole days in UTC; with ``travel_country`` (ISO 3166, two letters) they work from there meanwhile,
    without it they are on leave.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="known_people")
    names = ArrayField(models.CharField(max_length=255))
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True, default="")
    manager = models.CharField(max_length=120, blank=True, default="")
    away_from = models.DateField(null=True, blank=True)
    away_to = models.DateField(null=True, blank=True)
    travel_country = models.CharField(max_length=2, blank=True, default="")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(names__len__gt=0), name="known_person_has_a_name_to_sign_in_with"),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_to__isnull=True) | Q(away_to__gte=F("away_from")),
                name="known_person_comes_back_after_leaving",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.names[0]} ({self.name})"


class AllowEntry(models.Model):
    """What is expected here, and who says so. It explains an event; it silences none.

    ``value`` by kind: an address or range, a domain with all below it, a user, a host, a program's name, a hash; a
    command line or user agent in which ``*`` stands for anything. ``expires`` is its last day, in UTC.
    """

    class Kind(models.TextChoices):
        IP = "ip", "address or range"
        DOMAIN = "domain", "domain"
        USER = "user", "account"
        HOST = "host", "host"
        PROCESS = "process", "program"
        COMMAND = "command", "command line"
        USER_AGENT = "user_agent", "user agent"
        HASH = "hash", "file hash"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="allow_entries")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    owner = models.CharField(max_length=120)
    expires = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(fields=["team", "kind", "value"], name="one_allow_entry_per_value"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(owner=""), name="allow_entry_has_reason_and_owner"),
        ]

    def __str__(self) -> str:
        return self.value


class ChangeWindow(models.Model):
    """An announced change: when, at which hosts, by which accounts, of which services. ``*`` stands for anything."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="change_windows")
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    hosts = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    users = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    services = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    owner = models.CharField(max_length=120)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="change_window_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(hosts__len__gt=0) | Q(users__len__gt=0) | Q(services__len__gt=0),
                name="change_window_covers_something",
            ),
        ]
        indexes = [models.Index(fields=["team", "-ends_at"], name="change_windows_by_end")]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()
