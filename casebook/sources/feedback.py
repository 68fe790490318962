"""“This rule needs tuning”: an analyst's word on the rule behind an alert, and what all of them said of each rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.journal.record import record
from casebook.models import Alert, RuleFeedback, Verdict

NOTE_MOST = 2000
GIVE, READ = "case.work", "case.read"


@dataclass(frozen=True)
class Rule:
    """A detection rule analysts spoke about. ``kinds`` counts their words, ``verdicts`` those of the cases meant."""

    team_id: int
    source: str
    rule_id: str
    rule_name: str
    times: int
    people: int
    last: datetime
    kinds: dict[str, int]
    verdicts: dict[str, int]
    notes: list[str]


def say(*, actor: Actor, alert_id: int, kind: str = "unsaid", note: str = "") -> RuleFeedback:
    """One person's word on the rule of an alert, once for a case: saying it again changes kind and note, and one more
    click without either changes nothing.

    Raises Invalid, NotFound, or NotAllowed for a token or role that works no cases.
    """
    if kind not in RuleFeedback.Kind.values:
        raise Invalid(
            "Say what is wrong with the rule.", errors={"kind": [f"one of {', '.join(RuleFeedback.Kind.values)}"]}
        )
    if len(note) > NOTE_MOST:
        raise Invalid("The note is too long.", errors={"note": [f"{NOTE_MOST:,} characters at most"]})
    with transaction.atomic():
        alert = Alert.objects.select_related("case").filter(pk=alert_id, team_id__in=actor.teams(READ)).first()
        if alert is None:
            raise NotFound
        if actor.person_id is None or not actor.may(GIVE, alert.team_id):
            raise NotAllowed("Whoever works cases says what a rule lacks.")
        words = {
            "kind": kind,
            "note": note.strip(),
            "rule_name": alert.rule_name or alert.title,
            "team_id": alert.team_id,
        }
        bare_click = kind == RuleFeedback.Kind.UNSAID and not note.strip()
        keep = RuleFeedback.objects.get_or_create if bare_click else RuleFeedback.objects.update_or_create
        said, _ = keep(
            source_id=alert.source_id,
            case=alert.case,
            by_id=actor.person_id,
            rule_id=alert.rule_id or alert.rule_name or alert.title[:500],
            defaults=words,
        )
        payload = {
            "rule": said.rule_name,
            "kind": RuleFeedback.Kind(said.kind).label,
            "note_text": f": {note}" if note else "",
        }
        record(actor, "rule.feedback", f"alert:{alert.pk}", payload, case=alert.case, team_id=alert.team_id)
    return said


def rules(actor: Actor, *, source: str = "") -> list[Rule]:
    """Rules anybody spoke about in the actor's teams, the most spoken about first."""
    said = RuleFeedback.objects.filter(team__in=actor.teams(READ)).order_by()
    if source:
        said = said.filter(source__slug=source)
    kinds = {kind: Count("pk", filter=Q(kind=kind)) for kind in RuleFeedback.Kind.values}
    verdicts = {f"as_{one}": Count("case", filter=Q(case__verdict=one), distinct=True) for one in Verdict.values}
    rows = said.values("team_id", "source__slug", "rule_id").annotate(
        times=Count("pk"), people=Count("by", distinct=True), last=Max("at"), name=Max("rule_name"), **kinds, **verdicts
    )
    found = list(rows.order_by("-times", "-last"))
    notes = _notes(said, {(row["source__slug"], row["rule_id"]) for row in found})
    return [_rule(row, notes.get((row["source__slug"], row["rule_id"]), [])) for row in found]


def _rule(row: Mapping[str, Any], notes: list[str]) -> Rule:
    return Rule(
        team_id=row["team_id"],
        source=row["source__slug"],
        rule_id=row["rule_id"],
        rule_name=row["name"],
        times=row["times"],
        people=row["people"],
        last=row["last"],
        kinds={kind: row[kind] for kind in RuleFeedback.Kind.values if row[kind]},
        verdicts={one: row[f"as_{one}"] for one in Verdict.values if row[f"as_{one}"]},
        notes=notes,
    )


def _notes(said: QuerySet[RuleFeedback], wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {key: [] for key in wanted}
    rows = said.exclude(note="").order_by("-at").values_list("source__slug", "rule_id", "note")
    for slug, rule_id, note in rows[:2000]:
        if len(found[slug, rule_id]) < 5:
            found[slug, rule_id].append(note)
    return found


COLUMNS = ("source", "rule_id", "rule_name", "times", "people", "last", "kinds", "verdicts", "notes")


def as_rows(found: list[Rule]) -> Iterator[list[str]]:
    """Rows for a spreadsheet, the heading first."""
    yield list(COLUMNS)
    for rule in found:
        kinds = ", ".join(f"{kind} {times}" for kind, times in rule.kinds.items())
        verdicts = ", ".join(f"{one} {times}" for one, times in rule.verdicts.items())
        yield [
            rule.source, rule.rule_id, rule.rule_name, str(rule.times), str(rule.people), rule.last.isoformat(),
            kinds, verdicts, " / ".join(rule.notes),
        ]  # fmt: skip
