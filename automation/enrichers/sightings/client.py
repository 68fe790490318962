"""Sightings in our own store: in which cases of the team a value has been seen, and what became of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from automation.enrichers.days import day
from automation.enrichers.protocol import LISTED, NOT_LISTED, Found, Question
from casebook.models import CaseObservable
from casebook.models.choices import ObservableType, Verdict

FRESH_S = 300.0
CASES = 50
"""How many cases an answer names; it counts them all."""

# What an attacker brings along. A user or host of ours that was attacked before is not bad for it.
BROUGHT = frozenset({"ip", "cidr", "domain", "url", "email", "hash", "asn", "user_agent", "file"})


class Sightings:
    """*Listed* means part of a case that was closed as a true positive. All else is counted, not judged."""

    name = "sightings"
    title = "Own cases"
    types = frozenset(ObservableType.values)
    leaves_the_house = False
    most_tlp = "red"
    most_pap = "red"
    per_hour = None

    def ask(self, question: Question, *, deadline_s: float) -> Found:
        links = CaseObservable.objects.filter(observable_id=question.observable_id, case__team_id=question.team_id)
        columns = ("case_id", "case__state", "case__verdict", "case__received_at")
        cases = links.order_by("-case_id").values(*columns).distinct()[:CASES]  # a case may hold it in two roles
        hits = [
            {
                "case": row["case_id"],
                "says": row["case__verdict"] or row["case__state"],
                "closed": row["case__state"] == "closed",
                "date": row["case__received_at"].date().isoformat(),
            }
            for row in cases
        ]
        return worded(question.type, hits)

    def told_of(self, found: Found, *, type: str, case_id: int) -> Found:
        return worded(type, [hit for hit in found.hits if hit.get("case") != case_id])


def worded(type_: str, hits: list[dict[str, Any]]) -> Found:
    """The answer over some sightings; pure."""
    if not hits:
        return Found(NOT_LISTED, "in no other case", hits=[], fresh_s=FRESH_S)
    bad = sum(hit["says"] == Verdict.TRUE_POSITIVE for hit in hits)
    many = f"{len(hits)}+" if len(hits) >= CASES else str(len(hits))
    dates = [date.fromisoformat(hit["date"]) for hit in hits]
    first, last = min(dates), max(dates)
    span = day(first) if first == last else f"{day(first)} to {day(last)}"
    kinds = ", ".join(f"{count} {_words(says)}" for says, count in _tally(hits).items())
    text = f"in {many} {'case' if len(hits) == 1 else 'cases'}: {kinds} ({span})"
    result = LISTED if bad and type_ in BROUGHT else NOT_LISTED
    return Found(result, text, score=bad or None, hits=hits, fresh_s=FRESH_S)


def _tally(hits: list[dict[str, Any]]) -> dict[str, int]:
    """Verdicts of closed cases; whatever is not closed is open."""
    order = [*Verdict.values, "open"]
    counted = Counter(str(hit["says"]) if hit["closed"] else "open" for hit in hits)
    return {says: counted[says] for says in order if counted[says]}


def _words(says: str) -> str:
    return says.replace("_", " ")


ENRICHER = Sightings()
