"""The demo's organisation: people, what it knows of itself, who sends it alerts, what it can act on, its lists."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from accounts.demo import ensure_people
from automation.models import Connector
from casebook.models import AllowEntry, Asset, ChangeWindow, KnownPerson, NetworkRange, Source, Team
from triage.demo.log import SCANNER, SPRAYERS

RANGES = (("192.0.2.0/24", "Office and VPN"), ("10.0.0.0/8", "Data centre"))
ASSETS = (
    (Asset.Kind.HOST, "bastion-1", "the way in for administrators", True, False),
    (Asset.Kind.HOST, "dc-1", "domain controller", True, True),
    (Asset.Kind.ADDRESS, "192.0.2.53", "our resolver", False, True),
    (Asset.Kind.ACCOUNT, "svc-backup", "backup service account", True, False),
)
KNOWN_PEOPLE = (
    ("akovac", "Ana Kovac", "Platform team", "Tess Harlow"),
    ("jlind", "Jon Lind", "Finance", "Iris Vogel"),
    ("mbrandt", "Mira Brandt", "Finance", "Jon Lind"),
    ("rsato", "Ren Sato", "Platform team", "Tess Harlow"),
    ("tokoye", "Temi Okoye", "Research", "Iris Vogel"),
)
ALLOWED = (
    (AllowEntry.Kind.IP, SCANNER, "a survey that announces itself, looks and never signs in", "Network team"),
    (AllowEntry.Kind.COMMAND, "/usr/bin/apt-get update", "package lists are refreshed by hand before a change",
     "Platform team"),
)  # fmt: skip


def password() -> str:
    """The one password of the demo's people, made once and kept in ``demo.json`` for the owner's eyes."""
    path = settings.STATE_DIR / "demo.json"
    if path.exists():
        return str(json.loads(path.read_text())["password"])
    return secrets.token_urlsafe(12)


def tell(word: str, people: dict[str, str]) -> None:
    """Write ``demo.json``: the address, the password, the people and their roles."""
    path: Path = settings.STATE_DIR / "demo.json"
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(json.dumps({"url": settings.PUBLIC_URL, "password": word, "people": people}, indent=1) + "\n")


def furnish(word: str) -> dict[str, str]:
    """Everything a team needs before its first alert. Running it again changes nothing."""
    people = ensure_people(word)
    for team in Team.objects.filter(slug__in=("blue", "green")):
        for cidr, label in RANGES:
            NetworkRange.objects.get_or_create(team=team, cidr=cidr, defaults={"label": label})
        for kind, name, label, critical, protected in ASSETS:
            about = {"label": label, "critical": critical, "protected": protected}
            Asset.objects.get_or_create(team=team, kind=kind, name=name, defaults=about)
        _know(team)
        Connector.objects.get_or_create(
            team=team,
            slug="simulated",
            defaults={
                "name": "Simulated edge and directory",
                "kind": "simulated",
                "settings": {"url": f"http+unix://{quote(settings.SIMULATED_TARGET_SOCKET, safe='')}", "mode": "key"},
            },
        )
    for slug, name, team_slug in (
        ("siem", "SIEM", "blue"),
        ("edge", "Edge sensors", "blue"),
        ("green-siem", "Green SIEM", "green"),
    ):
        team = Team.objects.get(slug=team_slug)
        Source.objects.get_or_create(slug=slug, defaults={"name": name, "team": team})
    _lists()
    return people


def _know(team: Team) -> None:
    """Whom the demo's log names, what is expected of it, and the change in which its administrator works as root."""
    for username, name, role, manager in KNOWN_PEOPLE:
        about = {"names": [username, f"{username}@casebook.example"], "name": name, "role": role, "manager": manager}
        KnownPerson.objects.get_or_create(team=team, names__contains=[username], defaults=about)
    for kind, value, reason, owner in ALLOWED:
        AllowEntry.objects.get_or_create(team=team, kind=kind, value=value, defaults={"reason": reason, "owner": owner})
    day = dt.datetime.now(tz=dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=4)
    window = {"starts_at": day + dt.timedelta(hours=10, minutes=30), "ends_at": day + dt.timedelta(hours=12)}
    touches = {"hosts": ["bastion-1"], "users": ["akovac"], "owner": "Platform team", "title": "Updates of the bastion"}
    ChangeWindow.objects.get_or_create(team=team, reference="CHG-1042", defaults=window | touches)


def _lists() -> None:
    """Two small intelligence lists of our own, over documentation addresses only."""
    folder: Path = settings.INTEL_DIR
    folder.mkdir(parents=True, exist_ok=True)
    blocked = folder / "demo-blocklist.txt"
    if not blocked.exists():
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        blocked.write_text(
            f"# Demo block list, {today}: addresses that guessed at many of us\n" + "\n".join(SPRAYERS) + "\n"
        )
    scanners = folder / "demo-scanners.json"
    if not scanners.exists():
        listing = {
            "name": "Demo research scanners",
            "type": "cidr",
            "version": 1,
            "description": "Addresses of a survey that announces itself",
            "matching_attributes": ["ip-src", "ip-dst"],
            "list": [f"{SCANNER}/32"],
        }
        scanners.write_text(json.dumps(listing, indent=1) + "\n")
