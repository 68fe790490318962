"""`manage.py runstack`: listed here for `manage.py help`; `manage.py` runs it before it loads Django."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.services import stack


class Command(BaseCommand):
    help = "Start servers, migrations, web, workers and beat under one command; Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", help="host:port (default 127.0.0.1:${PORT:-8000}; port 0 takes a free one)")
        parser.add_argument("--throwaway", action="store_true", help="fast servers whose data need not survive a crash")

    def handle(self, *args: Any, **options: Any) -> None:
        words = ["--bind", options["bind"]] if options["bind"] else []
        sys.exit(stack.main([*words, *(["--throwaway"] if options["throwaway"] else [])]))
