"""A private PostgreSQL: made, started and stopped by us, reached only through a socket in a folder of ours.

Roles: `postgres` (superuser) can only be entered by the account that runs the server; `casebook_owner` owns the
database and migrates; `casebook_app` serves, owns nothing. Both of ours have generated passwords. What the app role
may do with tables to come is set as default privileges, in `template1` too, so that scratch and test databases have
the same.

Standard library only.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from config.services import binaries, processes
from config.services.addresses import DatabaseAddress
from config.services.errors import ServiceError
from config.services.grants import default_privileges
from config.services.places import Account, Places, own_folder, service_account
from config.services.secrets import Secrets

DATABASE = "casebook"
OWNER = "casebook_owner"
APP = "casebook_app"
PORT = 5432  # names the socket file; nothing listens on a network
STARTUP_PATIENCE_S = 60.0
SHUTDOWN_PATIENCE_S = 20.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder is the fence
    "cluster_name": "casebook",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_checkpoints": "off",
}
# For servers whose data is dropped when they stop: a crash of the machine may cost everything.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The private PostgreSQL of one state folder. Only the process that started it can stop it."""

    name = "postgres"

    def __init__(self, places: Places, known: Secrets, *, throwaway: bool = False) -> None:
        self.places, self.known, self.throwaway = places, known, throwaway
        self.data = places.base / "postgres"
        self.log = places.log / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._account: Account | None = None
        self._programs = Path()
        self._log_start = 0

    @property
    def account(self) -> Account:
        if self._account is None:
            self._account = service_account(self.data)
        return self._account

    def address(self, role: str) -> DatabaseAddress:
        """How `role` (OWNER or APP) enters the database. It is the same whether the server runs or not."""
        password = self.known.owner_password if role == OWNER else self.known.app_password
        return DatabaseAddress(DATABASE, role, password, str(self.places.run), PORT)

    def answers(self) -> bool:
        """Whether a server listens on our socket, whoever started it."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.places.run / f".s.PGSQL.{PORT}")) == 0

    def launch(self) -> None:
        """Make the cluster if there is none and start the server, without waiting for it."""
        self._programs, major = binaries.find_postgres()
        if not self.data.exists():
            self._make_cluster(major)
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != major:
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {made_by} and the server here is {major}: "
                f"set PG_BIN to the programs of {made_by}, or drop the data with `make reset`"
            )
        access = self._write_access_rules()
        settings = {**SETTINGS, **access, **(THROWAWAY if self.throwaway else {})}
        settings |= {"port": str(PORT), "unix_socket_directories": str(self.places.run)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.spawn(
            [self._programs / "postgres", "-D", self.data, *options],
            log=self.log,
            env=_clean_environment(),
            stop=signal.SIGINT,
            switch=self.account.switch,
        )

    def wait(self) -> None:
        """Wait until the launched server takes connections, then see to roles and database."""
        process, deadline = self.process, time.monotonic() + STARTUP_PATIENCE_S
        assert process is not None
        while not self._says_ready(process.pid):
            if process.poll() is not None:
                lines = processes.last_lines(self.log, since=self._log_start)
                raise ServiceError(f"PostgreSQL did not start ({lines[-1] if lines else 'silently'}); see {self.log}")
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL is not ready after {STARTUP_PATIENCE_S:.0f} s; see {self.log}")
            time.sleep(0.01)
        self._ensure_roles_and_database()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, committed ones are on disk."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT, patience=SHUTDOWN_PATIENCE_S)
            self.process = None

    def end_foreign(self) -> None:
        """Stop a server on our socket that another process of ours started and left."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + SHUTDOWN_PATIENCE_S
        while self.answers() or (self.data / "postmaster.pid").exists():
            if time.monotonic() > deadline:
                raise ServiceError(f"an old PostgreSQL on {self.data} does not stop; end it, then start again")
            time.sleep(0.05)

    def _make_cluster(self, major: int) -> None:
        draft = self.data.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft, uid=self.account.uid, gid=self.account.gid)
        locale = ["--locale=C.UTF-8"]
        if major >= 17:  # needs no locale of the operating system, and sorts the same everywhere
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self._programs / "initdb"), "-D", str(draft), "-U", "postgres", "-E", "UTF8", "-A", "peer"]
        command += ["--data-checksums", "--no-instructions", *locale, *(["--no-sync"] if self.throwaway else [])]
        made = subprocess.run(  # type: ignore[call-overload]
            command, capture_output=True, text=True, cwd="/", env=_clean_environment(), **self.account.switch
        )
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["silently"])[-1]
            raise ServiceError(f"PostgreSQL could not make its data folder {self.data} ({reason})")
        draft.rename(self.data)

    def _write_access_rules(self) -> dict[str, str]:
        """Who may enter. The files lie outside the server's own folder: root never writes where others could link."""
        rules = self.places.base / "pg_hba.conf"
        names = self.places.base / "pg_ident.conf"
        rules.write_text("local all postgres peer map=casebook\nlocal all all scram-sha-256\n")
        names.write_text(f'casebook "{self.account.name}" postgres\n')
        for path in (rules, names):
            path.chmod(0o644 if self.account.switch else 0o600)
        return {"hba_file": str(rules), "ident_file": str(names)}

    def _says_ready(self, pid: int) -> bool:
        """What pg_ctl looks at: the first line of postmaster.pid is the process, the eighth its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _ensure_roles_and_database(self) -> None:
        """Roles with the passwords that `secrets.json` has now, and the database. Safe to repeat."""
        self.run_as_superuser(_roles_and_database(self.known))

    def run_as_superuser(self, script: str) -> None:
        """Run a psql script as `postgres`, which only the server's own account may enter."""
        command = [self._programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.places.run, "-p", str(PORT)]
        done = subprocess.run(  # type: ignore[call-overload]
            [*command, "-U", "postgres", "-d", "postgres"],
            input=script,
            capture_output=True,
            text=True,
            cwd="/",
            env=_clean_environment(),
            **self.account.switch,
        )
        if done.returncode:
            raise ServiceError(f"PostgreSQL refused its own account ({done.stderr.strip().splitlines()[-1]})")


def _roles_and_database(known: Secrets) -> str:
    """A psql script. `secrets.json` holds only URL-safe characters, so its passwords can stand in quotes."""
    lines = []
    for role, powers, password in (
        (OWNER, "CREATEDB", known.owner_password),
        (APP, "NOCREATEDB", known.app_password),
    ):
        exists = f"SELECT FROM pg_roles WHERE rolname = '{role}'"
        lines.append(f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS ({exists}) \\gexec")
        lines.append(f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {powers} PASSWORD '{password}';")
    # So that the owner may end the app's sessions, as when it drops a scratch database.
    lines.append(f"GRANT {APP} TO {OWNER};")
    exists = f"SELECT FROM pg_database WHERE datname = '{DATABASE}'"
    lines.append(f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' WHERE NOT EXISTS ({exists}) \\gexec")
    for database in (DATABASE, "template1"):
        lines.append(f"\\connect {database}")
        lines += [f"{statement};" for statement in default_privileges(owner=OWNER, app=APP)]
    return "\n".join(lines)


def _clean_environment() -> dict[str, str]:
    """The environment without what would steer the server's programs elsewhere."""
    dropped = ("LD_LIBRARY_PATH", "LD_PRELOAD")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") and name not in dropped}
    return {**kept, "LC_ALL": "C"}
