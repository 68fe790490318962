"""`manage.py sweep`: what beat does every fifteen seconds, once, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from casebook.work.sweep import sweep


class Command(BaseCommand):
    help = "Ring queues with due work, mark clocks, wake waits, lapse requests and plan expiries, once."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in sorted(sweep().items()):
            self.stdout.write(f"{name}: {count}")
