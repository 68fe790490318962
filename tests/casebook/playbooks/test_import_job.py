"""An upload becomes a job: kept, done by a worker, told of file by file, and whole whatever happens to the worker."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actors import PersonActor
from casebook import originals
from casebook.errors import Invalid, NotAllowed, NotFound, TooLarge, WrongState
from casebook.jobs import asking
from casebook.jobs.running import Progress
from casebook.models import Job, Journal, Playbook, PlaybookVersion, Team, Work
from casebook.playbooks import import_job, import_kept, importer
from casebook.playbooks.import_job import Asked
from casebook.work.drain import drain
from casebook.work.lease import Lease, LostLease, take_next
from tests.casebook.playbooks.importing import card, tar_of, zip_of

THREE = {"a.md": card("T9110"), "b/b.md": card("T9111"), "README.md": "hello"}


@pytest.fixture(autouse=True)
def originals_elsewhere(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "originals"
    return tmp_path / "originals"


def ask(actor: PersonActor, *files: tuple[str, bytes], **how: object) -> Job:
    uploads = [SimpleUploadedFile(name, body) for name, body in files]
    return import_job.ask_import(actor=actor, files=uploads, **({"library": "test"} | how))  # type: ignore[arg-type]


def done(job: Job) -> Job:
    drain("jobs")
    return Job.objects.get(pk=job.pk)


def lines(job: Job) -> list[tuple[str, str]]:
    return [(line["path"], line["outcome"]) for line in job.result["files"]]


def test_an_archive_is_imported_by_a_worker_for_who_asked(pia: PersonActor) -> None:
    job = done(ask(pia, ("pack.zip", zip_of(THREE))))
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert lines(job) == [("README.md", "skipped"), ("a.md", "imported"), ("b/b.md", "imported")]
    assert {name: job.result[name] for name in ("imported", "unchanged", "skipped", "refused")} == {
        "imported": 2, "unchanged": 0, "skipped": 1, "refused": 0,
    }  # fmt: skip
    version = PlaybookVersion.objects.get(playbook__slug="T9110")
    assert (version.created_by, version.published_by) == ("pia", "pia")
    entry = Journal.objects.filter(verb="playbook.imported").latest("id")
    assert (entry.actor_name, entry.person_id, entry.actor_kind) == ("pia", pia.person_id, "worker")
    assert Journal.objects.get(verb="job.asked").payload == {"what": "the import of pack.zip into library test"}


def test_several_files_are_one_import_and_archives_among_them_are_opened(pia: PersonActor) -> None:
    files = [("c.md", card("T9112").encode()), ("pack.tar.gz", tar_of(THREE, "gz")), ("x.zip", zip_of({"d.md": "no"}))]
    job = done(ask(pia, *files))
    assert lines(job) == [
        ("c.md", "imported"),
        ("pack.tar.gz/README.md", "skipped"),
        ("pack.tar.gz/a.md", "imported"),
        ("pack.tar.gz/b/b.md", "imported"),
        ("x.zip/d.md", "skipped"),
    ]


def test_what_was_uploaded_is_kept_under_no_name_of_the_senders(pia: PersonActor, originals_elsewhere: Path) -> None:
    job = ask(pia, ("../../etc/cron.d/x\u202e.md", card("T9110").encode()))
    asked = Asked.of(job)
    assert asked.what == "x[U+202E].md"
    kept = originals.full_path(asked.uploads[0][1])
    assert originals_elsewhere / "imports" in kept.parents
    assert kept.read_text() == card("T9110")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "pack is empty"),
        (zip_of(THREE)[:200], "a truncated zip: its directory, which stands at the end, is missing"),
        (zip_of({}), "there is no file in this archive"),
        (tar_of(THREE, "gz")[:200], "a damaged or truncated tar: "),
    ],
)
def test_a_broken_archive_is_refused_at_the_door_and_nothing_kept(
    pia: PersonActor, originals_elsewhere: Path, body: bytes, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(pia, ("pack", body))
    assert refused.value.errors["file"][0].startswith(reason)
    assert not Job.objects.exists()
    assert not originals_elsewhere.exists()


def test_caps_are_refused_at_the_door(pia: PersonActor, settings: Any, originals_elsewhere: Path) -> None:
    settings.CAPS = settings.CAPS | {"import_files": 2}
    with pytest.raises(TooLarge, match="An import takes 2 files at most"):
        ask(pia, ("pack.zip", zip_of(THREE)))
    with pytest.raises(TooLarge, match="2 files at most"):
        ask(pia, *((f"{n}.md", b"x") for n in range(3)))
    settings.CAPS = settings.CAPS | {"import_files": 5, "import_unpacked": 100}
    with pytest.raises(TooLarge, match="An import takes 100 bytes unpacked at most"):
        ask(pia, ("pack.tar.xz", tar_of(THREE, "xz")))
    assert not Job.objects.exists()
    assert not originals_elsewhere.exists()


def test_who_may_import_and_where(pia: PersonActor, lina: PersonActor) -> None:
    body = ("a.md", card("T9110").encode())
    with pytest.raises(NotAllowed):
        ask(lina, body)
    with pytest.raises(Invalid, match="one of your teams"):
        ask(pia, body, team="green")
    for library in ("../x", "A B", "-x", "y" * 51):
        with pytest.raises(Invalid, match="no name for a library"):
            ask(pia, body, library=library)
    job = done(ask(pia, body, team="blue"))
    assert job.team == Team.objects.get(slug="blue")
    assert Playbook.objects.get(slug="T9110").team == job.team


# --- dry run ----------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_every_step_and_the_same_upload_is_imported_afterwards(pia: PersonActor) -> None:
    looked = done(ask(pia, ("pack.zip", zip_of(THREE)), dry_run=True))
    assert lines(looked) == [("README.md", "skipped"), ("a.md", "imported"), ("b/b.md", "imported")]
    assert looked.result["files"][1]["steps"]["question"] == 2
    steps = import_kept.steps_of_file(looked.report, 1)
    assert steps[0]["text"] == "Lock journal of the harbour gates"
    assert len(steps) == sum(looked.result["files"][1]["steps"].values())
    for number in (0, 3):
        with pytest.raises(NotFound, match="lists no steps"):
            import_kept.steps_of_file(looked.report, number)
    assert not Playbook.objects.filter(library="test").exists()

    job = done(import_job.go_ahead(actor=pia, job_id=looked.pk))
    assert lines(job) == lines(looked)
    assert Playbook.objects.filter(library="test").count() == 2
    with pytest.raises(WrongState, match="no dry run"):
        import_job.go_ahead(actor=pia, job_id=job.pk)


def test_an_import_is_nobody_elses_and_no_other_kind_of_job(pia: PersonActor, lea: PersonActor) -> None:
    job = ask(pia, ("a.md", card("T9110").encode()), dry_run=True)
    with pytest.raises(NotFound):
        import_job.go_ahead(actor=lea, job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(kind="replay")
    with pytest.raises(NotFound):
        import_job.fetch(pia, job.pk)


# --- what may happen to a worker --------------------------------------------------------------------------------


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each card a handful of its own."""
    monkeypatch.setattr(importer, "LOCKED_S", 0)


def taken(job: Job) -> Lease:
    Work.objects.filter(subject=f"job:{job.pk}").update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    lease = take_next("jobs")
    assert lease is not None
    return lease


def test_after_a_worker_died_the_next_goes_on_and_the_report_is_of_both(
    pia: PersonActor, one_by_one: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(pia, ("pack.zip", zip_of(THREE | {"z.md": card("T9110", name="Another")})))
    listen = Progress.listen

    def die(progress: Progress) -> None:
        if progress.job.done == 2:
            raise SystemExit
        listen(progress)

    monkeypatch.setattr(Progress, "listen", die)
    with pytest.raises(SystemExit):
        import_job.run(taken(job))
    monkeypatch.setattr(Progress, "listen", listen)
    half = Job.objects.get(pk=job.pk)
    assert (half.state, half.done) == ("running", 2)
    assert lines(half) == [("README.md", "skipped"), ("a.md", "imported")]

    import_job.run(taken(job))
    whole = Job.objects.get(pk=job.pk)
    assert whole.state == "done"
    assert lines(whole) == [
        ("README.md", "skipped"), ("a.md", "imported"), ("b/b.md", "imported"), ("z.md", "refused"),
    ]  # fmt: skip
    assert "is the card of a.md already" in whole.result["files"][3]["refused"]
    assert PlaybookVersion.objects.filter(playbook__library="test").count() == 2


def test_who_lost_the_lease_imports_nothing_more(pia: PersonActor, one_by_one: None) -> None:
    job = ask(pia, ("pack.zip", zip_of(THREE)))
    slow = taken(job)
    taken(job)
    with pytest.raises(LostLease):
        import_job.run(slow)
    assert not Playbook.objects.filter(library="test").exists()


def test_a_cancelled_import_says_what_it_did_and_leaves_whole_cards(
    pia: PersonActor, one_by_one: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(pia, ("pack.zip", zip_of(THREE)))
    write = Progress.write

    def write_and_cancel(progress: Progress) -> None:
        write(progress)
        if progress.job.done == 2:
            asking.cancel(actor=pia, job_id=job.pk)

    monkeypatch.setattr(Progress, "write", write_and_cancel)
    import_job.run(taken(job))
    stopped = Job.objects.get(pk=job.pk)
    assert (stopped.state, stopped.done, stopped.total) == ("cancelled", 2, 3)
    assert lines(stopped) == [("README.md", "skipped"), ("a.md", "imported")]
    assert list(Playbook.objects.filter(library="test").values_list("slug", flat=True)) == ["T9110"]


def test_an_upload_that_is_gone_is_said_once_and_not_tried_again(pia: PersonActor) -> None:
    job = ask(pia, ("a.md", card("T9110").encode()))
    originals.full_path(job.upload).unlink()
    failed = done(job)
    assert (failed.state, failed.error) == ("failed", "What was uploaded is not there any more: upload it again.")
    assert Work.objects.get(subject=f"job:{job.pk}").attempt == 1


def test_a_zip_that_lies_about_a_file_costs_only_that_file(pia: PersonActor) -> None:
    body = bytearray(zip_of({"a.md": card("T9110"), "b.md": card("T9111")}, zipfile.ZIP_STORED))
    body[60] ^= 1
    job = done(ask(pia, ("pack.zip", bytes(body))))
    first, second = job.result["files"]
    assert first["refused"] == "a.md:1: cannot be unpacked: Bad CRC-32 for file 'a.md'"
    assert second["outcome"] == "imported"
