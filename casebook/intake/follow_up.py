"""What follows from alerts that came in: the work rows that a case opened, joined or counted into asks for.

What is opened is worked on at once. What joins asks for the same a few seconds later, so that a storm into one case
asks once and not with every alert; critical work is taken first (`casebook.work.lease`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings

from casebook.intake.prepare import Item
from casebook.plugins import load, table

JOINED_S = 5.0
RECOUNT_S = 3.0
"""Counters of a case move once in a few seconds, by one re-armable row, so that senders never queue behind its row."""


def follow_up(*, fresh: list[Item], moved: list[Item], counted: list[Item]) -> list[dict[str, Any]]:
    """Rows for the work table about the cases of new alerts, of repeats that moved, and of repeats counted in place."""
    reactions, kinds = load(settings.CASEBOOK_REACTIONS), table("WORK")
    asked: dict[tuple[str, int], float] = {}
    for item in (*fresh, *moved):
        if item.case_id is not None:
            verb, delay = ("case.opened", 0.0) if item.opened else ("alert.attached", JOINED_S)
            for kind in reactions[verb]:
                asked[kind, item.case_id] = min(delay, asked.get((kind, item.case_id), delay))
    lanes = _lanes([*fresh, *moved, *counted])
    asked |= {("case.recount", case_id): RECOUNT_S for case_id in lanes.keys() - _right_already(fresh, moved)}
    return [
        {"kind": kind, "queue": kinds[kind]["queue"], "subject": f"case:{case_id}", "lane": lanes[case_id],
         "delay": delay}
        for (kind, case_id), delay in asked.items()
    ]  # fmt: skip


def _lanes(items: list[Item]) -> dict[int, int]:
    """Each case's lane, 0 for a critical alert."""
    lanes: dict[int, int] = {}
    for item in items:
        if item.case_id is not None:
            lane = 4 - item.row["severity"]
            lanes[item.case_id] = min(lane, lanes.get(item.case_id, lane))
    return lanes


def _right_already(fresh: list[Item], moved: list[Item]) -> set[int]:
    """Cases whose counters need no second look: opened here, by one alert that never came before."""
    joined = Counter(item.case_id for item in (*fresh, *moved))
    return {item.case_id for item in fresh if item.case_id and item.opened and item.times == joined[item.case_id] == 1}
