"""Coverage over REST, and the counting behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.epoch import config_epoch
from casebook.models import Alert, Case, Playbook, PlaybookVersion, Team
from casebook.playbooks.table import MEMORY
from casebook.reports import coverage_volume
from casebook.reports.coverage import coverage

Open = Callable[..., Case]
pytestmark = pytest.mark.django_db
URL = "/api/v1/coverage/"


def own_playbook(slug: str, team: Team | None, technique: str, **more: Any) -> None:
    """A published playbook of a technique, with two questions of which one can be answered by a detector here.

    Matching reads its table first: it must not learn of a playbook that goes with this test's transaction.
    """
    MEMORY.table(0, config_epoch())
    playbook = Playbook.objects.create(team=team, base_slug=slug, slug=slug)
    digest = {"steps": 3, "questions": [["D01"], []], "criteria": 1, "executable": 0}
    fields = {"digest": digest, "published_at": timezone.now(), "source_format": "yaml", "card": "", "sha256": slug}
    PlaybookVersion.objects.create(
        **{"playbook": playbook, "number": 1, "state": "published", "name": slug.title(), "technique": technique}
        | fields
        | more
    )


def _of(answer: Any, technique: str) -> dict[str, Any]:
    told: dict[str, Any] = next(one for one in answer.json()["techniques"] if one["technique"] == technique)
    return told


def test_the_whole_matrix_with_what_serves_each(api: Callable[[str], Client], open_case: Open, blue: Team) -> None:
    own_playbook("signal", blue, "T1205")
    open_case(techniques=["T1205.001"])
    open_case(techniques=["T1205.001", "T1205"])
    answer = api("pia").get(URL)
    assert answer.status_code == 200
    told = answer.json()
    assert len(told["techniques"]) == 691
    assert "royalty-free" in told["attack"]["notice"]
    assert told["tactics"][0]["shortname"] == "reconnaissance"
    sub = _of(answer, "T1205.001")
    assert (sub["through"], sub["alerts"], sub["parent"]) == ("parent", 2, "T1205")
    above = _of(answer, "T1205")
    assert (above["through"], above["alerts"], above["alerts_with_subs"]) == ("exact", 1, 2)
    book = above["playbooks"][0]
    assert (book["slug"], book["questions"], book["automated"], book["criteria"]) == ("signal", 2, 1, 1)
    assert (above["automated_share"], above["executable"], above["review_overdue"]) == (0.5, 0, False)
    ours = _of(answer, "T1589")
    assert ours["through"] == "exact"
    assert ours["automated_share"] > 0
    assert ours["executable"] > 0


def test_what_alerts_name_and_nothing_covers(api: Callable[[str], Client], open_case: Open) -> None:
    open_case(techniques=["T1200"])
    open_case(techniques=["T1200", "T1086"])
    open_case(techniques=[])
    told = api("pia").get(URL).json()
    assert [one for one in told["uncovered"] if one in ("T1200", "T1086")] == ["T1200", "T1086"]
    assert told["untagged_alerts"] == 1
    assert [(one["technique"], one["renamed_to"], one["alerts"]) for one in told["outside"]] == [
        ("T1086", "T1059.001", 1)
    ]


def test_alerts_of_another_team_are_not_counted(api: Callable[[str], Client], open_case: Open) -> None:
    open_case(source="green-siem", techniques=["T1200"])
    assert _of(api("pia").get(URL), "T1200")["alerts"] == 0
    assert _of(api("otto").get(URL), "T1200")["alerts"] == 1


def test_a_playbook_of_another_team_does_not_cover(api: Callable[[str], Client], green: Team) -> None:
    own_playbook("theirs", green, "T1200")
    assert _of(api("pia").get(URL), "T1200")["through"] is None
    assert _of(api("otto").get(URL), "T1200")["playbooks"][0]["team"] == green.name


def test_alerts_older_than_ninety_days_are_not_counted(open_case: Open, pia: PersonActor) -> None:
    open_case(techniques=["T1200"])
    old = open_case(techniques=["T1200"], rule={"id": "another"})
    Alert.objects.filter(case=old).update(received_at=timezone.now() - timedelta(days=90, minutes=1))
    assert coverage(pia).cells["T1200"].alerts == 1


def test_the_layer_is_a_download(api: Callable[[str], Client]) -> None:
    answer = api("pia").get(URL, {"format": "navigator", "by": "automation"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="casebook-coverage-automation-')
    assert answer.json()["versions"]["layer"] == "4.5"


@pytest.mark.parametrize(
    ("asked", "field"), [({"format": "xml"}, "format"), ({"by": "colour"}, "by"), ({"tactic": "impact"}, "tactic")]
)
def test_what_it_does_not_know_is_refused(api: Callable[[str], Client], asked: dict[str, str], field: str) -> None:
    answer = api("pia").get(URL, asked)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_a_source_may_not_look(source_token: str) -> None:
    answer = Client(headers={"authorization": f"Bearer {source_token}"}).get(URL)
    assert answer.status_code == 403


def test_more_alerts_and_playbooks_ask_no_more_queries(
    api: Callable[[str], Client], open_case: Open, blue: Team
) -> None:
    client = api("pia")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for number in range(4):
        open_case(techniques=[f"T120{number}"])
        own_playbook(f"more-{number}", blue, f"T120{number}")
    asked()
    assert asked() == few <= 8


def test_a_slow_count_is_kept_a_while_and_a_quick_one_is_not(open_case: Open, blue: Team) -> None:
    teams, now = frozenset({blue.pk}), timezone.now()
    quick, slow = coverage_volume.Memory(slow_s=60), coverage_volume.Memory(slow_s=0)
    for memory in (quick, slow):
        assert memory.count(teams, now).volume.techniques.get("T1200") is None
    open_case(techniques=["T1200"])
    assert quick.count(teams, timezone.now()).volume.techniques["T1200"] == 1
    kept = slow.count(teams, timezone.now())
    assert (kept.at, kept.volume.techniques.get("T1200")) == (now, None)
    later = timezone.now() + coverage_volume.KEEP
    assert slow.count(teams, later).volume.techniques["T1200"] == 1
