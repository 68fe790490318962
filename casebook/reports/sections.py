"""How an upper app adds a measure to the SLA report, without this one importing it.

`config/plugins.py` REPORT_SECTIONS names each by dotted path. A section gives one number per case, as an expression
the database computes; the report does the rest: filters, percentiles, groups, and the cases behind each figure.
"""

from __future__ import annotations

from typing import Protocol

from django.db.models.expressions import Combinable

from casebook.plugins import load, table


class ReportSection(Protocol):
    """``measure`` is its key, ``label`` its name, ``formula`` what the report prints for it."""

    measure: str
    label: str
    formula: str

    def per_case(self) -> Combinable:
        """A case's value in seconds, NULL where there is none: a subquery over ``OuterRef("pk")`` of the case."""
        ...


def sections() -> list[ReportSection]:
    """Every section there is, in the order of the table."""
    return [load(path) for path in table("REPORT_SECTIONS").values()]
