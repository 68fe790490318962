"""A private Valkey (or Redis): the doorbell and the cache, reached only through a socket in a folder of ours.

Standard library only.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from urllib.parse import quote

from config.services import binaries, processes
from config.services.errors import ServiceError
from config.services.places import Places, own_folder, service_account

STARTUP_PATIENCE_S = 20.0
SHUTDOWN_PATIENCE_S = 10.0


class Valkey:
    """The private Valkey of one state folder. Only the process that started it can stop it."""

    name = "valkey"

    def __init__(self, places: Places, *, throwaway: bool = False) -> None:
        self.places, self.throwaway = places, throwaway
        self.data = places.base / "valkey"
        self.socket = places.run / "valkey.sock"
        self.log = places.log / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def answers(self) -> bool:
        """Whether a server answers PING on our socket, whoever started it."""
        return self._ask(b"PING").startswith(b"+PONG")

    def _ask(self, command: bytes) -> bytes:
        """One command's answer, or nothing where nobody answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(command + b"\r\n")
                return connection.recv(64)
            except OSError:
                return b""

    def launch(self) -> None:
        """Start the server, without waiting for it."""
        program = binaries.find_valkey()
        account = service_account(self.places.run)  # who must be able to make the socket there
        own_folder(self.data, uid=account.uid, gid=account.gid)
        self.socket.unlink(missing_ok=True)
        options = {
            "--port": "0",
            "--unixsocket": self.socket,
            "--unixsocketperm": "777",  # the folder is the fence
            "--dir": self.data,
            "--daemonize": "no",
            "--maxmemory-policy": "noeviction",
            "--appendonly": "no" if self.throwaway else "yes",
            "--save": "",
        }
        words = [str(word) for option in options.items() for word in option]
        self.process = processes.spawn([program, *words], log=self.log, env={"LC_ALL": "C"}, switch=account.switch)

    def wait(self) -> None:
        """Wait until the launched server answers."""
        process, deadline = self.process, time.monotonic() + STARTUP_PATIENCE_S
        assert process is not None
        while not self.answers():
            if process.poll() is not None:
                how = processes.how_it_ended(process.returncode)
                raise ServiceError(f"Valkey did not start ({how}); see {self.log}")
            if time.monotonic() > deadline:
                raise ServiceError(f"Valkey is not ready after {STARTUP_PATIENCE_S:.0f} s; see {self.log}")
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM, patience=SHUTDOWN_PATIENCE_S)
            self.process = None

    def end_foreign(self) -> None:
        """Stop a server on our socket that another process of ours started and left."""
        self._ask(b"SHUTDOWN")
        deadline = time.monotonic() + SHUTDOWN_PATIENCE_S
        while self.answers():
            if time.monotonic() > deadline:
                raise ServiceError(f"an old Valkey on {self.socket} does not stop; end it, then start again")
            time.sleep(0.05)
