"""The private servers of one state folder, together: both at once up, in order down.

A server whose address is in the environment (`DATABASE_URL`, `REDIS_URL`) is somebody else's and is left alone.

Standard library only.
"""

from __future__ import annotations

import time
from pathlib import Path

from config.services import places, processes, secrets
from config.services.places import Places, service_account
from config.services.postgres import Postgres
from config.services.valkey import Valkey
from config.services.variables import value_of

REMAINS_GRACE_S = 5.0


class Servers:
    """What is private among PostgreSQL and Valkey. `start` them, use them, `stop` them."""

    def __init__(self, state: Path, *, throwaway: bool = False) -> None:
        self.state = places.claim(state)
        self.known = secrets.load_or_make(self.state)
        self.places: Places = places.places(self.state, self.known.instance)
        self.postgres = Postgres(self.places, self.known, throwaway=throwaway)
        self.valkey = Valkey(self.places, throwaway=throwaway)

    @property
    def private(self) -> list[Postgres | Valkey]:
        chosen: list[Postgres | Valkey] = []
        if not value_of("DATABASE_URL"):
            chosen.append(self.postgres)
        if not value_of("REDIS_URL"):
            chosen.append(self.valkey)
        return chosen

    def start(self) -> None:
        """Start what is private and does not run; each boots while the other does. All or nothing."""
        places.prepare(self.places, service_account(self.postgres.data))
        launched = []
        try:
            for server in self.private:
                if not server.answers():
                    server.launch()
                    launched.append(server)
            for server in launched:
                server.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what we started, the database last."""
        for server in (self.valkey, self.postgres):
            server.stop()

    def end_remains(self) -> None:
        """End servers of ours that outlived who started them. Only for whoever has the state folder alone."""
        for server in self.private:
            deadline = time.monotonic() + REMAINS_GRACE_S  # the kernel has told them already, as a rule
            while server.answers() and time.monotonic() < deadline:
                time.sleep(0.05)
            if server.answers():
                server.end_foreign()

    def who_died(self) -> str | None:
        """A line about a server of ours that has ended by itself, or None."""
        for server in (self.postgres, self.valkey):
            code = server.process.poll() if server.process is not None else None
            if code is not None:
                return f"{server.name} died ({processes.how_it_ended(code)}); see {server.log}"
        return None

    def answer(self) -> bool:
        """Whether all that is private runs, whoever started it."""
        return all(server.answers() for server in self.private)
