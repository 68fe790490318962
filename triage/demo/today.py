"""What lies on the desk when a newcomer signs in: one case in each state worth seeing, made by the services."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from accounts.actors import PersonActor
from accounts.models import Person
from automation.containment.approve import approve
from automation.containment.request import request
from casebook.actor import Automation
from casebook.cases import evidence, ownership, waiting
from casebook.epoch import config_epoch
from casebook.intake.envelope import read
from casebook.intake.prepare import prepare
from casebook.intake.receive import receive
from casebook.intake.sender import sender_of
from casebook.models import Case, Source
from casebook.work.drain import drain
from triage import answers, escalation
from triage.demo.log import ATTACKER, ENUMERATOR, OPERATOR, SPRAYERS, VICTIM, demo_log

LOG_NAME = "bastion-1-auth.log"
QUEUES = ("evidence", "default", "lookups", "containment")


def story(now: datetime) -> tuple[str, dict[str, Any]]:
    """The demo's log, ending yesterday, and what a reader must find in it."""
    made = demo_log(seed=1, start=now - timedelta(days=6))
    return made.text, made.truth


def breach_alert(truth: dict[str, Any]) -> dict[str, Any]:
    """The alert a SIEM sends about the compromise in the log."""
    at = datetime.fromisoformat(truth["compromise"]["at"])
    return {
        "external_id": "demo-breach",
        "title": f"{truth['compromise']['failures']} failed logins for {VICTIM}, then a success",
        "description": "Many failures from one address for one account, followed by an accepted password.",
        "severity": "critical",
        "detected_at": (at + timedelta(minutes=1)).isoformat(),
        "first_event_at": (at - timedelta(minutes=20)).isoformat(),
        "last_event_at": at.isoformat(),
        "rule": {"id": "ssh-1", "name": "ssh brute force with success"},
        "techniques": ["T1589"],
        "tactics": ["credential-access"],
        "link": "https://siem.casebook.example/alerts/demo-breach",
        "observables": [
            {"type": "ip", "value": ATTACKER, "role": "source"},
            {"type": "user", "value": VICTIM, "role": "target"},
            {"type": "host", "value": "bastion-1", "role": "target"},
        ],
    }


def write(now: datetime) -> list[Case]:
    """The cases of today. Findings are computed here and now, by the same code the workers run."""
    text, truth = story(now)
    lina, tomas, tessa = (_person(name) for name in ("lina", "tomas", "tessa"))
    breach = _send("siem", **breach_alert(truth))
    operator = _send("siem", **_operator_alert(truth, now))
    escalated = _send("edge", **_enumeration_alert(truth, now))
    investigating = _send("edge", **_sprayer_alert(now))
    returned = _send("edge", **_forwarding_alert(now))
    waits = _send("siem", **_new_network_alert(now))
    _send("siem", **_small_alert(now))
    _send("green-siem", **breach_alert(truth) | {"external_id": "green-1", "title": "Failed logins at a green host"})
    for case in (breach, operator, escalated, investigating):
        evidence.attach(
            actor=Automation(name="siem", team_id=case.team_id), ref=case.ref, name=LOG_NAME, chunks=[text.encode()],
            timezone="UTC", year=(now - timedelta(days=6)).year,
        )  # fmt: skip
    _work()
    _escalate(lina, escalated)
    _escalate(lina, investigating)
    escalation.accept(actor=tomas, ref=investigating.ref)
    block = request(
        actor=tomas, ref=investigating.ref, kind="block_address", target=SPRAYERS[0], connector="simulated",
        expires_in=86400, reason="It guesses at root on every host we have.",
    )  # fmt: skip
    approve(actor=tessa, action_id=block.pk)
    request(
        actor=tomas, ref=investigating.ref, kind="block_address", target=SPRAYERS[1], connector="simulated",
        expires_in=86400, reason="The second of the two loudest.",
    )  # fmt: skip
    _escalate(lina, returned)
    escalation.return_(
        actor=tomas,
        ref=returned.ref,
        question="Which rules existed before 09:14?",
        reason="The mailbox audit is missing.",
    )
    ownership.take(actor=lina, ref=waits.ref)
    waiting.wait(actor=lina, ref=waits.ref, reason="asked the account's owner", until=now + timedelta(hours=20))
    _work()
    return [breach, operator, escalated, investigating, returned, waits]


def _escalate(actor: PersonActor, case: Case) -> None:
    answers.accept_all(actor=actor, ref=case.ref)
    escalation.escalate(actor=actor, ref=case.ref, reason="Shown as an example of what is on T2's desk.")


def _work() -> None:
    for queue in QUEUES:
        drain(queue)


def _send(source: str, **alert: Any) -> Case:
    row = Source.objects.get(slug=source)
    body = json.dumps(alert).encode()
    outcome = receive(sender_of(row, config_epoch=config_epoch()), [prepare(read(body), body, 0)])[0]
    return Case.objects.get(pk__in=[outcome.case])


def _person(username: str) -> PersonActor:
    return PersonActor(Person.objects.get(username=username))


def _alert(
    name: str, title: str, severity: str, techniques: list[str], span: tuple[datetime, datetime], **observables: str
) -> dict[str, Any]:
    roles = {"ip": "source"}
    return {
        "external_id": f"demo-{name}",
        "title": title,
        "severity": severity,
        "detected_at": span[1].isoformat(),
        "first_event_at": span[0].isoformat(),
        "last_event_at": span[1].isoformat(),
        "rule": {"id": f"demo-{name}", "name": title},
        "techniques": techniques,
        "link": f"https://siem.casebook.example/alerts/demo-{name}",
        "observables": [
            {"type": kind, "value": value, "role": roles.get(kind, "target")} for kind, value in observables.items()
        ],
    }


def _operator_alert(truth: dict[str, Any], now: datetime) -> dict[str, Any]:
    failed = truth["operator"]["failed"]
    title = f"{failed} failed logins from an administrator's address"
    return _alert("operator", title, "medium", ["T1589"], _log_span(now), ip=OPERATOR, host="bastion-1")


def _enumeration_alert(truth: dict[str, Any], now: datetime) -> dict[str, Any]:
    names = len(truth["enumerator"]["names"])
    title = f"{names} user names tried from one address, none exists"
    return _alert("names", title, "high", ["T1589.001"], _log_span(now), ip=ENUMERATOR, host="bastion-1")


def _sprayer_alert(now: datetime) -> dict[str, Any]:
    title = "root guessed at from a listed address"
    return _alert("spray", title, "high", ["T1110"], _log_span(now), ip=SPRAYERS[0], user="root")


def _forwarding_alert(now: datetime) -> dict[str, Any]:
    span = (now - timedelta(hours=2), now - timedelta(hours=1))
    title = "New forwarding rule for jlind"
    return _alert("forward", title, "high", ["T1114.003"], span, user="jlind", mailbox="jlind@casebook.example")


def _new_network_alert(now: datetime) -> dict[str, Any]:
    span = (now - timedelta(hours=1), now - timedelta(minutes=50))
    title = "Login for rsato from a network not seen before"
    return _alert("network", title, "medium", ["T1078"], span, user="rsato", ip="198.51.100.61")


def _small_alert(now: datetime) -> dict[str, Any]:
    span = (now - timedelta(minutes=25), now - timedelta(minutes=20))
    return _alert("small", "Two failed logins for tokoye", "low", [], span, user="tokoye", host="vpn-1")


def _log_span(now: datetime) -> tuple[datetime, datetime]:
    """The days the demo's log covers, less the last hours, in which nothing of interest happens."""
    first = (now - timedelta(days=6)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(hours=1), first + timedelta(days=4, hours=20)
