"""What an administrator finds on the way in: a source that is not understood yet, a silence that swallowed something,
rules analysts complained of, and a month of rates."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import connection

from accounts.actors import PersonActor
from accounts.models import Person
from casebook.epoch import config_epoch
from casebook.intake import silence
from casebook.intake.envelope import read
from casebook.intake.prepare import prepare
from casebook.intake.receive import Refused, receive, refuse
from casebook.intake.sender import sender_of
from casebook.models import Alert, Source, Team
from casebook.sources import feedback

DOORS = ("Side entrance", "Server room", "Loading bay")
COMPLAINTS = (
    ("scheduled task", "noisy", "our own backup job makes them every night"),
    ("scheduled task", "context", ""),
    ("failed logins", "severity", "two tries of one person are not high"),
)

_MINUTES = """
insert into casebook_sourceminute (source_id, minute, alerts)
select source_id, date_trunc('minute', received_at), count(*) from casebook_alert
 where received_at > now() - interval '30 days' group by 1, 2
on conflict (source_id, minute) do nothing
"""


def write(now: datetime) -> None:
    """Everything through the services that would do it; the rates are those of the month behind."""
    _doors(now)
    _scanner(now)
    _complaints()
    with connection.cursor() as cursor:
        cursor.execute(_MINUTES)


def _doors(now: datetime) -> None:
    """A door system whose map nobody has drawn up: what it sends is kept until somebody has."""
    about = {"name": "Door system", "adapter": "generic", "team": Team.objects.get(slug="blue")}
    source, _ = Source.objects.get_or_create(slug="doors", defaults=about)
    bodies = [
        {
            "eventId": 7000 + number,
            "what": "Badge refused three times",
            "door": {"name": door, "host": f"door-{number}"},
            "person": {"login": "tokoye"},
            "level": "P2",
            "when": (now - timedelta(hours=number + 1)).isoformat(timespec="seconds"),
        }
        for number, door in enumerate(DOORS)
    ]
    reason = "No field map is drawn up for this source yet."
    kept = [Refused(json.dumps(body).encode(), reason, "", "not_understood", "generic") for body in bodies]
    refuse(sender_of(source, config_epoch=config_epoch()), *kept)


def _scanner(now: datetime) -> None:
    """The weekly vulnerability scan, silenced for a week by a lead, and what it set off last night."""
    lea = PersonActor(Person.objects.get(username="lea"))
    source = Source.objects.get(slug="siem")
    silence.begin(
        actor=lea,
        team_id=source.team_id,
        source_slug=source.slug,
        name="Weekly vulnerability scan",
        reason="Our own scanner, from its own address; the report goes to the platform team.",
        match={"rule_name": "port scan*", "observables": [{"type": "ip", "value": "192.0.2.200"}]},
        expires_at=now + timedelta(days=7),
    )
    for number in range(1, 5):
        alert = {
            "external_id": f"demo-scan-{number}",
            "title": f"Port scan of web-{number}",
            "severity": "low",
            "detected_at": (now - timedelta(hours=9, minutes=number)).isoformat(),
            "rule": {"id": "scan-1", "name": "Port scan from inside"},
            "observables": [
                {"type": "ip", "value": "192.0.2.200", "role": "source"},
                {"type": "host", "value": f"web-{number}", "role": "target"},
            ],
        }
        body = json.dumps(alert).encode()
        receive(sender_of(source, config_epoch=config_epoch()), [prepare(read(body), body, 0)])


def _complaints() -> None:
    """Of past cases: what two analysts said of the rules behind them."""
    people = [PersonActor(Person.objects.get(username=name)) for name in ("lina", "tomas")]
    for words, kind, note in COMPLAINTS:
        alerts = Alert.objects.filter(team__slug="blue", case__isnull=False, title__icontains=words).order_by("-id")
        for alert, actor in zip(alerts[:2], people, strict=False):
            feedback.say(actor=actor, alert_id=alert.pk, kind=kind, note=note)
