"""A worker's loop: take the next due row of a queue until nothing is due."""

from __future__ import annotations

import logging

from casebook.errors import DomainError
from casebook.plugins import load, table
from casebook.work.lease import (
    MAX_ATTEMPTS,
    LostLease,
    RetryLater,
    finish,
    let_writers_finish,
    quarantine,
    refuse,
    retry,
    take_next,
)

log = logging.getLogger(__name__)


def drain(queue: str) -> int:
    """Work off what is due in a queue; returns how many rows were taken."""
    taken = 0
    while (lease := take_next(queue)) is not None:
        taken += 1
        if lease.attempt > MAX_ATTEMPTS:  # attempts that ended without a word: it kills its worker
            quarantine(lease, "it ended its worker too often")
            continue
        try:
            spec = table("WORK")[lease.kind]
            if spec.get("asked_by_intake"):
                let_writers_finish()
            load(spec["handler"])(lease)
        except LostLease:
            log.info("%s for %s was taken over", lease.kind, lease.subject)
        except RetryLater as later:
            retry(lease, str(later), later.after_s)
        except DomainError as refused:
            log.info("%s for %s refused: %s", lease.kind, lease.subject, refused.detail)
            refuse(lease, refused)
        except Exception as error:  # the last resort of a worker: say it, count it, go on with the next row
            log.exception("%s for %s failed", lease.kind, lease.subject)
            retry(lease, f"{type(error).__name__}: {error}")
        else:
            finish(lease)
    return taken
