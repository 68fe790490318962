"""What a sender is told: of one alert, or of many in the order they were sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from rest_framework.response import Response

from casebook.errors import DomainError
from casebook.intake.outcome import Outcome
from casebook.intake.prepare import Item
from casebook.intake.receive import Refused, receive_many, refuse
from casebook.intake.sender import Sender

OUTCOMES = ("opened", "attached", "repeated", "suppressed", "accepted")


@dataclass
class Gathered:
    """A request taken apart: what can be received, what is kept instead, and what is known of each by its position."""

    received: int = 0
    items: list[Item] = field(default_factory=list)
    kept: list[Refused] = field(default_factory=list)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: dict[int, dict[str, Any]] = field(default_factory=dict)

    def refuse(
        self, position: int, body: bytes, error: DomainError, *, where: str = "", adapter: str = "native"
    ) -> None:
        """Keep an item that is no alert, and tell its sender why."""
        self.kept.append(refused(body, error, where, adapter=adapter))
        self.results[position] = {"error": error.detail, "errors": error.errors}


def refused(body: bytes, error: DomainError, where: str = "", *, adapter: str = "native") -> Refused:
    """What is kept of bytes that were refused."""
    return Refused(body, error.detail, where + next(iter(error.errors), ""), adapter=adapter)


def one(sender: Sender, gathered: Gathered) -> Response:
    """201, 200 for a repeat, 202 for what is kept for later. Raises what refused it."""
    failed = _deliver(sender, gathered)
    for error in failed.values():
        raise error
    told = gathered.results[0]
    status = {"repeated": 200, "accepted": 202}.get(told["outcome"], 201)
    return Response(told, status=status)


def many(sender: Sender, gathered: Gathered) -> Response:
    """200, with what became of each."""
    _deliver(sender, gathered)
    results = [gathered.results[position] for position in range(gathered.received)]
    totals = {name: sum(result.get("outcome") == name for result in results) for name in OUTCOMES}
    totals["refused"] = sum("error" in result for result in results)
    return Response({"received": gathered.received} | totals | {"results": results})


def _deliver(sender: Sender, gathered: Gathered) -> dict[int, DomainError]:
    refuse(sender, *gathered.kept)
    outcomes, failed = receive_many(sender, gathered.items)
    for position, outcome in outcomes.items():
        gathered.results[position] = told(outcome) | gathered.notes.get(position, {})
    if failed:
        bodies = {item.position: item for item in gathered.items}
        late = Gathered(results=gathered.results)
        for position, error in failed.items():
            item = bodies[position]
            late.refuse(position, item.row["body"].encode(), error, adapter=item.row["adapter"])
        refuse(sender, *late.kept)
    return failed


def told(outcome: Outcome) -> dict[str, Any]:
    """One alert's outcome in the contract's words."""
    ref = f"CB-{outcome.case}" if outcome.case else None
    said: dict[str, Any] = {"alert": outcome.alert, "outcome": outcome.outcome, "case": ref}
    said["url"] = f"{settings.PUBLIC_URL}/cases/{ref}/" if ref else None
    if outcome.outcome == "repeated":
        said["count"] = outcome.count
    return said


def accepted(reason: str, place: str) -> dict[str, Any]:
    """Of a body that is kept and was not understood: why, and where in it."""
    return {"alert": None, "outcome": "accepted", "case": None, "url": None, "reason": reason, "place": place}
