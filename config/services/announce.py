"""A worker or beat tells whoever started it that it works, by making the file that `CASEBOOK_READY_FILE` names.

Its log would say so too, but what is logged is the operator's choice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.signals import beat_init, worker_ready

from config import env

VARIABLE = "CASEBOOK_READY_FILE"


def announce_when_ready() -> None:
    """Connect to Celery's signals where somebody waits; in any other process there is nothing to do."""
    if env.text(VARIABLE):
        worker_ready.connect(_make_file, weak=False, dispatch_uid="ready")
        beat_init.connect(_make_file, weak=False, dispatch_uid="ready")


def _make_file(**_: Any) -> None:
    Path(env.text(VARIABLE)).touch()
