"""`manage.py play_demo`: one whole case through the public API, on an instance that is gone afterwards."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.services.errors import ServiceError
from config.services.throwaway import throwaway_stack
from triage.demo.play import play
from triage.demo.script import Difference, Script


class Command(BaseCommand):
    help = (
        "Play one whole case through the API on a throw-away instance. Exit status 0 only where all is as it must be."
    )
    requires_system_checks: list[str] = []  # it starts an instance of its own, which checks itself

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        self.stdout.write("starting a throw-away instance …")
        try:
            with throwaway_stack() as stack:
                self.stdout.write(f"    at {stack.url}")
                script = Script(stack)
                play(script)
        except (Difference, ServiceError) as wrong:
            raise CommandError(f"the demo differs: {wrong}") from wrong
        self.stdout.write(f"all {script.steps} steps as they must be, in {time.monotonic() - began:.0f} s")
