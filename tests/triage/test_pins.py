"""A record on the timeline of its case: once, with its own time, under the case's rights, and off again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casebook.cases import evidence as attaching
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import Case, Evidence, Journal
from tests.triage.conftest import said, tell
from triage import decisions, pins
from triage.detectors.protocol import EvidenceRow
from triage.models import Pin

pytestmark = pytest.mark.django_db
LINES = ["Mar 30 16:01:00 web-1 sshd[1]: Failed password for m from 203.0.113.7 port 22 ssh2", "=cmd|' /C calc'!A0"]


@pytest.fixture
def log(case: Case, lina: Any, tmp_path: Path, settings: Any) -> Evidence:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"
    content = "".join(f"{line}\n" for line in LINES).encode()
    found = attaching.attach(actor=lina, ref=case.ref, name="auth.log", chunks=[content])
    event = {"@timestamp": "2026-03-30T16:01:00Z", "user.name": "m", "event.outcome": "failure"}
    row = EvidenceRow(found.pk, "auth.log", 1, 0, len(LINES[0]), LINES[0], event)
    tell(case, said("D01", "yes", evidence=(row,)))
    return found


def verbs(case: Case) -> list[str]:
    found = Journal.objects.filter(case_id=case.pk, verb__contains="pinned").order_by("id")
    return list(found.values_list("verb", flat=True))


def test_what_a_finding_rests_on_is_pinned_with_its_own_time(log: Evidence, lina: Any) -> None:
    made = pins.pin(actor=lina, evidence_id=log.pk, line=1, note="the first")
    assert made.at is not None
    assert (made.at.isoformat(), made.text, made.offset, made.note) == (
        "2026-03-30T16:01:00+00:00", LINES[0], 0, "the first",
    )  # fmt: skip
    assert made.event["user.name"] == "m"
    entry = Journal.objects.get(verb="evidence.pinned")
    assert entry.payload["sha256"] == log.sha256
    assert entry.payload["where"] == "auth.log line 1"


def test_twice_is_once(log: Evidence, lina: Any, tomas: Any) -> None:
    first = pins.pin(actor=lina, evidence_id=log.pk, line=1)
    assert pins.pin(actor=tomas, evidence_id=log.pk, line=1).pk == first.pk
    assert verbs(log.case) == ["evidence.pinned"]


def test_a_line_nobody_read_as_an_event_has_no_time_of_its_own(log: Evidence, lina: Any) -> None:
    made = pins.pin(actor=lina, evidence_id=log.pk, line=2)
    assert (made.at, made.event, made.text) == (None, {}, LINES[1])


def test_off_again_and_the_journal_keeps_both(log: Evidence, lina: Any) -> None:
    made = pins.pin(actor=lina, evidence_id=log.pk, line=1)
    pins.unpin(actor=lina, pin_id=made.pk)
    assert not Pin.objects.exists()
    assert verbs(log.case) == ["evidence.pinned", "evidence.unpinned"]
    with pytest.raises(NotFound):
        pins.unpin(actor=lina, pin_id=made.pk)


@pytest.mark.parametrize(
    "asked",
    [{}, {"line": 1, "pointer": "/0"}, {"line": 0}, {"line": 99}, {"pointer": "/0"}, {"line": 1, "note": "x" * 501},
     {"pointer": "/" * 181}],
)  # fmt: skip
def test_what_is_not_there_is_not_pinned(asked: dict[str, Any], log: Evidence, lina: Any) -> None:
    with pytest.raises(Invalid):
        pins.pin(actor=lina, evidence_id=log.pk, **asked)


def test_others_may_not(log: Evidence, lina: Any, otto: Any, mara: Any) -> None:
    made = pins.pin(actor=lina, evidence_id=log.pk, line=1)
    with pytest.raises(NotFound):
        pins.pin(actor=otto, evidence_id=log.pk, line=1)
    with pytest.raises(NotFound):
        pins.unpin(actor=otto, pin_id=made.pk)
    with pytest.raises(NotAllowed):
        pins.pin(actor=mara, evidence_id=log.pk, line=2)


def test_after_closing_it_is_marked_so(log: Evidence, lea: Any) -> None:
    decisions.close(actor=lea, ref=log.case.ref, verdict="false_positive", reason="ours")
    pins.pin(actor=lea, evidence_id=log.pk, line=1)
    assert Journal.objects.get(verb="evidence.pinned").payload["after_close"] is True


def test_the_button_is_its_own_undo(log: Evidence, page: Any) -> None:
    client = page("lina")
    on = client.post(f"/evidence/{log.pk}/pins/", {"line": "1"}, headers={"HX-Request": "true"}).content.decode()
    made = Pin.objects.get()
    assert f'action="/pins/{made.pk}/off/"' in on
    assert 'aria-pressed="true"' in on
    back = client.post(f"/pins/{made.pk}/off/", {"next": f"/cases/{log.case.ref}/?step=1"})
    assert back.headers["Location"] == f"/cases/{log.case.ref}/?step=1"
    assert (
        client.post(f"/evidence/{log.pk}/pins/", {"line": "2", "next": "https://evil.example/"})
        .headers["Location"]
        .startswith("/cases/")
    )


def test_over_the_api(log: Evidence, api: Any) -> None:
    lina = api("lina")
    sent = lina.post(f"/api/v1/evidence/{log.pk}/pins/", {"line": 1}, content_type="application/json")
    assert sent.status_code == 201
    [listed] = lina.get(f"/api/v1/cases/{log.case.ref}/pins/").json()["results"]
    assert listed == sent.json()
    assert lina.delete(f"/api/v1/pins/{listed['id']}/").status_code == 204
    assert lina.get(f"/api/v1/cases/{log.case.ref}/pins/").json()["results"] == []


def test_a_pinned_record_stands_in_the_story_once(log: Evidence, lina: Any, page: Any) -> None:
    before = page("lina").get(f"/cases/{log.case.ref}/timeline/").context["page"]
    pins.pin(actor=lina, evidence_id=log.pk, line=1)
    after = page("lina").get(f"/cases/{log.case.ref}/timeline/").context["page"]
    texts = [
        [one.entry.where for _, told in shown.days for one in told].count("auth.log 1") for shown in (before, after)
    ]
    assert texts == [1, 1]
    assert any(one.entry.pin for _, told in after.days for one in told)
