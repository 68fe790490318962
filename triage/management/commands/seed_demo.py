"""`manage.py seed_demo [--scale N]`: people, a small organisation, a month behind it and a desk to sit down at."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casebook.models import Case, PlaybookVersion
from triage.demo import coming_in, history, place, today

HISTORY = 120


class Command(BaseCommand):
    help = "Fill a new installation with demo data. Where there are cases already it adds none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help=f"how many times {HISTORY} past cases (default 1)")
        parser.add_argument("--people-only", action="store_true", help="people, context and connectors; no cases")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scale"] < 1:
            raise CommandError("--scale is 1 or more.")
        if not PlaybookVersion.objects.filter(state="published").exists():
            raise CommandError(
                "No playbook is published yet: run `manage.py import_playbooks cards/ --library casebook` first."
            )
        word = place.password()
        people = place.furnish(word)
        place.tell(word, people)
        if options["people_only"]:
            self.stdout.write(f"{len(people)} people")
            return
        if Case.objects.exists() and options["scale"] == 1:
            self.stdout.write("there are cases already; nothing was added")
            return
        now = timezone.now()
        fresh = not Case.objects.exists()
        written = history.write(HISTORY * options["scale"], now=now)
        self.stdout.write(f"{written} past cases")
        if fresh:
            self.stdout.write(f"{len(today.write(now))} cases on the desk")
            coming_in.write(now)
