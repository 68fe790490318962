"""What alerts change of their case: counters, instants, the window, a severity that rises."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.cases import notes
from casebook.cases.recount import recount
from casebook.epoch import config_epoch
from casebook.intake import receive as receiving
from casebook.intake.envelope import read
from casebook.intake.prepare import Item, prepare
from casebook.intake.receive import receive
from casebook.intake.sender import Sender, sender_of
from casebook.models import Alert, Case, Clock, Grouping, Source, Work
from casebook.work.lease import Lease, let_writers_finish
from tests.conftest import alert_body


def item(position: int = 0, **changes: Any) -> Item:
    body = json.dumps(alert_body(**changes)).encode()
    return prepare(read(body), body, position)


def count(case_id: int) -> Case:
    recount(Lease(0, "case.recount", f"case:{case_id}", None, 1, 1, {}))
    return Case.objects.get(pk=case_id)


def test_every_instant_of_an_opening_is_one(sender: Sender) -> None:
    outcome = receive(sender, [item()])[0]

    case, alert = Case.objects.get(pk=outcome.case), Alert.objects.get(pk=outcome.alert)
    started = set(Clock.objects.filter(case=case).values_list("started_at", flat=True))
    instants = {case.received_at, case.opened_at, case.changed_at, alert.received_at, alert.last_seen_at}
    assert instants | started == {alert.raw_at}


def test_a_repeat_raises_the_case_too(sender: Sender) -> None:
    opened = receive(sender, [item(external_id="r", severity="low")])[0]
    receive(sender, [item(external_id="r", severity="critical")])

    case = count(opened.case or 0)
    assert (case.severity_word, case.alert_count, case.version) == ("critical", 2, 1)


def test_a_persons_word_on_severity_stands(sender: Sender, lina: PersonActor) -> None:
    opened = receive(sender, [item(external_id="r", severity="high")])[0]
    notes.edit(actor=lina, ref=f"CB-{opened.case}", version=None, severity="low", reason="a scan of ours")
    receive(sender, [item(external_id="r", severity="critical")])

    assert count(opened.case or 0).severity_word == "low"


def test_a_list_opens_at_its_worst(sender: Sender) -> None:
    found = receive(sender, [item(0, severity="low"), item(1, severity="critical")])
    assert Case.objects.get(pk=found[0].case).severity_word == "critical"


def test_what_was_folded_is_counted(sender: Sender) -> None:
    opened = receive(sender, [item(0, external_id="f"), item(1, external_id="f")])[0]
    assert Work.objects.filter(kind="case.recount", subject=f"case:{opened.case}", state="waiting").exists()
    assert count(opened.case or 0).alert_count == 2


def test_the_window_counts_from_the_last_alert(sender: Sender) -> None:
    opened = receive(sender, [item()])[0]
    now = timezone.now()
    Grouping.objects.filter(case_id=opened.case).update(until=now + timedelta(hours=1))
    receive(sender, [item()])
    count(opened.case or 0)

    assert Grouping.objects.get(case_id=opened.case).until > now + timedelta(hours=23)


def test_a_window_that_has_passed_stays_passed(sender: Sender) -> None:
    opened = receive(sender, [item(external_id="w")])[0]
    passed = timezone.now() - timedelta(hours=1)
    Grouping.objects.filter(case_id=opened.case).update(until=passed)
    receive(sender, [item(external_id="w")])
    count(opened.case or 0)
    assert Grouping.objects.get(case_id=opened.case).until == passed

    other = receive(sender, [item()])[0]
    assert other.outcome == "opened"
    assert other.case != opened.case
    assert Grouping.objects.get(case_id=other.case).until > timezone.now()


def test_a_second_try_starts_from_nothing(sender: Sender, monkeypatch: Any) -> None:
    """The first try had opened a case; by the second another sender has: the alert joins, and says so."""
    run, other = receiving.Pass.run, {}

    def interrupted(self: Any) -> Any:
        if not other:
            other["tried"] = run(self)
            raise receiving.Again
        monkeypatch.setattr(receiving.Pass, "run", run)
        other["first"] = receive(sender, [item(external_id="the other sender's")])[0]
        return run(self)

    monkeypatch.setattr(receiving.Pass, "run", interrupted)
    outcome = receive(sender, [item(external_id="ours")])[0]

    assert (outcome.outcome, outcome.case) == ("attached", other["first"].case)


def test_a_worker_waits_for_a_sender_that_has_not_committed(committed: str) -> None:
    sender = sender_of(Source.objects.get(slug="siem"), config_epoch=config_epoch())
    opened = receive(sender, [item(external_id="one")])[0]
    stored, done = threading.Event(), threading.Event()

    def slow_sender() -> None:
        with transaction.atomic():
            receive(sender, [item(external_id="two")])
            stored.set()
            done.wait(0.3)
        connections.close_all()

    thread = threading.Thread(target=slow_sender)
    thread.start()
    stored.wait(5)
    assert Alert.objects.filter(case_id=opened.case).count() == 1
    let_writers_finish()
    assert Alert.objects.filter(case_id=opened.case).count() == 2
    thread.join()


def test_thirty_repeats_at_once_are_thirty(committed: str) -> None:
    sender = sender_of(Source.objects.get(slug="siem"), config_epoch=config_epoch())
    ids = [f"storm-{n}" for n in range(5)]
    receive(sender, [item(n, external_id=one) for n, one in enumerate(ids)])

    def send(turn: int) -> None:
        order = ids if turn % 2 else list(reversed(ids))
        receive(sender, [item(n, external_id=one) for n, one in enumerate(order)])
        connections.close_all()

    at_once(30, send)
    assert set(Alert.objects.filter(external_id__in=ids).values_list("count", flat=True)) == {31}


def test_one_id_under_two_keys_leaves_no_empty_case(committed: str) -> None:
    sender = sender_of(Source.objects.get(slug="siem"), config_epoch=config_epoch())
    rounds = 10

    def send(turn: int) -> None:
        for n in range(rounds):
            receive(sender, [item(external_id=f"twice-{n}", rule={"id": f"twice {n} {turn % 2}"})])
        connections.close_all()

    at_once(6, send)
    cases = Case.objects.filter(alerts__external_id__startswith="twice-").distinct()
    assert cases.count() == rounds
    assert not Case.objects.filter(alerts=None).exists()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from casebook_grouping where case_id is null")
        assert cursor.fetchone() == (0,)


def at_once(how_many: int, act: Callable[[int], None]) -> None:
    barrier, wrong = threading.Barrier(how_many), []

    def run(turn: int) -> None:
        barrier.wait()
        try:
            act(turn)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
