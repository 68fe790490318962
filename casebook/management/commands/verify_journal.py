"""`manage.py verify_journal`: is the journal what it promises to be?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casebook.journal.verify import verify


class Command(BaseCommand):
    help = "Check the journal's order, grants and triggers. Exit status 0 only where nothing is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify()
        span = f" from {report.first} to {report.last}" if report.entries else ""
        self.stdout.write(f"entries: {report.entries}{span}")
        self.stdout.write(f"sealed: {report.sealed}")
        for fault in report.faults:
            self.stdout.write(f"fault: {fault}")
        if report.faults:
            raise CommandError(f"The journal has {len(report.faults)} fault(s).")
        self.stdout.write("the journal is in order")
