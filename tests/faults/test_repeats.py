"""R5: many alerts, a fifth of them twice, from thirty senders that send again whenever they heard no answer.

What the database holds is compared with what was sent, and its cases with those of an oracle that knows the grouping
rule and nothing of our code.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import Any, NamedTuple

from casebook.models import Alert, Case, Journal, RawBody
from tests.faults.conftest import deadlocks
from tests.faults.ledger import Ledger
from tests.faults.size import SEED, size
from tests.faults.web import JSON, LINES, Line, Web

ALERTS = size(1_500, 50_000)
DISTINCT = ALERTS * 4 // 5
SENDERS = 30
BATCH = size(5, 25)
THINGS = size(8, 40)
LOST = 0.02
"""Of so many requests the sender hears no answer, whatever became of them."""
TRIES = 8
PREFIX = "repeats-"


class Letter(NamedTuple):
    """One request: whose alerts, what kind of body, and the body."""

    ids: list[str]
    kind: str
    body: bytes


def test_every_alert_once_and_every_case_as_the_rule_says(
    serve: Callable[..., Web], tell: Callable[[object], None]
) -> None:
    chance = Random(SEED)
    alerts = [draw(chance, number) for number in range(DISTINCT)]
    ledger, broken_before = Ledger("R5", SEED), deadlocks()
    web = serve(workers=4, threads=8)

    began = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as pool:
        shares = [list(letters(share)) for share in dealt(with_twins(alerts, chance))]
        list(pool.map(partial(deliver, web, ledger), shares, [chance.random() for _ in shares]))
    took, broken = time.monotonic() - began, deadlocks() - broken_before

    stored = dict(Alert.objects.filter(external_id__startswith=PREFIX).values_list("external_id", "pk"))
    tell(f"{ledger}; stored {len(stored):,} in {took:.0f} s; {broken} deadlocks broken and retried")
    assert len(ledger.sent) == DISTINCT
    ledger.check(stored)
    counted = sum(Alert.objects.filter(pk__in=stored.values()).values_list("count", flat=True))
    assert ledger.attempts - ledger.unanswered <= counted <= ledger.attempts
    assert RawBody.objects.filter(id__in=Alert.objects.filter(pk__in=stored.values()).values("raw_id")).count() == (
        DISTINCT
    )
    check_cases(alerts)
    check_log(web, ledger, broken)


def check_cases(alerts: list[dict[str, Any]]) -> None:
    """The same alerts lie together as the oracle puts together, and each case was opened once."""
    ours: dict[int, set[str]] = defaultdict(set)
    rows = Alert.objects.filter(external_id__startswith=PREFIX).values_list("case_id", "external_id")
    for case_id, external_id in rows:
        ours[case_id].add(external_id)
    theirs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for alert in alerts:
        theirs[oracle(alert)].add(alert["external_id"])
    assert len(ours) == len(theirs)
    assert {frozenset(group) for group in ours.values()} == {frozenset(group) for group in theirs.values()}
    assert Case.objects.filter(pk__in=ours).count() == len(theirs)
    assert Journal.objects.filter(verb="case.opened", case_id__in=ours).count() == len(theirs)
    attached = Journal.objects.filter(verb="alert.attached", case_id__in=ours).count()
    assert attached == len(alerts) - len(theirs)


def check_log(web: Web, ledger: Ledger, broken: int) -> None:
    """No fault of the database reached a sender, and each deadlock was followed by another try."""
    assert not [status for status in ledger.statuses if status >= 500 and status != 503]
    said = web.said()
    assert "IntegrityError" not in said
    assert "Traceback" not in said
    assert len(re.findall(r"intake starts again for \S+ deadlock", said)) == broken


def oracle(alert: dict[str, Any]) -> tuple[str, str]:
    """The grouping rule, from its sentence in the documentation: the rule's id, else its name, else the title; with
    the first of user, host or asset, source address, domain, hash."""
    rule = alert["rule"].get("id") or alert["rule"].get("name") or alert["title"]
    things = [(one["type"], one["value"].lower(), one["role"]) for one in alert["observables"]]
    for wanted in (("user",), ("host",), ("ip",), ("domain",), ("sha256",)):
        for kind, value, role in things:
            if kind in wanted and (kind != "ip" or role == "source"):
                return rule, f"{kind} {value}"
    return rule, ""


def draw(chance: Random, number: int) -> dict[str, Any]:
    """An alert: a rule named in one of three ways, about one of many things, and observables that do not decide."""
    which = chance.randrange(9)
    rules: tuple[dict[str, str], ...] = ({"id": f"r-{which}", "name": f"n-{number}"}, {"name": f"rule {which}"}, {})
    thing = chance.randrange(THINGS)
    address = {"type": "ip", "value": f"198.51.100.{thing}", "role": "source"}
    heard = {"type": "ip", "value": f"203.0.113.{number % 250}", "role": "related"}
    domain = {"type": "domain", "value": f"D{thing}.Example.net", "role": "related"}
    digest = {"type": "sha256", "value": f"{thing:064X}", "role": "related"}
    about: tuple[list[dict[str, str]], ...] = (
        [digest, address, {"type": "user", "value": f"user-{thing}", "role": "target"}],
        [address, {"type": "host", "value": f"WS-{thing}" if number % 2 else f"ws-{thing}", "role": "related"}],
        [domain, address],
        [heard, digest, domain],
        [heard, digest],
        [heard],
    )
    return {
        "external_id": f"{PREFIX}{number}",
        "title": f"Title {which}",
        "severity": chance.choice(["low", "medium", "high"]),
        "rule": chance.choice(rules),
        "techniques": ["T1110.001"],
        "observables": chance.choice(about),
        "raw": {"n": number, "x": "x" * chance.randrange(400)},
    }


def with_twins(alerts: list[dict[str, Any]], chance: Random) -> list[bytes]:
    """Every alert, and a fifth of all once more: as it was, with its keys in another order, or spaced otherwise; half
    of them right behind their first, where another sender has them at the same moment."""
    again = set(chance.sample(range(DISTINCT), ALERTS - DISTINCT))
    bodies: list[bytes] = []
    later: list[bytes] = []
    for number, alert in enumerate(alerts):
        bodies.append(json.dumps(alert).encode())
        if number in again:
            (bodies if chance.random() < 0.5 else later).append(twin(alert, chance))
    for body in later:
        bodies.insert(chance.randrange(len(bodies)), body)
    return bodies


def twin(alert: dict[str, Any], chance: Random) -> bytes:
    way = chance.randrange(3)
    if way == 0:
        return json.dumps(alert).encode()
    if way == 1:
        return json.dumps(dict(chance.sample(list(alert.items()), len(alert)))).encode()
    return json.dumps(alert, indent="\t", separators=(" , ", " : ")).encode()


def dealt(bodies: list[bytes]) -> list[list[bytes]]:
    """Round by round, so that neighbours are with different senders."""
    return [bodies[sender::SENDERS] for sender in range(SENDERS)]


def letters(share: list[bytes]) -> Iterator[Letter]:
    """A sender's alerts: half of them one a request, a quarter in lists, a quarter as lines."""
    at = 0
    while at < len(share):
        for body in share[at : at + 2 * BATCH]:
            yield Letter(ids([body]), JSON, body)
        some, more = share[at + 2 * BATCH : at + 3 * BATCH], share[at + 3 * BATCH : at + 4 * BATCH]
        if some:
            yield Letter(ids(some), JSON, b"[" + b",".join(some) + b"]")
        if more:
            yield Letter(ids(more), LINES, b"\n".join(re.sub(rb"\s*\n\s*", b" ", body) for body in more))
        at += 4 * BATCH


def ids(bodies: list[bytes]) -> list[str]:
    return [json.loads(body)["external_id"] for body in bodies]


def deliver(web: Web, ledger: Ledger, share: list[Letter], seed: float) -> None:
    """One sender: each letter until it is answered."""
    chance = Random(seed)
    with Line(web) as line:
        for letter in share:
            for _ in range(TRIES):
                if is_answered(line, ledger, letter, hang_up=chance.random() < LOST):
                    break
            else:
                ledger.refused.append(f"given up after {TRIES} tries: {letter.ids[:3]}")


def is_answered(line: Line, ledger: Ledger, letter: Letter, *, hang_up: bool) -> bool:
    ledger.sending(letter.ids)
    headers = {"Content-Type": letter.kind}
    try:
        if hang_up:
            line.post_and_hang_up(letter.body, headers)
            raise ConnectionResetError
        status, told = line.post(letter.body, headers)
    except OSError:
        ledger.hung_up(len(letter.ids))
        return False
    if status == 503:
        ledger.turned_away(status)
        ledger.hung_up(len(letter.ids))
        time.sleep(1)
        return False
    ledger.answered(letter.ids, status, told)
    return True
