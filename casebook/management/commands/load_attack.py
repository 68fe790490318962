"""`manage.py load_attack PATH`: a release of ATT&CK, from MITRE's STIX bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casebook.attack import bundle
from casebook.attack.load import load
from casebook.errors import DomainError

MOST_BYTES = 256 * 1024 * 1024
"""A bundle is some 50 MB; what is far over that is another file."""


class Command(BaseCommand):
    help = "Load Enterprise ATT&CK from a STIX 2.1 bundle (enterprise-attack.json), in place of what was loaded before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            done = load(bundle.parse(self._bytes(path)))
        except DomainError as refused:
            raise CommandError(f"{path}: {refused.detail}") from refused
        self.stdout.write(
            f"ATT&CK {done.version or 'of an unnamed release'}: {done.techniques} techniques,"
            f" {done.subs} sub-techniques, {done.retired} retired"
        )
        self.stdout.write(f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged")

    def _bytes(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CommandError(f"{path} is larger than {MOST_BYTES // 1024**2} MB: no bundle is.")
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
