"""The stage: a migrated database served as the app role, and a cast of characters in two teams.

``db`` tests run in a transaction that is rolled back. Modules that need data other processes can see ask for
``committed``: a database of their own.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.actors import PersonActor
from accounts.demo import ensure_people
from accounts.models import Person
from accounts.tokens import issue
from casebook.actor import Automation
from casebook.epoch import config_epoch
from casebook.intake import contract_limit, silences
from casebook.intake.envelope import read
from casebook.intake.prepare import prepare
from casebook.intake.receive import receive
from casebook.intake.sender import Sender, sender_of
from casebook.models import Case, Source, Team
from casebook.playbooks.importer import import_files
from casebook.playbooks.table import MEMORY
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a-long-test-password"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """The template: migrated as owner, with the cast and our cards, entered as app."""
    with django_db_blocker.unblock():
        databases.make_template()
        ensure_people(PASSWORD)
        import_files(Automation(name="tests"), [ROOT / "cards"], library="casebook")
        for slug, team in (("siem", "blue"), ("green-siem", "green")):
            Source.objects.create(slug=slug, name=slug.upper(), team=Team.objects.get(slug=team))
        MEMORY.table(0, config_epoch())  # read now, not inside a transaction that is rolled back
    yield
    with django_db_blocker.unblock():
        from django.db import connection

        connection.close()
        databases.drop(databases.TEMPLATE)


@pytest.fixture(scope="module")
def committed(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the module's own, for what other processes must see. Yields its name."""
    name = "cb_" + re.sub(r"\W+", "_", request.module.__name__)[-40:] + f"_{os.getpid()}"
    with django_db_blocker.unblock(), databases.clone(name):
        yield name


def _actor(username: str) -> PersonActor:
    return PersonActor(Person.objects.get(username=username))


def _character(username: str) -> Callable[..., PersonActor]:
    @pytest.fixture(name=username)
    def character(request: pytest.FixtureRequest) -> PersonActor:
        if "committed" not in request.fixturenames:
            request.getfixturevalue("db")
        return _actor(username)

    return character


lina, tomas, tessa, lea = (_character(name) for name in ("lina", "tomas", "tessa", "lea"))
mara, pia, adam, aude, otto = (_character(name) for name in ("mara", "pia", "adam", "aude", "otto"))


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """A test's epoch is rolled back and met again by the next: what processes remember by it goes too."""
    yield
    silences.MEMORY.forget()
    contract_limit.forget()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> None:
    """Whichever database the test runs on."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")


@pytest.fixture
def blue(stage: None) -> Team:
    return Team.objects.get(slug="blue")


@pytest.fixture
def green(stage: None) -> Team:
    return Team.objects.get(slug="green")


@pytest.fixture
def source(stage: None) -> Source:
    return Source.objects.get(slug="siem")


@pytest.fixture
def sender(source: Source) -> Sender:
    return sender_of(source, config_epoch=config_epoch())


def alert_body(**changes: Any) -> dict[str, Any]:
    """A plain alert of the native format; ``changes`` replace its fields."""
    alert = {
        "external_id": f"a-{os.urandom(6).hex()}",
        "title": "Many failed logins",
        "severity": "high",
        "detected_at": "2026-03-30T16:02:00Z",
        "first_event_at": "2026-03-30T15:54:00Z",
        "rule": {"id": "r-9", "name": "ssh brute force"},
        "techniques": ["T1589"],
        "observables": [
            {"type": "ip", "value": "203.0.113.7", "role": "source"},
            {"type": "user", "value": "svc-backup", "role": "target"},
        ],
        "assets": [{"name": "web-1", "critical": False}],
    }
    return alert | changes


@pytest.fixture
def open_case(stage: None) -> Callable[..., Case]:
    """Open a case as a SIEM would: through intake. Keyword arguments change the alert; ``source`` chooses who sends."""

    def open_one(source: str = "siem", **changes: Any) -> Case:
        row = Source.objects.get(slug=source)
        body = json.dumps(alert_body(**changes)).encode()
        outcome = receive(sender_of(row, config_epoch=config_epoch()), [prepare(read(body), body, 0)])[0]
        return Case.objects.select_related("team", "owner", "playbook_version__playbook").get(pk=outcome.case)

    return open_one


@pytest.fixture
def case(open_case: Callable[..., Case]) -> Case:
    return open_case()


@pytest.fixture
def source_token(source: Source) -> str:
    return issue(source=source, scopes=["alerts"], days=1)


@pytest.fixture
def api(stage: None) -> Callable[[str], Client]:
    """``api("lina")``: a client with that person's bearer token; or a token, as it is."""

    def client_of(who: str) -> Client:
        person = Person.objects.filter(username=who).first()
        token = issue(person=person, scopes=["api"], days=1) if person else who
        return Client(headers={"Authorization": f"Bearer {token}"})

    return client_of


@pytest.fixture
def page(stage: None) -> Callable[[str], Client]:
    """``page("lina")``: a signed-in browser's client."""

    def client_of(who: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=who))
        return client

    return client_of


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of third-party samples, or a skip that says where it would be."""
    folder = Path(os.environ.get("CASEBOOK_SAMPLES", ROOT.parent / "shared" / "samples"))
    if not folder.is_dir():
        pytest.skip(f"no samples in {folder}: set CASEBOOK_SAMPLES to run against real logs")
    return folder
