#!/usr/bin/env python
"""Casebook's commands. They find the servers and secrets of this checkout by themselves; no variables to set."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

from config import env
from config.services import borrow, prepared, stack
from config.services.errors import ServiceError

# Only commands that change tables are the role that owns them; everything else serves as the app role.
OWNER_COMMANDS = {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "createcachetable"}
# These never open a connection, or bring servers of their own.
WITHOUT_SERVERS = {
    "", "help", "version", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "makemessages",
    "play_demo", "simulated_target", "spectacular", "startapp", "startproject",
}  # fmt: skip


def main(arguments: list[str]) -> None:
    command = arguments[1] if len(arguments) > 1 and not arguments[1].startswith("-") else ""
    if command == "runstack":  # it starts what Django stands on, so it does not load Django
        sys.exit(stack.main(arguments[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if command in OWNER_COMMANDS | {"flush", "loaddata"}:
        prepared.forget(env.state_dir())  # the next `make run` looks again
    os.environ.setdefault("CASEBOOK_DB_ROLE", "owner" if command in OWNER_COMMANDS else "app")
    asks_for_help = bool({"-h", "--help"} & set(arguments[2:]))
    with nullcontext() if command in WITHOUT_SERVERS or asks_for_help else borrow.servers_for(command):
        _run_django(arguments)


def _run_django(arguments: list[str]) -> None:
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - runstack does without Django
    except ImportError:
        sys.exit("casebook: Django is not installed for this Python: use .venv/bin/python, which `make run` makes")
    execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except ServiceError as refusal:
        sys.exit(f"casebook: {refusal}")
