"""`make reset`: stop a running stack, drop its state folder and all data in it. Standard library only."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from config.services import places, secrets
from config.services.errors import ServiceError
from config.services.locks import STACK, StateLock
from config.services.servers import Servers
from config.services.variables import value_of

STOP_PATIENCE_S = 60.0


def reset(state: Path) -> None:
    """Stop what runs on this state folder, then remove it and what lies elsewhere for it."""
    if state != places.PROJECT / ".local" and not (state / secrets.NAME).exists():
        raise ServiceError(f"{state} was not made by Casebook: nothing is dropped there")
    places.claim(state)
    lock = StateLock(state)
    if lock.is_held() and lock.holder().what == STACK:
        with suppress(ProcessLookupError):
            os.kill(lock.holder().pid, signal.SIGTERM)
    lock.take("make reset", patience=STOP_PATIENCE_S)
    folders = {state}
    with suppress(ServiceError):  # damaged secrets: they go too, and nothing private can be found without them
        servers = Servers(state)
        servers.end_remains()
        folders |= servers.places.all
    for folder in folders - {state}:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(state)


def main() -> int:
    state = places.state_folder()
    if not state.exists():
        print(f"{state}: nothing to drop")
        return 0
    reset(state)
    print(f"{state} is gone")
    if value_of("DATABASE_URL"):
        print("the database at DATABASE_URL was left as it is")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServiceError as refusal:
        sys.exit(f"casebook: {refusal}")
