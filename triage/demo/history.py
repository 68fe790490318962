"""A month of cases that are over, so that reports have something to say and rows something that was seen before.

Written as rows, because services only know the present. Everything is drawn from a seed: the same again on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from django.db import connection, transaction

from accounts.models import Person
from casebook.epoch import config_epoch
from casebook.intake.canonical import canonical
from casebook.intake.grouping_key import about
from casebook.models import (
    Alert,
    AlertObservable,
    Case,
    CaseObservable,
    Clock,
    Journal,
    Observable,
    RawBody,
    Source,
    Team,
)
from casebook.playbooks.table import MEMORY
from casebook.sla.policies import Table, current
from triage.demo import past_runs

FALSE, BENIGN, TRUE, OPEN = "false_positive", "benign_positive", "true_positive", "undetermined"
STORIES = (
    # title, techniques, severity, escalated in, verdicts with weights
    ("{n} failed logins for {user} on {host}", ["T1110.001"], 3, 0.45, {FALSE: 5, TRUE: 3, BENIGN: 2}),
    ("{n} user names tried from {ip}", ["T1589.001"], 2, 0.25, {FALSE: 6, TRUE: 1, BENIGN: 3}),
    ("Login for {user} from a network not seen before", ["T1078"], 2, 0.2, {BENIGN: 6, FALSE: 3, TRUE: 1}),
    ("{n} requests to the staff directory from {ip}", ["T1589"], 1, 0.1, {FALSE: 5, BENIGN: 4, OPEN: 1}),
    ("Burst of lockouts on {host}", ["T1110"], 3, 0.3, {FALSE: 6, BENIGN: 2, TRUE: 2}),
    ("New forwarding rule for {user}", ["T1114.003"], 4, 0.6, {TRUE: 4, BENIGN: 4, FALSE: 2}),
    ("One password tried at {n} accounts from {ip}", ["T1110.003"], 3, 0.4, {FALSE: 4, TRUE: 3, BENIGN: 2}),
    ("{user} opened a link to a page that asks for passwords", ["T1566.002"], 3, 0.4, {TRUE: 4, FALSE: 4, BENIGN: 2}),
    ("{user} listed {n} accounts of the domain", ["T1087.002"], 2, 0.2, {BENIGN: 6, FALSE: 2, TRUE: 1}),
    ("Script interpreter started by an office program on {host}", ["T1059.001"], 3, 0.3, {BENIGN: 5, TRUE: 2}),
    # No playbook of ours is for these two: coverage has something to tell.
    ("{n} ports of {host} knocked at from {ip}", ["T1046"], 2, 0.15, {FALSE: 5, BENIGN: 4, TRUE: 1}),
    ("New scheduled task on {host}", ["T1053.005"], 2, 0.25, {BENIGN: 6, FALSE: 2, TRUE: 1}),
)  # fmt: skip
USERS = ("akovac", "jlind", "rsato", "tokoye", "mbrandt", "svc-backup", "helpdesk", "payroll")
HOSTS = ("bastion-1", "web-1", "web-2", "mail-1", "vpn-1", "files-1")
CHUNK = 500


@dataclass(frozen=True)
class _Cast:
    l1: list[Person]
    t2: list[Person]
    team: Team
    source: Source


def write(count: int, *, now: datetime, seed: int = 7, days: int = 30) -> int:
    """``count`` closed cases of team blue, received over the ``days`` before ``now``. Returns how many."""
    random = Random(seed)  # noqa: S311 - a story to retell, not a secret
    team = Team.objects.get(slug="blue")
    holding = {
        role: list(Person.objects.filter(memberships__team=team, memberships__role=role).order_by("pk"))
        for role in ("l1", "t2")
    }
    cast = _Cast(holding["l1"], holding["t2"], team, Source.objects.get(slug="siem"))
    written = 0
    while written < count:
        chunk = min(CHUNK, count - written)
        with transaction.atomic():
            _chunk(random, chunk, cast, now - timedelta(hours=2), days)
        written += chunk
    return written


def _chunk(random: Random, count: int, cast: _Cast, latest: datetime, days: int) -> None:
    epoch, targets = config_epoch(), current()
    cases, links, alerts = [], [], []
    numbers = iter(_numbers("casebook_case_id_seq", count))
    raw_ids = iter(_numbers("raw_body_id_seq", count))
    for _ in range(count):
        received = latest - timedelta(seconds=random.uniform(0, days * 86400))
        case, values = _case(random, next(numbers), received, latest, cast, epoch)
        cases.append(case)
        links += [(case, value, role) for value, role in values]
        alerts.append(_alert(random, case, next(raw_ids), cast))
    Case.objects.bulk_create(cases)
    RawBody.objects.bulk_create([raw for _, raw in alerts])
    stored = Alert.objects.bulk_create([alert for alert, _ in alerts])
    _link(cast.team, links, {alert.case_id: alert for alert in stored})
    Clock.objects.bulk_create([clock for case in cases for clock in _clocks(case, targets)])
    Journal.objects.bulk_create([entry for case in cases for entry in _entries(case)])
    past_runs.write(random, cases, cast.l1)


def _case(
    random: Random, number: int, received: datetime, latest: datetime, cast: _Cast, epoch: int
) -> tuple[Case, list[tuple[tuple[str, str], str]]]:
    title, techniques, severity, share, verdicts = random.choice(STORIES)
    user, host = random.choice(USERS), random.choice(HOSTS)
    address = f"203.0.113.{random.randint(1, 99)}"
    verdict = random.choices(list(verdicts), weights=list(verdicts.values()))[0]
    matched = MEMORY.match(techniques, cast.team.pk, epoch)
    if matched is None:
        raise LookupError("no playbook is published: run import_playbooks cards/ first")
    escalated = verdict == "true_positive" or random.random() < share
    at = _instants(random, received, severity, escalated=escalated, contained=verdict == "true_positive")
    values = [(("ip", address), "source"), (("user", user), "target"), (("host", host), "target")]
    case = Case(
        id=number,
        team=cast.team,
        source=cast.source,
        title=title.format(n=random.randint(12, 400), user=user, host=host, ip=address),
        about=about([(canonical(*pair), role) for pair, role in values]),
        state="closed",
        tier="t2" if escalated else "l1",
        severity=severity,
        owner=random.choice(cast.t2 if escalated else cast.l1),
        version=3,
        playbook_version_id=matched.playbook_version_id,
        playbook_why=matched.why,
        techniques=techniques,
        verdict=verdict,
        closed_how="person",
        closed_from="investigating" if escalated else "triage",
        first_event_at=received - timedelta(seconds=random.uniform(60, 3600)),
        detected_at=received - timedelta(seconds=random.uniform(5, 240)),
        opened_at=received,
        received_at=received,
        changed_at=received,
        **{name: min(moment, latest) if moment else None for name, moment in at.items()},
    )
    return case, values


def _instants(
    random: Random, received: datetime, severity: int, *, escalated: bool, contained: bool
) -> dict[str, datetime | None]:
    """How long people took: quicker for what is severe, with a tail, and a bad hour now and then."""
    pace = (6 - severity) * (3.0 if random.random() < 0.08 else 1.0)

    def after(moment: datetime, minutes: float) -> datetime:
        return moment + timedelta(minutes=random.lognormvariate(0, 0.7) * minutes * pace)

    acknowledged = after(received, 1.6)
    decided = after(acknowledged, 4.0)
    accepted = after(decided, 3.0) if escalated else None
    ended = after(accepted or decided, 12.0 if escalated else 0.5)
    return {
        "acknowledged_at": acknowledged,
        "decided_at": decided,
        "escalated_at": decided if escalated else None,
        "accepted_at": accepted,
        "contained_at": after(accepted, 4.0) if accepted and contained else None,
        "resolved_at": ended,
        "closed_at": ended,
    }


def _alert(random: Random, case: Case, raw_id: int, cast: _Cast) -> tuple[Alert, RawBody]:
    body = b'{"external_id":"history-%d","title":"told again for the demo"}' % case.pk
    raw = RawBody(
        id=raw_id,
        at=case.received_at,
        team_id=cast.team.pk,
        source_id=cast.source.pk,
        sha256=sha256(body).digest(),
        body=body,
    )
    count = random.choice((1, 1, 1, 2, 3, 5, 8, 21))
    case.alert_count = count
    alert = Alert(
        team=cast.team, source=cast.source, case_id=case.pk, external_id=f"history-{case.pk}", title=case.title,
        severity=case.severity, rule_id="history", rule_name=case.title.split(" ", 1)[-1][:60],
        techniques=case.techniques,
        detected_at=case.detected_at, first_event_at=case.first_event_at, last_event_at=case.detected_at,
        received_at=case.received_at, last_seen_at=case.received_at, count=count, raw_id=raw_id,
        raw_at=case.received_at,
    )  # fmt: skip
    return alert, raw


def _link(team: Team, links: list[tuple[Case, tuple[str, str], str]], alerts: dict[int | None, Alert]) -> None:
    known: dict[tuple[str, str], Observable] = {}
    for pair in {pair for _, pair, _ in links}:
        value = canonical(*pair)
        known[pair], _ = Observable.objects.get_or_create(
            team=team, type=value.type, key=value.key, defaults={"value": value.value}
        )
    CaseObservable.objects.bulk_create(
        [
            CaseObservable(case=case, observable=known[pair], role=role, count=case.alert_count)
            for case, pair, role in links
        ]
    )
    AlertObservable.objects.bulk_create(
        [AlertObservable(alert=alerts[case.pk], observable=known[pair], role=role) for case, pair, role in links]
    )


MEASURED = {
    "time_to_acknowledge": ("received_at", "acknowledged_at"),
    "time_to_qualify": ("received_at", "decided_at"),
    "time_to_accept": ("escalated_at", "accepted_at"),
    "time_to_contain": ("received_at", "contained_at"),
    "time_to_resolve": ("received_at", "resolved_at"),
}


def _clocks(case: Case, targets: Table) -> Iterator[Clock]:
    for measure, (begins, ends) in MEASURED.items():
        start, stop = getattr(case, begins), getattr(case, ends)
        target = targets.target(case.severity, measure)
        if start is None or stop is None or target is None:
            continue
        due = start + timedelta(seconds=target.target_s)
        late = stop > due
        segments = [
            {"from": start.isoformat(), "to": stop.isoformat(), "state": "running", "why": "in the queue and in hand"}
        ]
        yield Clock(
            case=case, team_id=case.team_id, measure=measure, policy_id=target.policy_id, target_s=target.target_s,
            state="missed" if late else "met", started_at=start, due_at=due,
            risk_at=start + timedelta(seconds=target.target_s * 0.75), stopped_at=stop,
            breached_at=due if late else None, segments=segments,
        )  # fmt: skip


def _entries(case: Case) -> Iterator[Journal]:
    verdict = {"verdict": case.verdict, "verdict_words": case.verdict.replace("_", " "), "reason": "", "how": "person"}
    told: tuple[tuple[str, datetime | None, str, str, dict[str, Any]], ...] = (
        (
            "case.opened",
            case.received_at,
            "siem",
            "source",
            {"title": case.title, "playbook": "", "why": case.playbook_why},
        ),
        ("case.taken", case.acknowledged_at, case.owner.username, "person", {}),  # type: ignore[union-attr]
        ("case.escalated", case.escalated_at, case.owner.username, "person", {}),  # type: ignore[union-attr]
        ("case.accepted", case.accepted_at, case.owner.username, "person", {}),  # type: ignore[union-attr]
        ("case.closed", case.closed_at, case.owner.username, "person", verdict),  # type: ignore[union-attr]
    )
    for verb, at, name, kind, payload in told:
        if at is not None:
            yield Journal(
                at=at, team_id=case.team_id, case_id=case.pk, verb=verb, subject=f"case:{case.pk}",
                actor_kind=kind, actor_name=name, payload=payload,
            )  # fmt: skip


def _numbers(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s) from generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
