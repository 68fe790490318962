"""Access masks as Windows writes them: hexadecimal, ``0x20094``."""

from __future__ import annotations

import polars as pl


def asks_for(bits: int) -> pl.Expr:
    """Whether ``winlog.access_mask`` has any of the bits; false where there is no mask or none that can be read."""
    digits = pl.col("winlog.access_mask").str.to_lowercase().str.strip_prefix("0x")
    return ((digits.str.to_integer(base=16, strict=False) & bits) != 0).fill_null(False)
