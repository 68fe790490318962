"""Workers that stand still while something else is measured: stopped by signal, and let go on afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.instance import programs
from config.services.throwaway import RunningStack

STILL = frozenset({"worker", "evidence worker", "evidence children", "beat"})


@contextmanager
def standing_still(stack: RunningStack) -> Iterator[None]:
    """Every worker of an instance and its children, and the clock that rings for them."""
    pids = [pid for pid, name in programs(stack.process.pid) if name in STILL]
    _tell(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(pids, signal.SIGCONT)


def _tell(pids: list[int], word: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, word)
