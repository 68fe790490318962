"""Where a test may kill the web process: ``CASEBOOK_CRASH_AT=intake.committed`` kills it there, with -9.

``intake.committed``: the alert is durable and nobody has been told yet. Read once; without the variable
`crash_here` costs one comparison.
"""

from __future__ import annotations

import os
import signal

POINTS = ("intake.committed",)
_CRASH_AT = os.environ.get("CASEBOOK_CRASH_AT", "")


def crash_here(point: str) -> None:
    """The process is killed here if it was told to: no handler, no rollback, no goodbye."""
    if point == _CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
