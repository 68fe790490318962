"""pytest plugin (`-p tests.services_plugin`): real servers for this run, up before Django reads its settings.

A private PostgreSQL and Valkey are started in a folder of their own and are gone afterwards; one that the environment
gives (`DATABASE_URL`, `REDIS_URL`) is used as it is. Workers of pytest-xdist inherit the addresses. The process is
the owner role, which makes and migrates the test database; tests that serve enter it as the app role.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack

import pytest

from config.services import given
from config.services.addresses import app_role_of, read_database_url
from config.services.errors import ServiceError
from config.services.postgres import APP, OWNER
from config.services.servers import Servers
from config.services.throwaway import throwaway_state
from config.services.variables import value_of


@pytest.hookimpl(wrapper=True, tryfirst=True)  # wrapped around pytest-django, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        undo = ExitStack()
        early_config.add_cleanup(undo.close)
        try:
            _start(undo)
        except ServiceError as refusal:
            raise pytest.UsageError(f"casebook: {refusal}") from None
    return (yield)


def pytest_report_header() -> str:
    return f"servers: {os.environ.get('CASEBOOK_TEST_SERVERS', 'given')}"


def _start(undo: ExitStack) -> None:
    started = time.monotonic()
    state = undo.enter_context(throwaway_state())
    os.environ["CASEBOOK_STATE"] = str(state)
    os.environ.setdefault("CASEBOOK_DB_ROLE", "owner")
    servers = Servers(state, throwaway=True)
    undo.callback(servers.stop)
    servers.start()
    names = " and ".join(server.name for server in servers.private)
    if servers.postgres in servers.private:
        os.environ["DATABASE_URL"] = servers.postgres.address(APP).url
        os.environ["DATABASE_OWNER_URL"] = servers.postgres.address(OWNER).url
    elif not value_of("DATABASE_OWNER_URL"):
        _make_given_role(servers)
    if servers.valkey in servers.private:
        os.environ["REDIS_URL"] = servers.valkey.url
    if names:
        os.environ["CASEBOOK_TEST_SERVERS"] = f"private {names}, up in {time.monotonic() - started:.2f} s"


def _make_given_role(servers: Servers) -> None:
    """On a given server: an app role for tests only, so that a running instance on it keeps its password."""
    owner = read_database_url(value_of("DATABASE_URL") or "")
    app = given.ensure_app_role(owner, servers.state, role=app_role_of(f"{owner.name}_test"))
    os.environ.pop("DATABASE_URL_FILE", None)
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = app.url, owner.url
