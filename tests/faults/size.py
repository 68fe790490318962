"""How hard a fault is tried: small within `make test`, in the size of the plan under `make faults`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

WHOLE = os.environ.get("CASEBOOK_FAULTS") == "whole"
SEED = int(os.environ.get("CASEBOOK_SEED", "20261124"))
STORM_MIN = float(os.environ.get("CASEBOOK_STORM_MIN", "10"))


def size(small: T, whole: T) -> T:
    """The one that counts now."""
    return whole if WHOLE else small
