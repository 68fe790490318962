"""`manage.py import_playbooks PATH…`: cards into the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casebook.actor import Automation
from casebook.errors import TooLarge
from casebook.models import Team
from casebook.playbooks.import_report import FileReport, ImportReport
from casebook.playbooks.importer import import_files

MOST_LINES = 40
"""So many files are told one by one; of more, only those that want to be looked at."""


class Command(BaseCommand):
    help = (
        "Import cards (Markdown, YAML or CACAO) from files, folders and zip or tar archives. "
        "Exit status 0 only where nothing was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show every step that would be made, change nothing")
        parser.add_argument("--format", choices=("text", "json"), default="text", dest="shape")
        parser.add_argument("--library", default="local", help="the library new playbooks belong to (default: local)")
        parser.add_argument("--team", metavar="SLUG", help="the team they are for (default: all teams)")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["paths"]
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        dry_run: bool = options["dry_run"]
        report = self._import(paths, options["library"], options["team"], dry_run=dry_run)
        if options["shape"] == "json":
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(report, dry_run=dry_run, whole=options["verbosity"] > 1)
        if number := report.count("refused"):
            raise CommandError(
                f"{number} file(s) refused; {'nothing was changed' if dry_run else 'the others went in'}."
            )

    def _import(self, paths: list[Path], library: str, team: str | None, *, dry_run: bool) -> ImportReport:
        found = Team.objects.filter(slug=team).first() if team else None
        if team and found is None:
            raise CommandError(f"There is no team {team}.")
        actor = Automation(name="import_playbooks")
        try:
            return import_files(actor, paths, library=library, team_id=found.pk if found else None, dry_run=dry_run)
        except TooLarge as error:
            raise CommandError(error.detail) from error

    def _tell(self, report: ImportReport, *, dry_run: bool, whole: bool) -> None:
        short = len(report.files) > MOST_LINES and not whole and not dry_run
        for file in report.files:
            if short and not (file.refused or file.note):
                continue
            self.stdout.write(self._line(file))
            for step in file.steps if isinstance(file.steps, list) else ():
                self.stdout.write(f"    {step['section']:<12} {step['position']:>2}  {_step_words(step)}")
        if short:
            self.stdout.write("Told are files that were refused or want a look; -v 2 tells all.")
        self.stdout.write(", ".join(f"{number} {outcome}" for outcome, number in report.totals().items()))

    def _line(self, file: FileReport) -> str:
        said = file.refused or file.skipped or file.note or ""
        version = f" {file.playbook} version {file.version}" if file.version else ""
        return f"{file.outcome:<10} {file.path}{version}{': ' + said if said else ''}"


def _step_words(step: dict[str, Any]) -> str:
    """A step with what was proposed for it: ``Was it he? [suspicious; D01, D03]``."""
    detectors = ", ".join(binding["detector"] for binding in step["bindings"])
    polarity = step["polarity"] if step["section"] == "question" else ""
    expression = "an expression" if step["expression"] else ""
    proposed = "; ".join(filter(None, (polarity, detectors, expression)))
    return f"{' '.join(step['text'].split())}{f' [{proposed}]' if proposed else ''}"
