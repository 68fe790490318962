"""Cards into the library: a new playbook, a new version, or unchanged; each file alone, none costs the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from casebook.actor import Actor
from casebook.journal.record import record
from casebook.models import Playbook, PlaybookVersion, Step
from casebook.playbooks.diff import carry_keys
from casebook.playbooks.digest import digest_of
from casebook.playbooks.parse.read import parse_file
from casebook.playbooks.table import one_at_a_time, raise_config_epoch
from casebook.playbooks.types import CardError, ParsedCard, ParsedStep, Skipped


@dataclass
class FileReport:
    """One file's line of the report. ``note`` says what a reader should know of an import that went well."""

    path: str
    technique: str | None = None
    version: int | None = None
    steps: Any = field(default_factory=dict)
    skipped: str | None = None
    refused: str | None = None
    note: str | None = None
    outcome: str = "imported"

    def to_json(self) -> dict[str, Any]:
        keys = ("path", "technique", "version", "steps", "skipped", "refused", "note")
        return {key: getattr(self, key) for key in keys}


@dataclass
class ImportReport:
    """What became of each file."""

    files: list[FileReport] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(file.outcome == outcome for file in self.files)

    def to_json(self) -> dict[str, Any]:
        totals = {name: self.count(name) for name in ("imported", "unchanged", "skipped", "refused")}
        return totals | {"files": [file.to_json() for file in self.files]}


def card_files(paths: list[Path]) -> Iterator[Path]:
    """The files that may be cards, whatever they are called: a card is known by its content."""
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file())
            yield from sorted(f for f in inside if not any(part.startswith(".") for part in f.relative_to(path).parts))
        else:
            yield path


def import_files(actor: Actor, paths: list[Path], *, library: str = "local", dry_run: bool = False) -> ImportReport:
    """Import every card under ``paths``. A broken card is refused with file, line and reason; the rest go in."""
    report = ImportReport()
    for path in card_files(paths):
        report.files.append(_one(actor, path, library, dry_run))
    return report


def _one(actor: Actor, path: Path, library: str, dry_run: bool) -> FileReport:
    line = FileReport(path=str(path))
    try:
        card = parse_file(path)
    except CardError as error:
        line.refused, line.outcome = str(error), "refused"
        return line
    except OSError as error:
        line.refused, line.outcome = f"{path}: {error.strerror}", "refused"
        return line
    if isinstance(card, Skipped):
        line.skipped, line.outcome = card.reason, "skipped"
        return line
    line.technique = card.technique
    line.steps = [step.to_json() for step in card.steps] if dry_run else card.counts()
    if not dry_run:
        with transaction.atomic():
            _store(actor, card, library, line)
    return line


def _store(actor: Actor, card: ParsedCard, library: str, line: FileReport) -> None:
    one_at_a_time()
    playbook = Playbook.objects.filter(library=library, base_slug=card.slug).first()
    if playbook is None:
        slug = card.slug
        clash = Playbook.objects.filter(slug=slug).first()
        if clash is not None:
            slug = f"{card.slug}-{library}"
            line.note = f"{card.slug} is a playbook of library {clash.library} already; this one is kept as {slug}"
        playbook = Playbook.objects.create(library=library, base_slug=card.slug, slug=slug)
    latest = playbook.versions.order_by("-number").first()
    if latest is not None and latest.sha256 == card.sha256:
        line.version, line.outcome = latest.number, "unchanged"
        return
    version = publish(playbook, card, latest, actor)
    line.version = version.number
    payload = {"playbook": playbook.slug, "version": version.number, "sha256": card.sha256}
    record(actor, "playbook.imported", version, payload)
    raise_config_epoch()


def publish(playbook: Playbook, card: ParsedCard, latest: PlaybookVersion | None, actor: Actor) -> PlaybookVersion:
    """The next version, published; the one before it is retired. Step keys are carried over by the diff."""
    now = timezone.now()
    playbook.versions.filter(state=PlaybookVersion.State.PUBLISHED).update(
        state=PlaybookVersion.State.RETIRED, retired_by=actor.name, retired_at=now
    )
    steps = carry_keys(_parsed_steps(latest), list(card.steps)) if latest else card.steps
    version = PlaybookVersion.objects.create(
        playbook=playbook,
        number=(latest.number if latest else 0) + 1,
        state=PlaybookVersion.State.DRAFT,  # until its steps are there: from then on the database keeps it as it is
        name=card.name[:200],
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
    Step.objects.bulk_create([_row(version, step) for step in steps])
    version.state, version.published_by, version.published_at = PlaybookVersion.State.PUBLISHED, actor.name, now
    version.save(update_fields=["state", "published_by", "published_at"])
    return version


def _parsed_steps(version: PlaybookVersion) -> list[ParsedStep]:
    return [
        ParsedStep(section=s.section, position=s.position, text=s.text, span=(s.span_from, s.span_to), key=s.key)
        for s in version.steps.all()
    ]


def _row(version: PlaybookVersion, step: ParsedStep) -> Step:
    return Step(
        version=version,
        section=step.section,
        position=step.position,
        key=step.key,
        text=step.text,
        span_from=step.span[0],
        span_to=step.span[1],
        polarity=step.polarity,
        polarity_rule=step.polarity_rule[:200],
        required=step.required,
        why=step.why,
        means=step.means,
        bindings=[binding.to_json() for binding in step.bindings],
        expression=step.expression,
        expression_rule=step.expression_rule[:300],
        confirmed=step.confirmed,
        options=step.options,
    )

