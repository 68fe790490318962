"""pytest plugin (`-p tests.services_plugin`): real servers for this run, up before Django reads its settings.

A private PostgreSQL and Valkey are started in a folder of their own and are gone afterwards; one that the environment
gives (`DATABASE_URL`, `REDIS_URL`) is used as it is. Each process of pytest-xdist has its own: what is settled in the
journal depends on every open transaction of a server, in whichever database. The process is the owner role, which
makes and migrates the test database; tests that serve enter it as the app role.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from config.services import given
from config.services.addresses import app_role_of, read_database_url
from config.services.errors import ServiceError
from config.services.postgres import APP, OWNER
from config.services.servers import Servers
from config.services.throwaway import throwaway_state
from config.services.variables import value_of

# Names the variables that a process of this run has set, so that the processes it starts do not take them as given.
OURS = "CASEBOOK_TEST_OURS"
HOW = "CASEBOOK_TEST_SERVERS"


@pytest.hookimpl(wrapper=True, tryfirst=True)  # wrapped around pytest-django, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    undo = ExitStack()
    early_config.add_cleanup(undo.close)
    try:
        _start(undo)
    except ServiceError as refusal:
        raise pytest.UsageError(f"casebook: {refusal}") from None
    return (yield)


def pytest_report_header() -> str:
    return f"servers: {os.environ[HOW]}"


def _start(undo: ExitStack) -> None:
    for name in os.environ.pop(OURS, "").split():
        os.environ.pop(name, None)
    started = time.monotonic()
    state = undo.enter_context(throwaway_state())
    os.environ["CASEBOOK_STATE"] = str(state)
    os.environ.setdefault("CASEBOOK_DB_ROLE", "owner")
    servers = Servers(state, throwaway=True)
    undo.callback(servers.stop)
    servers.start()
    ours = _addresses(servers)
    os.environ.update(ours)
    os.environ[OURS] = " ".join(ours)
    names = " and ".join(server.name for server in servers.private)
    os.environ[HOW] = f"private {names}, up in {time.monotonic() - started:.2f} s" if names else "given"


def _addresses(servers: Servers) -> dict[str, str]:
    """The variables that lead to the servers of this run, as far as the environment does not give them."""
    found = {}
    if servers.postgres in servers.private:
        found["DATABASE_URL"] = servers.postgres.address(APP).url
        found["DATABASE_OWNER_URL"] = servers.postgres.address(OWNER).url
    elif not value_of("DATABASE_OWNER_URL"):
        _make_given_role(servers)
    if servers.valkey in servers.private:
        found["REDIS_URL"] = servers.valkey.url
    return found


def _make_given_role(servers: Servers) -> None:
    """On a given server: an app role for tests only, so that a running instance on it keeps its password."""
    owner = read_database_url(value_of("DATABASE_URL") or "")
    app = given.ensure_app_role(owner, servers.state, role=app_role_of(f"{owner.name}_test"))
    os.environ.pop("DATABASE_URL_FILE", None)
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = app.url, owner.url
