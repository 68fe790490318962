"""Servers for one `manage.py` command: those that run, else our own for as long as the command takes.

While a stack runs, a command uses its servers. Otherwise the first command starts them, others share them, and the
one that started them stops them when the last is done. A folder that was never used gets its migrations too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config import env
from config.services import places
from config.services.errors import ServiceError
from config.services.locks import STACK, StateLock, one_at_a_time
from config.services.roles import see_to_given_roles
from config.services.servers import Servers
from config.services.variables import value_of

STACK_PATIENCE_S = 30.0
SAY_WAITING_AFTER_S = 2.0


@contextmanager
def servers_for(command: str) -> Iterator[None]:
    """Have PostgreSQL and Valkey answer while the block runs."""
    if command == "migrate":
        see_to_given_roles(places.claim(places.state_folder()))
    if value_of("DATABASE_URL") and value_of("REDIS_URL"):
        yield
        return
    servers = Servers(places.state_folder())
    lock = StateLock(servers.state)
    if _stack_serves(lock, servers):
        lock.release()
        yield
        return
    ours = False
    try:
        ours = _start_unless_running(servers, migrates=command == "migrate")
        yield
    finally:
        if ours:
            _wait_for_the_others(lock)
            servers.stop()
        lock.release()


def _stack_serves(lock: StateLock, servers: Servers) -> bool:
    """True where a stack runs and its servers answer; False once the folder is shared with us instead."""
    deadline = time.monotonic() + STACK_PATIENCE_S
    while not lock.try_share():
        if lock.holder().what == STACK and servers.answer():
            return True
        if time.monotonic() > deadline:
            raise ServiceError(f"`{STACK}` has {servers.state} but its servers do not answer; see {servers.places.log}")
        time.sleep(0.05)
    return False


def _start_unless_running(servers: Servers, *, migrates: bool) -> bool:
    """Start what no other command has started; True if we did."""
    with one_at_a_time(servers.state / "start.lock"):
        if servers.answer():
            return False
        is_new = not servers.postgres.data.exists()
        servers.start()
        if is_new and not migrates and servers.postgres in servers.private:
            _migrate(servers)
        return True


def _migrate(servers: Servers) -> None:
    """In a process of its own: this one has not loaded Django yet, and serves as the app role when it does."""
    app, owner = env.database_urls()
    given = {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner, "REDIS_URL": env.redis_url()}
    command = [sys.executable, str(places.PROJECT / "manage.py"), "migrate", "--noinput", "--verbosity", "0"]
    if subprocess.run(command, check=False, env={**os.environ, **given, "CASEBOOK_DB_ROLE": "owner"}).returncode:
        servers.stop()
        shutil.rmtree(servers.postgres.data)  # made a moment ago; the next command tries again from the start
        raise ServiceError("the new database could not be migrated (see above)")


def _wait_for_the_others(lock: StateLock) -> None:
    """Until every other command that shares the servers is done."""
    started, told = time.monotonic(), False
    while True:
        try:
            lock.take("manage.py, stopping its servers", patience=0.0)
            return
        except ServiceError:
            if not told and time.monotonic() - started > SAY_WAITING_AFTER_S:
                print("waiting for another manage.py command that uses the same servers", file=sys.stderr)
                told = True
            time.sleep(0.1)
