"""`manage.py simulated_target`: a firewall and a directory to practise on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.connectors.simulated.target import FAULTS, MODES, serve


class Command(BaseCommand):
    help = "Runs the simulated target of the demo: it does nothing but remember, in a file of its own, what reached it."
    requires_system_checks: list[str] = []  # it uses nothing of the project

    def add_arguments(self, parser: CommandParser) -> None:
        state = Path(settings.STATE_DIR)
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--port", type=int, help="listen on 127.0.0.1 (0: any free port)")
        place.add_argument("--socket", type=Path, help="listen on a unix socket")
        parser.add_argument("--file", type=Path, default=state / "simulated_target.jsonl", help="its memory")
        parser.add_argument("--mode", choices=MODES, default="key", help="what it can be asked after a lost answer")
        faults = "; ".join(f"{name}: {what}" for name, what in FAULTS.items())
        parser.add_argument("--fault", action="append", default=[], help=f"what goes wrong first, in order. {faults}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["port"] is None and options["socket"] is None:
            raise CommandError("say where to listen: --port 0, or --socket PATH")
        try:
            serve(
                file=options["file"],
                mode=options["mode"],
                port=options["port"],
                socket=options["socket"],
                faults=options["fault"],
                ready=lambda where: self.stdout.write(f"simulated target ({options['mode']}) at {where}", ending="\n"),
            )
        except (OSError, ValueError) as error:
            raise CommandError(f"the simulated target cannot start: {error}") from error
        except KeyboardInterrupt:
            return
