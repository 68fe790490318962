"""What stands in place of a recommendation once the case is closed: who decided what, why, and whether it followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.models import Case
from casebook.models.choices import State, Verdict
from triage.web.beside import Row
from triage.web.decision_box import CRITERION_TONES, titled

NOT_ASKED = "It was not closed from its page, so no recommendation was weighed."


@dataclass(frozen=True)
class Judged:
    """A criterion as it stood at the decision."""

    text: str
    state: str
    tone: str


@dataclass(frozen=True)
class DecidedBox:
    """``stance`` says in words how the decision stands to what was recommended; ``said`` is that recommendation."""

    verdict: str
    by: str
    at: datetime | None
    reason: str
    stance: str
    against: bool
    left_open: int
    said: str
    because: tuple[str, ...]
    criteria: tuple[Judged, ...]


def decided_box(case: Case, decided: Row | None) -> DecidedBox | None:
    """None while the case is open. A case closed in bulk or by a rule has no decision of its own, only an end."""
    if case.state != State.CLOSED:
        return None
    if decided is None:
        by = case.changed_by if case.changed_verb == "case.closed" else ""
        return DecidedBox(case.verdict, by, case.closed_at, "", NOT_ASKED, against=False, left_open=0, said="",
                          because=(), criteria=())  # fmt: skip
    said = decided["said"] or {}
    return DecidedBox(
        verdict=decided["verdict"],
        by=decided["by"],
        at=decided["at"],
        reason=decided["reason"],
        stance=_stance(decided, said),
        against=not decided["followed"],
        left_open=len(decided["overridden"]),
        said=titled(said.get("decision", "none"), said.get("verdict")),
        because=tuple(said.get("because", ())),
        criteria=tuple(_judged(one) for one in decided["criteria"] or ()),
    )


def _stance(decided: Row, said: dict[str, Any]) -> str:
    if not decided["followed"]:
        return "Against the recommendation."
    if decided["verdict"] == Verdict.DUPLICATE:
        return "It is judged in the case it repeats."
    return "As recommended." if said.get("decision") == "close" else "Tier 2's own verdict."


def _judged(criterion: dict[str, Any]) -> Judged:
    return Judged(criterion["text"], criterion["state"], CRITERION_TONES[criterion["state"]])
