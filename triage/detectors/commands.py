"""A list of command patterns as data, and which process starts meet one of them.

Patterns are regular expressions over a command line in lower case without quotes (`processes.starts`). The regex engine
is linear in the line's length whatever the pattern, so that no command line can stall a detector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing worth a look: ``name`` as a sentence says it, ATT&CK ``technique``, and ``source``, where it is known
    from (the title of a public rule or entry: no rule's text is ours).

    A start meets it when *all* of ``says`` are found in the command line, ``image`` in the path, and ``program`` and
    ``parent`` are among those named; what is empty is not asked for. A ``strong`` one is an answer by itself, any
    other only a hint.
    """

    name: str
    technique: str
    source: str
    says: tuple[str, ...] = ()
    image: str = ""
    program: frozenset[str] = field(default=NOTHING)
    parent: frozenset[str] = field(default=NOTHING)
    unless: str = ""
    strong: bool = True

    def met(self) -> pl.Expr:
        asked = [pl.col("line").str.contains(said) for said in self.says]
        if self.image:
            asked.append(pl.col("image").str.contains(self.image))
        if self.program:
            asked.append(pl.col("program").is_in(sorted(self.program)))
        if self.parent:
            asked.append(pl.col("parent").is_in(sorted(self.parent)))
        if self.unless:
            asked.append(~pl.col("line").str.contains(self.unless))
        return pl.all_horizontal(asked)


def matched(starts: pl.DataFrame, patterns: Sequence[Pattern]) -> pl.DataFrame:
    """The starts that meet a pattern, with ``pattern``, ``technique`` and ``strong`` of the first one in the list."""
    found = starts.filter(_any_of(patterns))
    number = pl.coalesce([pl.when(one.met()).then(pl.lit(place)) for place, one in enumerate(patterns)])
    told = pl.DataFrame(
        {
            "number": list(range(len(patterns))),
            "pattern": [one.name for one in patterns],
            "technique": [one.technique for one in patterns],
            "strong": [one.strong for one in patterns],
        },
        schema_overrides={"number": pl.Int32},
    )
    found = found.with_columns(number.cast(pl.Int32).alias("number")).filter(pl.col("number").is_not_null())
    return found.join(told, on="number", how="left", maintain_order="left").drop("number")


def _any_of(patterns: Sequence[Pattern]) -> pl.Expr:
    """What at least one pattern needs, in one pass over the lines: only what is left is asked for each by itself."""
    asked = [one.met() for one in patterns if not one.says and not one.image]
    if lines := [one.says[0] for one in patterns if one.says]:
        asked.append(pl.col("line").str.contains(_either(lines)))
    if images := [one.image for one in patterns if one.image and not one.says]:
        asked.append(pl.col("image").str.contains(_either(images)))
    return pl.any_horizontal(asked)


def _either(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)
