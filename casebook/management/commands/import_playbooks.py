"""`manage.py import_playbooks PATH…`: cards into the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casebook.actor import Automation
from casebook.playbooks.importer import FileReport, ImportReport, import_files


class Command(BaseCommand):
    help = "Import cards (Markdown or YAML) from files and folders. Exit status 0 only where nothing was refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show every step that would be made, change nothing")
        parser.add_argument("--format", choices=("text", "json"), default="text", dest="shape")
        parser.add_argument("--library", default="local", help="the library new playbooks belong to (default: local)")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["paths"]
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        actor = Automation(name="import_playbooks")
        report = import_files(actor, paths, library=options["library"], dry_run=options["dry_run"])
        if options["shape"] == "json":
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(report, dry_run=options["dry_run"])
        if report.count("refused"):
            raise CommandError(f"{report.count('refused')} file(s) refused; the others went in.")

    def _tell(self, report: ImportReport, *, dry_run: bool) -> None:
        for file in report.files:
            self.stdout.write(self._line(file))
            if dry_run and isinstance(file.steps, list):
                for step in file.steps:
                    self.stdout.write(f"    {step['section']:<12} {step['position']:>2}  {step['text']}")
        names = ("imported", "unchanged", "skipped", "refused")
        self.stdout.write(", ".join(f"{report.count(name)} {name}" for name in names))

    def _line(self, file: FileReport) -> str:
        said = file.refused or file.skipped or file.note or ""
        version = f" {file.technique or 'general'} version {file.version}" if file.version else ""
        return f"{file.outcome:<10} {file.path}{version}{': ' + said if said else ''}"
