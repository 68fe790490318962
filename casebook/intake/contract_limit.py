"""One source far past what it may send is told to wait, alone: before anything of its request is read or parsed.

A bucket in each process, so that nothing waits for anybody: it fills at `FAR` times the source's contract, holds a
minute's worth, and each alert takes one out. A list is let in on a single drop and pays for all it holds afterwards,
so a process may be overdrawn by one list. See `docs/adr/0017-past-its-contract.md` for what several processes make of
it. No contract, no limit.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from casebook.errors import TooMany
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender

FAR = 2.0
"""Far past: twice the contract."""
LONGEST_WAIT_S = 60
_TOLD_EVERY_S = 60.0


@dataclass
class _Bucket:
    level: float
    at: float
    told: float = float("-inf")


_buckets: dict[int, _Bucket] = {}
_lock = threading.Lock()


def check(sender: Sender) -> None:
    """Take one alert's worth. Raises TooMany with the seconds to wait. Once a minute it is kept under the source."""
    if sender.contract_per_minute is None:
        return
    now = time.monotonic()
    with _lock:
        bucket = _filled(sender, sender.contract_per_minute, now)
        if bucket.level >= 1:
            bucket.level -= 1
            return
        wait = min(LONGEST_WAIT_S, int((1 - bucket.level) / (FAR * sender.contract_per_minute / 60)) + 1)
        tell = now - bucket.told >= _TOLD_EVERY_S
        if tell:
            bucket.told = now
    reason = f"The source is far past its contract of {sender.contract_per_minute:,} alerts a minute: told to wait."
    if tell:
        refuse(sender, Refused(b"", reason, "429"))
    raise TooMany(f"{reason} Nothing was stored; send again.", extra={"retry_after": wait})


def charge(sender: Sender, alerts: int) -> None:
    """Take out what a list held beyond its first."""
    if sender.contract_per_minute is not None and alerts > 1:
        with _lock:
            _filled(sender, sender.contract_per_minute, time.monotonic()).level -= alerts - 1


def forget() -> None:
    """Every source begins with a full bucket again."""
    with _lock:
        _buckets.clear()


def _filled(sender: Sender, contract: int, now: float) -> _Bucket:
    most = FAR * contract
    bucket = _buckets.setdefault(sender.source_id, _Bucket(most, now))
    bucket.level = min(most, bucket.level + (now - bucket.at) * most / 60)
    bucket.at = now
    return bucket
