"""What somebody asks of events is answered by the evidence worker: filtered, counted, drawn, exported with pointers."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from casebook import originals
from casebook.cases import evidence as attaching
from casebook.models import Case, Evidence
from casebook.models.work import Tick
from tests.triage.conftest import work_off
from triage import detector_inputs, event_views, pins
from triage.events.asking import Question
from triage.models import EventView

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"


def login(minute: int, user: str, source: str, said: str = "Failed") -> str:
    return f"Mar 30 16:{minute:02}:00 web-1 sshd[{minute}]: {said} password for {user} from {source} port 22 ssh2\n"


@pytest.fixture
def log(case: Case, lina: Any) -> Evidence:
    lines = [login(n, "mallory", "203.0.113.7") for n in range(40)]
    lines += [login(n, "ada", "198.51.100.9") for n in range(40, 58)] + [login(58, "ada", "198.51.100.9", "Accepted")]
    found = attaching.attach(actor=lina, ref=case.ref, name="auth.log", chunks=["".join(lines).encode()])
    work_off()
    found.refresh_from_db()
    assert found.state == "ready"
    return found


def look(log: Evidence, question: Question | None = None, what: str = EventView.What.EVENTS, **more: Any) -> EventView:
    asked = (question or Question()).to_json() | more
    made = event_views.ask(log.case, what, asked, evidence=log)
    work_off()
    made.refresh_from_db()
    assert made.state == EventView.State.READY, made.error
    return made


def test_a_whole_log(log: Evidence) -> None:
    said = look(log).answer
    assert (said["total"], said["records"], said["counted"], said["next"]) == (59, 59, 59, 50)
    assert len(said["rows"]) == 50
    assert sum(bar["count"] for bar in said["chart"]) == 59
    values = {one["field"]: one["values"] for one in said["values"]}
    assert values["user.name"] == [["mallory", 40], ["ada", 19]]
    assert values["event.outcome"] == [["failure", 58], ["success", 1]]
    first = said["rows"][0]
    raw = originals.full_path(log.path).read_bytes()
    piece = raw[first["evidence.offset"] : first["evidence.offset"] + first["evidence.length"]]
    assert piece.decode().rstrip() == login(0, "mallory", "203.0.113.7").rstrip()


def test_narrowed_paged_and_compared(log: Evidence) -> None:
    said = look(log, Question({"user.name": ("ada",)}, by="source.ip")).answer
    assert (said["total"], said["records"], said["next"]) == (59, 19, None)
    [only] = said["by"]["entities"]
    assert (only["value"], only["count"], sum(bar["count"] for bar in only["chart"])) == ("198.51.100.9", 19, 19)
    assert len(look(log, Question(after=50)).answer["rows"]) == 9
    both = look(log, Question({"user.name": ("ada",), "event.outcome": ("success",)})).answer
    assert both["records"] == 1
    nothing = look(log, Question({"url.path": ("/",)})).answer
    assert (nothing["records"], nothing["rows"], nothing["chart"], nothing["window"]) == (0, [], [], [None, None])


def test_the_window_is_half_open(log: Evidence) -> None:
    assert log.window_from
    whole = look(log, Question(since=log.window_from, until=log.window_to)).answer
    assert whole["records"] == 58  # the last record lies at the end, which is not in it


def test_the_same_question_is_answered_once(log: Evidence) -> None:
    first, again = look(log), look(log)
    assert first.pk == again.pk
    assert look(log, Question(after=50)).pk != first.pk


def test_events_are_a_cache(log: Evidence) -> None:
    detector_inputs.events_path(log.events_key).unlink()
    made = event_views.ask(log.case, EventView.What.EVENTS, Question().to_json(), evidence=log)
    with pytest.raises(event_views.RetryLater):
        work_off()
    log.refresh_from_db()
    assert log.state == "queued"
    assert made.state == EventView.State.WAITING


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_file_to_take_away_names_where_each_record_lies(log: Evidence, form: str) -> None:
    view = look(log, Question({"user.name": ("ada",)}), EventView.What.EXPORT, form=form)
    assert view.answer == {"records": 19, "held": 19}
    text = event_views.export_path(view).read_text()
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        place = {name: rows[0][name] for name in ("file", "sha256", "line", "pointer")}
    else:
        rows = [json.loads(line) for line in text.splitlines()]
        place = {name: str(rows[0]["evidence"][name] or "") for name in ("file", "sha256", "line", "pointer")}
        assert rows[-1]["event"]["event.outcome"] == "success"
    assert len(rows) == 19
    assert place == {"file": "auth.log", "sha256": log.sha256, "line": "41", "pointer": ""}


def test_who_had_to_do_with_whom(log: Evidence) -> None:
    made = event_views.ask(log.case, EventView.What.TIES, {"basis": []})
    work_off()
    made.refresh_from_db()
    assert made.state == EventView.State.READY, made.error
    told = {(one["source"], one["user"], one["outcome"]): one["count"] for one in made.answer["ties"]}
    assert told == {("203.0.113.7", "mallory", "failure"): 40}  # the case's own part of the log


def test_old_answers_go(log: Evidence) -> None:
    view = look(log, what=EventView.What.EXPORT, form="csv")
    Tick.objects.all().delete()
    assert event_views.tidy() == 0
    Tick.objects.all().delete()
    EventView.objects.update(made_at=Now() - timedelta(days=2))
    assert event_views.tidy() > 0
    assert not event_views.export_path(view).exists()


def test_an_alerts_own_events_are_looked_at_like_a_file(open_case: Any, lina: Any, page: Any) -> None:
    event = {"@timestamp": "2026-03-30T16:01:00Z", "event.category": "authentication", "event.outcome": "failure",
             "user.name": "root", "source.ip": "203.0.113.7"}  # fmt: skip
    case = open_case(events=[event, event | {"user.name": "ada"}])
    work_off()
    carried = Evidence.objects.get(case=case, kind=Evidence.Kind.INLINE)
    said = look(carried, Question({"user.name": ("ada",)})).answer
    assert (said["total"], said["records"]) == (2, 1)
    [row] = page("lina").get(f"/evidence/{carried.pk}/?user.name=ada").context["page"].rows
    assert (row.row.user, row.row.lines) == ("ada", f"/alerts/{carried.alert_id}/raw/")
    made = pins.pin(actor=lina, evidence_id=carried.pk, pointer=row.row.pointer)
    assert (made.event["user.name"], made.line) == ("ada", None)
