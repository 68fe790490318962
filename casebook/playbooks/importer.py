"""Cards into the library: a new playbook, a new version, or unchanged; each file alone, none costs the others.

Cards are parsed outside any transaction. They are then stored a handful at a time, for as long as nobody who waits for
the same lock would notice; each handful raises the configuration's epoch once, in its own transaction, so that a large
import does not make every process read its tables again for every card.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from casebook.actor import Actor
from casebook.epoch import one_at_a_time, raise_config_epoch
from casebook.journal.record import record
from casebook.models import Playbook, PlaybookVersion, Step
from casebook.playbooks import corrections
from casebook.playbooks.archive import kind_of
from casebook.playbooks.digest import digest_of
from casebook.playbooks.folder import files_under
from casebook.playbooks.found import Budget, Found
from casebook.playbooks.import_report import FileReport, ImportReport
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.rows import rows_of
from casebook.playbooks.settling import Settled, settled_steps
from casebook.playbooks.shelf import Into, Plan, Shelf
from casebook.playbooks.types import CardError, ParsedCard, ParsedStep, Skipped

PARSED_AT_ONCE = 25
LOCKED_S = 0.2
"""For how long others who change the configuration may have to wait for one handful."""

_UNSTORABLE = (DataError, IntegrityError)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, with its line of the report; ``card`` is None where there is nothing to store."""

    line: FileReport
    card: ParsedCard | None = None


def import_files(
    actor: Actor, paths: Iterable[Path], *, library: str = "local", team_id: int | None = None, dry_run: bool = False
) -> ImportReport:
    """Import every card under ``paths``: files, folders, archives. A broken card is refused with file, line and reason;
    the rest go in. Raises TooLarge before anything is stored."""
    with ExitStack() as opened:
        files = files_under(paths, budget(), opened)
        return Import(actor, Into(library, team_id), dry_run=dry_run).run(files)


def budget() -> Budget:
    """What one import may hold by the contract."""
    return Budget(settings.CAPS["import_files"], settings.CAPS["import_unpacked"])


class Import:
    """One import. ``report`` grows while it runs.

    ``stored`` is called inside the transaction of each handful, so that what it writes is true exactly if the cards are
    there; ``went_on`` after it, with how many files are done. Either may raise, which ends the import where it is.
    """

    def __init__(
        self,
        actor: Actor,
        into: Into,
        *,
        dry_run: bool = False,
        report: ImportReport | None = None,
        stored: Callable[[], None] = lambda: None,
        went_on: Callable[[int], None] = lambda done: None,
    ) -> None:
        self._actor, self._into, self._dry_run = actor, into, dry_run
        self._stored, self._went_on = stored, went_on
        self._firsts: dict[str, tuple[FileReport, str]] = {}
        self.report = report or ImportReport()

    def run(self, files: Sequence[Found]) -> ImportReport:
        """Bring the files, in this order. Those the report already tells of were brought by an earlier attempt."""
        told = len(self.report.files)
        for found in files[:told]:
            self._read(found)  # what they were called still counts
        left = iter(files[told:])
        while handful := [self._read(found) for found in islice(left, PARSED_AT_ONCE)]:
            pending = deque(handful)
            while pending:
                self._store_some(pending)
                self._went_on(len(self.report.files))
        return self.report

    def _read(self, found: Found) -> _Read:
        line = FileReport(found.path)
        if found.refused:
            line.refuse(f"{found.path}:1: {found.refused}")
            return _Read(line)
        try:
            body = found.read()
            card = parse_bytes(body, name=found.path)
        except CardError as error:
            line.refuse(str(error))
            return _Read(line)
        if isinstance(card, Skipped):
            line.skip("an archive inside an archive or folder is not opened" if kind_of(body) else card.reason)
            return _Read(line)
        line.technique, line.name, line.steps = card.technique, card.name, card.counts()
        return _Read(line, card) if self._is_first(card, line) else _Read(line)

    def _is_first(self, card: ParsedCard, line: FileReport) -> bool:
        """Two cards of one import that claim the same playbook: which was meant is for their owner to say."""
        first, sha256 = self._firsts.setdefault(card.slug, (line, card.sha256))
        if first is line:
            return True
        if sha256 == card.sha256:
            line.skip(f"the same card as {first.path}")
        else:
            way = "give one of them a slug of its own, in YAML, or bring it into another library"
            line.refuse(f"{line.path}:1: {card.slug} is the card of {first.path} already: {way}")
        return False

    def _store_some(self, pending: deque[_Read]) -> None:
        """Store from the left until the time for one handful is up; the report tells of them in the same order."""
        with transaction.atomic():
            if not self._dry_run:
                one_at_a_time()
            slugs = (read.card.slug for read in pending if read.card)
            shelf = Shelf.of(self._into, slugs, lock=not self._dry_run)
            until = time.monotonic() + LOCKED_S
            changed = False
            lines: list[FileReport] = []
            while pending and (not lines or time.monotonic() < until):
                read = pending.popleft()
                changed |= read.card is not None and self._bring(read.card, read.line, shelf)
                lines.append(read.line)
            if changed:
                raise_config_epoch()
            self.report.files += lines
            self._stored()

    def _bring(self, card: ParsedCard, line: FileReport, shelf: Shelf) -> bool:
        """Whether something was written."""
        plan = shelf.plan(card)
        line.playbook, line.note = plan.slug, plan.note or None
        if plan.refused:
            line.refuse(f"{line.path}:1: {plan.refused}")
            return False
        line.version = plan.number
        if plan.same is not None:
            line.outcome = "unchanged"
            if not self._dry_run:
                return False
        settled = settled_steps(card, plan)
        line.note = "; ".join(filter(None, (plan.note, *settled.notes))) or None
        if self._dry_run:
            line.steps = [step.to_json() for step in settled.steps]
            return False
        try:
            with transaction.atomic():
                self._write(card, plan, settled)
        except _UNSTORABLE as error:  # what no check of ours knew of: the other cards are not to suffer for it
            line.refuse(f"{line.path}:1: it cannot be stored: {str(error).splitlines()[0]}")
            return False
        return True

    def _write(self, card: ParsedCard, plan: Plan, settled: Settled) -> None:
        playbook = plan.playbook or Playbook.objects.create(
            library=self._into.library, base_slug=card.slug, slug=plan.slug, team_id=self._into.team_id
        )
        if plan.playbook is not None:
            corrections.unconfirm(playbook, settled.reworded)
        version = publish(playbook, card, settled.steps, plan, self._actor)
        payload = {"playbook": playbook.slug, "version": version.number, "sha256": card.sha256}
        record(self._actor, "playbook.imported", version, payload, team_id=playbook.team_id)


def publish(
    playbook: Playbook, card: ParsedCard, steps: Sequence[ParsedStep], plan: Plan, actor: Actor
) -> PlaybookVersion:
    """The version a plan numbers, published; the one before it is retired."""
    now = timezone.now()
    if plan.latest is not None:
        playbook.versions.filter(state=PlaybookVersion.State.PUBLISHED).update(
            state=PlaybookVersion.State.RETIRED, retired_by=actor.name, retired_at=now
        )
    version = PlaybookVersion.objects.create(
        playbook=playbook,
        number=plan.number,
        state=PlaybookVersion.State.DRAFT,  # until its steps are there: from then on the database keeps it as it is
        name=card.name,
        technique=card.technique or "",
        techniques=list(card.techniques),
        also_for=list(card.also_for),
        tactics=list(card.tactics),
        source_format=card.source_format,
        card=card.text,
        cells=card.cells,
        sha256=card.sha256,
        imported_sha256=card.sha256,
        digest=digest_of(steps),
        created_by=actor.name,
    )
    Step.objects.bulk_create(rows_of(version, steps))
    version.state, version.published_by, version.published_at = PlaybookVersion.State.PUBLISHED, actor.name, now
    version.save(update_fields=["state", "published_by", "published_at"])
    return version
