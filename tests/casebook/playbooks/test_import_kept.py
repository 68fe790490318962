"""What imports keep on disk goes once no import needs it, and not before; a page says that it is gone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.actors import PersonActor
from casebook import originals
from casebook.errors import NotFound, WrongState
from casebook.models import Job, Tick
from casebook.playbooks import import_job, import_kept
from casebook.playbooks.import_report import FileReport, ImportReport
from casebook.work.drain import drain
from tests.casebook.playbooks.importing import card, zip_of

DAY = 86_400


@pytest.fixture(autouse=True)
def originals_elsewhere(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_DIR = tmp_path
    return tmp_path


def look(actor: PersonActor, text: str = card("T9110")) -> Job:
    """A dry run that has ended."""
    upload = SimpleUploadedFile("pack.zip", zip_of({"a.md": text}))
    job = import_job.ask_import(actor=actor, files=[upload], library="test", dry_run=True)
    drain("jobs")
    job.refresh_from_db()
    assert job.report
    return job


def days_pass(days: int) -> None:
    """For every import and every file there is."""
    for job in Job.objects.exclude(finished_at=None):
        Job.objects.filter(pk=job.pk).update(finished_at=job.finished_at - timezone.timedelta(days=days))
    for file in files():
        os.utime(file, times=(file.stat().st_mtime - days * DAY,) * 2)
    Tick.objects.filter(name="imports").delete()


def files() -> list[Path]:
    return [one for one in (Path(settings.EVIDENCE_DIR) / "imports").rglob("*") if one.is_file()]


def test_an_upload_and_a_report_go_some_days_after_the_import_ended(pia: PersonActor) -> None:
    job = look(pia)
    assert len(files()) == 2
    days_pass(settings.IMPORTS_KEPT_DAYS - 1)
    assert import_kept.tidy() == 0
    days_pass(2)
    assert import_kept.tidy() == 2
    assert not files()
    job.refresh_from_db()
    assert job.report == ""
    assert job.result["files"][0]["steps"]["question"] == 2  # what came of each file stays


def test_it_is_done_once_an_hour(pia: PersonActor) -> None:
    look(pia)
    assert import_kept.tidy() == 0
    for file in files():
        os.utime(file, times=(0, 0))
    Job.objects.update(finished_at=timezone.now() - timezone.timedelta(days=99))
    assert import_kept.tidy() == 0
    Tick.objects.filter(name="imports").delete()
    assert import_kept.tidy() == 2


def test_what_a_later_or_a_waiting_import_needs_stays(pia: PersonActor) -> None:
    looked = look(pia)
    days_pass(99)
    waiting = import_job.go_ahead(actor=pia, job_id=looked.pk)
    assert import_kept.tidy() == 1  # the report of the look; the upload is to be imported yet
    assert [str(one.relative_to(settings.EVIDENCE_DIR)) for one in files()] == [waiting.upload]
    drain("jobs")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.result["imported"]) == ("done", 1)


def test_what_a_broken_upload_left_goes_too(pia: PersonActor) -> None:
    folder = originals.full_path("imports")
    folder.mkdir()
    (folder / ".0123.part").write_bytes(b"half")
    assert import_kept.tidy() == 0
    days_pass(99)
    assert import_kept.tidy() == 1


def test_evidence_is_not_touched(db: None, originals_elsewhere: Path) -> None:
    stored = originals.keep([b"log"], folder_name="7", cap=99)
    os.utime(originals.full_path(stored.path), times=(0, 0))
    assert import_kept.tidy() == 0
    assert originals.full_path(stored.path).exists()


def test_what_is_gone_is_said_to_be(
    pia: PersonActor, page: Callable[[str], Client], api: Callable[[str], Client]
) -> None:
    job = look(pia)
    address = f"/playbooks/import/{job.pk}/"
    assert "Import 1 card" in page("pia").get(address).content.decode()
    days_pass(99)
    import_kept.tidy()
    said = page("pia").get(address).content.decode()
    assert "What was uploaded is not kept any more." in said
    assert "Its steps" not in said
    assert page("pia").get(f"{address}files/0/").status_code == 404
    assert page("pia").post(f"{address}go/").status_code == 409
    with pytest.raises(WrongState, match="upload it again"):
        import_job.go_ahead(actor=pia, job_id=job.pk)
    told = api("pia").get(f"/api/v1/jobs/{job.pk}/report/").json()
    assert told["files"][0]["steps"]["question"] == 2


def test_a_row_may_outlive_its_file_for_a_moment(pia: PersonActor, api: Callable[[str], Client]) -> None:
    job = look(pia)
    originals.full_path(job.report).unlink()
    assert api("pia").get(f"/api/v1/jobs/{job.pk}/report/").status_code == 404
    with pytest.raises(NotFound, match="lists no steps"):
        import_kept.steps_of_file(job.report, 0)


def test_a_report_reads_as_it_was_and_a_file_of_it_alone(originals_elsewhere: Path) -> None:
    steps = [{"section": "question", "text": "line\nbreak \u2028 “quoted”, {"}]
    report = ImportReport([FileReport("a"), FileReport("b", steps=steps), FileReport("c", steps=[])])
    path = import_kept.keep_report(report)
    assert json.loads(b"".join(import_kept.report_chunks(path))) == report.to_json()
    assert import_kept.steps_of_file(path, 1) == steps
    assert import_kept.steps_of_file(path, 2) == []
    assert import_kept.keep_report(report) == path
    assert json.loads(b"".join(import_kept.report_chunks(import_kept.keep_report(ImportReport())))) == {
        "imported": 0, "unchanged": 0, "skipped": 0, "refused": 0, "files": [],
    }  # fmt: skip


def test_a_large_look_leaves_a_small_row(pia: PersonActor, api: Callable[[str], Client]) -> None:
    pack = zip_of({f"{number}.md": card(f"T{9000 + number}") for number in range(60)})
    job = import_job.ask_import(actor=pia, files=[SimpleUploadedFile("p.zip", pack)], library="test", dry_run=True)
    drain("jobs")
    answer = api("pia").get(f"/api/v1/jobs/{job.pk}/")
    assert answer.json()["result"] == {"imported": 60, "unchanged": 0, "skipped": 0, "refused": 0}
    assert len(answer.content) < 400
    job.refresh_from_db()
    whole = sum(map(len, import_kept.report_chunks(job.report)))
    assert len(json.dumps(job.result)) < whole / 10
