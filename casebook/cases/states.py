"""The table of states: which verb leads where. UI, API and tests read it; nothing else decides it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

NEW, TRIAGE, WAITING = "new", "triage", "waiting"
ESCALATED, INVESTIGATING, CLOSED = "escalated", "investigating", "closed"
BACK = "where it came from"


@dataclass(frozen=True)
class Move:
    """``to`` is a state, or BACK; ``needs`` the permission the verb takes."""

    to: str
    needs: str


TABLE: dict[str, dict[str, Move]] = {
    NEW: {
        "take": Move(TRIAGE, "case.work"),
        "assign": Move(TRIAGE, "case.work"),
        "escalate": Move(ESCALATED, "case.work"),
        "close": Move(CLOSED, "case.close"),
        "wait": Move(WAITING, "case.work"),
    },
    TRIAGE: {
        "take": Move(TRIAGE, "case.work"),
        "assign": Move(TRIAGE, "case.work"),
        "wait": Move(WAITING, "case.work"),
        "escalate": Move(ESCALATED, "case.work"),
        "close": Move(CLOSED, "case.close"),
        "release": Move(NEW, "case.work"),
    },
    WAITING: {
        "take": Move(WAITING, "case.work"),
        "assign": Move(WAITING, "case.work"),
        "resume": Move(BACK, "case.work"),
        "close": Move(CLOSED, "case.close"),
    },
    ESCALATED: {
        "assign": Move(ESCALATED, "case.accept"),
        "accept": Move(INVESTIGATING, "case.accept"),
        "return": Move(TRIAGE, "case.accept"),
        "close": Move(CLOSED, "case.close_true"),
    },
    INVESTIGATING: {
        "take": Move(INVESTIGATING, "case.accept"),
        "assign": Move(INVESTIGATING, "case.accept"),
        "wait": Move(WAITING, "case.accept"),
        "return": Move(TRIAGE, "case.accept"),
        "release": Move(ESCALATED, "case.accept"),
        "close": Move(CLOSED, "case.close_true"),
    },
    CLOSED: {"reopen": Move(BACK, "case.work")},
}


def move(state: str, verb: str) -> Move | None:
    """Where a verb leads from a state, or None where the table forbids it."""
    return TABLE[state].get(verb)


def verbs(state: str) -> tuple[str, ...]:
    """The verbs a state allows, in the table's order."""
    return tuple(TABLE[state])


def tier(state: str, waiting_from: str = "") -> str:
    """Whose queue the case stands in: l1 until it is escalated, t2 from then on."""
    seen = waiting_from if state == WAITING else state
    return "t2" if seen in (ESCALATED, INVESTIGATING) else "l1"
