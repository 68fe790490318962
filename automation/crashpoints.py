"""Where a test may kill a worker: ``CASEBOOK_CRASH_AT=<point>`` ends the process at that point, as kill -9 would.

The points of one action, in order: ``after_lease`` (the work row is ours, nothing else happened), ``before_applying``
(inside the transaction that writes `applying`), ``after_applying`` (committed, nothing sent), ``after_send`` (the last
byte of a writing call is out, the answer not read), ``after_answer`` (the answer is read, nothing written),
``before_journal`` (the result is written but not committed), ``after_result`` (committed, not yet verified) and
``after_verify`` (all is done but the work row). Undo passes ``after_lease``, ``after_undoing`` in place of the two
around `applying`, and the rest as they stand. Read once; without the variable `reach` costs one comparison.
"""

from __future__ import annotations

import os

POINTS = (
    "after_lease",
    "before_applying",
    "after_applying",
    "after_undoing",
    "after_send",
    "after_answer",
    "before_journal",
    "after_result",
    "after_verify",
)
KILLED = 137
_CRASH_AT = os.environ.get("CASEBOOK_CRASH_AT", "")


def reach(point: str) -> None:
    """The process ends here if it was told to: no handler, no rollback, no goodbye."""
    if point == _CRASH_AT:
        os._exit(KILLED)
