"""The programs of a stack, as data. Production runs the same ones from `docker-compose.yml`.

Standard library only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from config.services.supervisor import Program

PYTHON = sys.executable
MANAGE = "manage.py"
CELERY = (PYTHON, "-m", "celery", "-A", "config")
WORKER_CLASS = "config.gunicorn_patience.PatientWorker"

# Before anything serves.
MIGRATE = (PYTHON, MANAGE, "migrate", "--noinput", "--verbosity", "1")
# Beside the programs that serve. Both change nothing where there is nothing to do.
FIRST_DATA = (
    (PYTHON, MANAGE, "import_playbooks", "cards/", "--library", "casebook"),
    (PYTHON, MANAGE, "seed_demo"),
)


def serving(env: Mapping[str, str], *, listener: int, state: Path) -> list[Program]:
    """What serves: the web on the bound socket `listener`, two workers, the demo's target, and beat, the clock."""
    return [
        Program("web", _gunicorn(listener), env, vital=True, keep=(listener,)),
        Program("worker", _worker("worker", "default,lookups,containment,jobs", threads=6), env, announces=True),
        # One reading at a time: what parses runs in children of its own, which this process keeps warm.
        Program("evidence", _worker("evidence", "evidence", threads=2), env, announces=True),
        # A firewall and a directory to practise on: it does nothing but remember, in a file of its own.
        Program("target", (PYTHON, MANAGE, "simulated_target", "--socket", env["CASEBOOK_TARGET_SOCKET"]), env),
        Program("beat", (*CELERY, "beat", "-l", "INFO", "-s", str(state / "beat")), env, announces=True),
    ]


def _gunicorn(listener: int) -> tuple[str, ...]:
    # Loaded once and forked: the workers share what they never change.
    kind = ("-k", WORKER_CLASS, "-w", "2", "--threads", "8")
    options = (*kind, "--timeout", "60", "--graceful-timeout", "5", "--preload")
    return (PYTHON, "-m", "gunicorn", "config.wsgi", *options, "--no-control-socket", "--bind", f"fd://{listener}")


def _worker(name: str, queues: str, *, threads: int) -> tuple[str, ...]:
    options = ("-P", "threads", "-c", str(threads), "-Q", queues, "-n", f"{name}@%h", "-l", "INFO")
    # Behind web and PostgreSQL: in a storm work waits, alerts do not.
    return ("nice", "-n", "10", *CELERY, "worker", *options, "--without-gossip", "--without-mingle")
