"""`manage.py runstack`, behind `make run`: servers, migrations, first data, web, workers and beat under one command.

It holds the state folder alone, starts everything, prints one ready line and stays until Ctrl-C or TERM, or until
something dies that the rest stands on. Then nothing it started is left. Standard library only, because it starts
what Django stands on.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from types import FrameType

from config import env
from config.services import listening, places, prepared, processes, programs
from config.services.errands import Errands
from config.services.errors import ServiceError
from config.services.greeting import READY, how_to_sign_in
from config.services.locks import STACK, StateLock
from config.services.roles import see_to_given_roles
from config.services.servers import Servers
from config.services.supervisor import Supervisor

READY_PATIENCE_S = 120.0
LOOK_EVERY_S = 0.05
WATCH_EVERY_S = 0.25
# How long a second start waits for one that is just ending, and for the remains of one that was killed with -9.
HANDOVER_PATIENCE_S = 1.0
REMAINS_PATIENCE_S = 15.0
INTERRUPTED = 130


class Interrupted(Exception):
    """We were asked to stop before everything was ready."""


class Stack:
    """One run of everything, from the lock on the state folder to the last process."""

    def __init__(self, *, bind: str, throwaway: bool) -> None:
        self.bind, self.throwaway = bind, throwaway
        self.state = places.claim(places.state_folder())
        self.stop_requests = 0

    def run(self) -> int:
        """Start, serve, stop. The exit code: 0 when asked to stop, 1 when something vital died."""
        self._listen_to_signals()
        with ExitStack() as undo:  # undone in reverse order: the servers stop after all that uses them
            lock = StateLock(self.state)
            was_cut_off = lock.take(STACK, patience=HANDOVER_PATIENCE_S)
            undo.callback(lock.release)
            listener = listening.reserve(self.bind, patience=REMAINS_PATIENCE_S if was_cut_off else 0.0)
            undo.callback(listener.close)
            servers = Servers(self.state, throwaway=self.throwaway)
            servers.end_remains()
            undo.callback(servers.stop)
            for log in servers.places.log.glob("*.log"):
                processes.shorten(log)
            servers.start()
            supervisor = Supervisor(cwd=places.PROJECT, log_folder=servers.places.log, say=say)
            undo.callback(supervisor.stop, hurried=lambda: self.stop_requests > 1)
            try:
                self._get_ready(servers, supervisor, listener)
            except Interrupted:
                return INTERRUPTED
            return self._watch(servers, supervisor)

    def _get_ready(self, servers: Servers, supervisor: Supervisor, listener: socket.socket) -> None:
        see_to_given_roles(self.state)
        wanted = prepared.fingerprint(servers, listening.url_of(listener))
        done_before = prepared.is_prepared(self.state, wanted)
        prepared.forget(self.state)  # until this start has succeeded
        environment = self._environment(servers, listener)
        as_owner, as_app = ({**environment, "CASEBOOK_DB_ROLE": role} for role in ("owner", "app"))
        log = servers.places.log / "setup.log"
        with Errands(() if done_before else [programs.MIGRATE], cwd=places.PROJECT, log=log, env=as_owner) as migrate:
            self._until(migrate.step, servers, supervisor)
        for program in programs.serving(as_app, listener=listener.fileno(), state=self.state):
            supervisor.start(program)
        with Errands(() if done_before else programs.FIRST_DATA, cwd=places.PROJECT, log=log, env=as_app) as first_data:
            self._until(lambda: first_data.step() and not supervisor.not_ready(), servers, supervisor)
        address = listening.host_and_port(listener)
        self._until(lambda: web_is_ready(*address), servers, supervisor)
        prepared.remember(self.state, wanted)
        for line in (READY.format(url=listening.url_of(listener)), *how_to_sign_in(self.state)):
            say(line)

    def _until(self, done: Callable[[], bool], servers: Servers, supervisor: Supervisor) -> None:
        """Look after everything until `done()`; whatever stands in the way becomes a ServiceError."""
        deadline = time.monotonic() + READY_PATIENCE_S
        while not done():
            if self.stop_requests:
                raise Interrupted
            if reason := servers.who_died() or supervisor.tend(starting=True):
                raise ServiceError(reason)
            if time.monotonic() > deadline:
                missing = ", ".join(supervisor.not_ready()) or "/readyz of the web"
                raise ServiceError(f"not ready after {READY_PATIENCE_S:.0f} s: {missing}; see {servers.places.log}")
            time.sleep(LOOK_EVERY_S)

    def _watch(self, servers: Servers, supervisor: Supervisor) -> int:
        while not self.stop_requests:
            if reason := servers.who_died() or supervisor.tend():
                say(reason)
                say("stopping the rest")
                return 1
            time.sleep(WATCH_EVERY_S)
        say("stopping; Ctrl-C again cuts short what is still being done")
        return 0

    def _environment(self, servers: Servers, listener: socket.socket) -> dict[str, str]:
        """What all children get; the database role is said for each."""
        given = {name: value for name, value in os.environ.items() if name != "CASEBOOK_DB_ROLE"}
        given.setdefault("CASEBOOK_URL", listening.url_of(listener))
        given.setdefault("CASEBOOK_TARGET_SOCKET", str(servers.places.run / "target.sock"))
        return given | {"CASEBOOK_STATE": str(self.state), "PYTHONUNBUFFERED": "1"}

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1


def web_is_ready(host: str, port: int) -> bool:
    """Whether `/readyz` answers 200: the web runs and reaches what it needs."""
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def say(line: str) -> None:
    with suppress(OSError):  # nobody may be listening any more, as after `make run | head -1`
        print(line, flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py runstack", description=__doc__)
    default = f"127.0.0.1:{env.integer('PORT', 8000)}"
    parser.add_argument("--bind", default=default, help=f"host:port (default {default}; port 0 takes a free one)")
    parser.add_argument("--throwaway", action="store_true", help="fast servers whose data need not survive a crash")
    options = parser.parse_args(arguments)
    if options.throwaway and not env.value_of("CASEBOOK_STATE"):
        raise ServiceError("--throwaway is for a folder of its own: set CASEBOOK_STATE")
    os.umask(0o077)  # what we and our children write is nobody else's to read
    if "MAKELEVEL" in os.environ:  # started by make: if make is killed with -9, so are we, in order
        processes.follow_parent(signal.SIGTERM)
    code = Stack(bind=options.bind, throwaway=options.throwaway).run()
    if code in (0, INTERRUPTED):
        say("Casebook has stopped. What it holds is kept for the next start.")
    return code
