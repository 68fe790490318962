"""A worker that can be killed: reads a crash point a line, forks a process that drains containment with it, and answers
with how that process ended. Forking keeps it quick: Django is loaded once, and no connection is open yet."""

from __future__ import annotations

import importlib
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
django.setup()

from django.conf import settings  # noqa: E402

from automation import crashpoints  # noqa: E402
from casebook.work.drain import drain  # noqa: E402
from config import plugins  # noqa: E402

LEASE_S = 20
settings.AUTOMATION = {"CALL_S": 1.0, "AGAIN_S": 0.3, "SETTLE_FOR_S": 40}
for kind in ("action.apply", "action.undo"):
    plugins.WORK[kind]["lease_s"] = LEASE_S


def turn(point: str) -> int:
    """The exit code of a process that works with CASEBOOK_CRASH_AT set to a point."""
    child = os.fork()
    if child == 0:
        if point == "before_lease":
            os._exit(crashpoints.KILLED)
        os.environ["CASEBOOK_CRASH_AT"] = point
        importlib.reload(crashpoints)
        try:
            drain("containment")
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for line in sys.stdin:
    print(turn(line.strip()), flush=True)
