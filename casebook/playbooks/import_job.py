"""An import somebody uploaded: asked for, done by a worker, and asked for again once a dry run has shown it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from casebook.actor import Actor, Automation
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.jobs import asking
from casebook.jobs.running import Cancelled, Progress, running
from casebook.models import Job, Team
from casebook.playbooks import import_kept
from casebook.playbooks.archive import inside
from casebook.playbooks.found import AT_MOST, Budget, Found
from casebook.playbooks.import_report import ImportReport
from casebook.playbooks.importer import Import, budget
from casebook.playbooks.parse.text import shown
from casebook.playbooks.shelf import Into
from casebook.playbooks.types import CardError
from casebook.work.lease import Lease

KIND = "playbooks.import"
_LIBRARY = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an import job was asked: ``uploads`` are (name, stored path), ``team`` a slug, empty for all teams."""

    uploads: tuple[tuple[str, str], ...]
    library: str
    team: str
    dry_run: bool

    @classmethod
    def of(cls, job: Job) -> Asked:
        asked = job.asked
        uploads = tuple((name, path) for name, path in asked["uploads"])
        return cls(uploads, asked["library"], asked["team"], asked["dry_run"])

    @property
    def what(self) -> str:
        """``3 files``, or the name of the one."""
        return self.uploads[0][0] if len(self.uploads) == 1 else f"{len(self.uploads)} files"

    def to_json(self) -> dict[str, Any]:
        return {"uploads": self.uploads, "library": self.library, "team": self.team, "dry_run": self.dry_run}


def ask_import(
    *, actor: Actor, files: Sequence[UploadedFile], library: str = "", team: str = "", dry_run: bool = False
) -> Job:
    """Keep the files and have them imported. Archives are looked through before anything is kept.

    Raises Invalid for a file that is empty or a broken archive, TooLarge over a cap, NotAllowed.
    """
    library = library.strip() or "local"
    if not _LIBRARY.fullmatch(library):
        raise Invalid(
            "That is no name for a library.", errors={"library": ["small letters, digits, dashes; at most 50"]}
        )
    team_id = _team_id(actor, team)
    if not files:
        raise Invalid("Send a file.", errors={"file": ["a card, or a zip or tar of cards"]})
    _look_through(files)
    asked = Asked(tuple(_kept(file) for file in files), library, team, dry_run)
    return _ask(actor, asked, team_id)


def go_ahead(*, actor: Actor, job_id: int) -> Job:
    """Import what a dry run of one's own has shown. Raises WrongState for another kind of job, and where what was
    uploaded is no longer kept."""
    asked = Asked.of(fetch(actor, job_id))
    if not asked.dry_run:
        raise WrongState("This import was no dry run: it is done already.")
    if not still_kept(asked):
        raise WrongState("What was uploaded is not kept any more: upload it again.")
    return _ask(actor, Asked(asked.uploads, asked.library, asked.team, False), _team_id(actor, asked.team))


def still_kept(asked: Asked) -> bool:
    """Whether all that was uploaded is there: it goes some days after the import ended."""
    return all(import_kept.is_kept(path) for _, path in asked.uploads)


def fetch(actor: Actor, job_id: int) -> Job:
    """An import of the actor's own. Raises NotFound."""
    job = asking.fetch(actor, job_id)
    if job.kind != KIND:
        raise NotFound("There is no such import of yours.")
    return job


def latest(actor: Actor, most: int) -> list[Job]:
    """The actor's own imports, the newest first, without their reports."""
    if actor.person_id is None:
        return []
    return list(Job.objects.filter(kind=KIND, person_id=actor.person_id).defer("result")[:most])


def run(lease: Lease) -> None:
    """The worker's part. An attempt that follows a broken one goes on where the report ends."""
    with running(lease) as progress, ExitStack() as opened:
        job = progress.job
        asked = Asked.of(job)
        actor = Automation(name=job.asked_by, team_id=job.team_id, person_id=job.person_id)
        files = _files(asked, budget(), opened)
        _Run(progress, actor, asked, files).go()


class _Run:
    """One attempt, and what it tells. Of a dry run, whose report lists every step, only the totals grow."""

    def __init__(self, progress: Progress, actor: Actor, asked: Asked, files: Sequence[Found]) -> None:
        self._progress, self._asked, self._files = progress, asked, files
        self._import = Import(
            actor,
            Into(asked.library, progress.job.team_id),
            dry_run=asked.dry_run,
            report=ImportReport() if asked.dry_run else ImportReport.from_json(progress.job.result),
            stored=self._stored,
            went_on=lambda done: progress.listen(),
        )

    def go(self) -> None:
        self._progress.advance(len(self._import.report.files), len(self._files))
        try:
            self._import.run(self._files)
        except Cancelled:
            self._close()
            raise
        self._close()

    def _close(self) -> None:
        """The report as it stays. Of a dry run the row has the lines, a file beside it the steps of each."""
        job, report = self._progress.job, self._import.report
        job.result = report.counted().to_json()
        if self._asked.dry_run and report.files:
            job.report = import_kept.keep_report(report)

    def _stored(self) -> None:
        job, report = self._progress.job, self._import.report
        job.done = len(report.files)
        job.result = report.totals() if self._asked.dry_run else report.to_json()
        self._progress.write()


def _ask(actor: Actor, asked: Asked, team_id: int | None) -> Job:
    verb = "a look at" if asked.dry_run else "the import of"
    what = f"{verb} {asked.what} into library {asked.library}"
    upload = asked.uploads[0][1]
    return asking.ask(actor=actor, kind=KIND, asked=asked.to_json(), team_id=team_id, upload=upload, what=what)


def _team_id(actor: Actor, slug: str) -> int | None:
    """Of the team the playbooks are for; none is for all teams. Raises NotAllowed, Invalid."""
    if not actor.may("playbook.write"):
        raise NotAllowed("Your role does not import playbooks.")
    if not slug:
        return None
    team = Team.objects.filter(slug=slug, pk__in=actor.teams("playbook.write")).first()
    if team is None:
        raise Invalid(
            "Choose one of your teams, or none.", errors={"team": [f"no team of yours is called {slug[:80]}"]}
        )
    return team.pk


def _look_through(files: Sequence[UploadedFile]) -> None:
    shared = budget()
    for file in files:
        name = _name(file)
        if not file.size:
            raise Invalid(f"{name} is empty.", errors={"file": [f"{name} is empty"]})
        try:
            packed = inside(name, file, shared, look_only=True)  # type: ignore[arg-type]
        except CardError as error:
            raise Invalid(f"{name}: {error.reason}.", errors={"file": [error.reason]}) from error
        if packed is None:
            shared.count()


def _kept(file: UploadedFile) -> tuple[str, str]:
    file.seek(0)
    return _name(file), import_kept.keep_upload(file.chunks())


def _name(file: UploadedFile) -> str:
    return shown(file.name or "")[:200] or "unnamed"


def _files(asked: Asked, limit: Budget, opened: ExitStack) -> list[Found]:
    """What was uploaded, file by file; those of an archive carry its name only where there are several."""
    found: list[Found] = []
    for name, path in asked.uploads:
        file = opened.enter_context(import_kept.open_kept(path))
        prefix = f"{name}/" if len(asked.uploads) > 1 else ""
        packed = inside(name, file, limit, prefix=prefix)
        found += [_single(name, path)] if packed is None else packed
    return sorted(found, key=lambda one: one.path)


def _single(name: str, path: str) -> Found:
    def read() -> bytes:
        with import_kept.open_kept(path) as file:
            return file.read(AT_MOST)

    return Found(name, read)
