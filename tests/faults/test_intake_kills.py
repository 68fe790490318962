"""R8: the web process is killed between commit and answer, again and again, and the sender sends again.

And many senders at once on the same grouping keys: one case each, no deadlock, and nobody hears of a fault of ours.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from casebook.models import Alert, AlertObservable, Case, CaseObservable, Grouping, Journal, Observable, RawBody
from tests.conftest import alert_body
from tests.faults.conftest import deadlocks
from tests.faults.ledger import Ledger
from tests.faults.size import SEED, size
from tests.faults.web import Answer, Web

KILLS = size(50, 500)
SENDERS = 30
HANDS = 10


def about(user: str, **changes: Any) -> dict[str, Any]:
    """An alert about one user: its grouping key is the rule and that user."""
    return alert_body(observables=[{"type": "user", "value": user, "role": "target"}], assets=[], **changes)


def test_killed_between_commit_and_answer(serve: Callable[..., Web], tell: Callable[[object], None]) -> None:
    # One request a process at a time: a kill takes nobody else's request with it.
    dying = serve(kind="sync", workers=HANDS, threads=1, CASEBOOK_CRASH_AT="intake.committed")
    healthy = serve()
    alerts = [about(f"killed-{number}", external_id=f"kill-{number}") for number in range(KILLS)]
    ledger = Ledger("R8", SEED)

    with ThreadPoolExecutor(HANDS) as pool:
        assert list(pool.map(lambda alert: is_answered(dying, ledger, alert), alerts)) == [False] * KILLS
    stored = dict(Alert.objects.filter(external_id__startswith="kill-").values_list("external_id", "pk"))
    assert set(stored) == ledger.sent  # durable, although nobody was told

    with ThreadPoolExecutor(HANDS) as pool:
        assert list(pool.map(lambda alert: is_answered(healthy, ledger, alert), alerts)) == [True] * KILLS
    tell(f"{ledger}; stored {len(stored):,}")
    ledger.check(stored)
    assert ledger.statuses == {200: KILLS}
    assert ledger.outcomes == {"repeated": KILLS}

    found = Alert.objects.filter(external_id__startswith="kill-")
    assert set(found.values_list("count", flat=True)) == {2}
    cases = found.values_list("case_id", flat=True)
    assert len(set(cases)) == KILLS
    assert Journal.objects.filter(verb="case.opened", case_id__in=cases).count() == KILLS
    assert RawBody.objects.filter(id__in=found.values("raw_id")).count() == KILLS


def is_answered(web: Web, ledger: Ledger, alert: dict[str, Any]) -> bool:
    ids = [alert["external_id"]]
    ledger.sending(ids)
    try:
        status, told = web.send(alert)
    except ConnectionError:
        ledger.hung_up(1)
        return False
    ledger.answered(ids, status, told)
    return True


def at_once(web: Web, bodies: list[Any]) -> list[Answer]:
    """Each from a thread of its own, all let go together."""
    together = Barrier(len(bodies))

    def send(body: Any) -> Answer:
        together.wait()
        return web.send(body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.fixture(scope="module")
def busy(serve: Callable[..., Web]) -> Web:
    return serve(workers=2, threads=16)


@pytest.mark.parametrize("turn", range(4))
def test_many_senders_on_one_key_open_one_case(busy: Web, turn: int) -> None:
    user = f"crowd-{turn}"
    answers = at_once(busy, [about(user, external_id=f"{user}-{number}") for number in range(SENDERS)])

    assert Counter(status for status, _ in answers) == {201: SENDERS}
    assert Counter(body["outcome"] for _, body in answers) == {"opened": 1, "attached": SENDERS - 1}
    assert len({body["case"] for _, body in answers}) == 1
    case = Case.objects.get(alerts__external_id=f"{user}-0")
    assert case.alerts.count() == SENDERS
    assert Grouping.objects.filter(case=case).count() == 1
    assert Journal.objects.filter(case_id=case.pk, verb="case.opened").count() == 1
    assert Journal.objects.filter(case_id=case.pk, verb="alert.attached").count() == SENDERS - 1


def test_the_same_alert_from_many_at_once_is_one_alert(busy: Web) -> None:
    answers = at_once(busy, [about("twin", external_id="twin")] * SENDERS)
    assert Counter(status for status, _ in answers) == {201: 1, 200: SENDERS - 1}
    assert len({body["alert"] for _, body in answers}) == 1
    assert Alert.objects.get(external_id="twin").count == SENDERS


def test_lists_that_name_the_same_keys_in_another_order_do_not_deadlock(busy: Web) -> None:
    users, chance = [f"tangle-{number}" for number in range(8)], random.Random(5)

    def batch(sender: int) -> list[dict[str, Any]]:
        shuffled = chance.sample(users, len(users))
        return [about(user, external_id=f"{user}-{sender}") for user in shuffled]

    before = deadlocks()
    answers = at_once(busy, [batch(sender) for sender in range(SENDERS)])
    assert Counter(status for status, _ in answers) == {200: SENDERS}
    assert sum(body["opened"] for _, body in answers) == len(users)
    assert sum(body["attached"] for _, body in answers) == len(users) * (SENDERS - 1)
    assert sum(body["refused"] for _, body in answers) == 0
    assert deadlocks() == before


def test_no_link_lacks_an_end(busy: Web) -> None:
    """What foreign keys would hold: after all the senders above, every link has its alert, case and observable."""
    assert AlertObservable.objects.exists()
    alerts, cases, observables = (model.objects.values("pk") for model in (Alert, Case, Observable))
    loose = (
        AlertObservable.objects.exclude(alert__in=alerts),
        AlertObservable.objects.exclude(observable__in=observables),
        CaseObservable.objects.exclude(case__in=cases),
        CaseObservable.objects.exclude(observable__in=observables),
    )
    assert [links.count() for links in loose] == [0, 0, 0, 0]
