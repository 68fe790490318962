"""How many queries a page or a list may ask, and that more rows do not ask more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import PersonActor
from accounts.models import Person
from accounts.tokens import issue
from casebook.cases import evidence, notes, ownership
from casebook.context import entries
from casebook.context.assets import add_asset
from casebook.context.kinds import KINDS
from casebook.models import Case, Evidence, Observable, Team
from tests.triage.conftest import said, tell
from triage import answers, escalation, tasks_t2

API = {
    "cases/": 6,
    "cases/?owner=me&state=open&severity=high": 6,
    "cases/{case}/": 8,
    "cases/{case}/run/": 12,
    "cases/{case}/timeline/": 6,
    "cases/{case}/related/": 7,
    "cases/{case}/evidence/": 6,
    "cases/{case}/pins/": 6,
    "cases/{t2}/tasks/": 6,
    "cases/{t2}/handover/": 14,
    "cases/{case}/lookups/": 6,
    "cases/{case}/searches/": 15,
    "cases/{case}/fetches/": 6,
    "cases/{t2}/actions/": 6,
    "alerts/": 6,
    "alerts/{alert}/": 5,
    "suppressions/": 6,
    "sources/siem/grouping-preview/": 6,
    "actions/": 5,
    "playbooks/": 6,
    "playbooks/T1589/": 7,
    "playbooks/T1589/export/": 10,
    "coverage/": 12,
    "context/ranges/": 6,
    "context/assets/": 6,
    "context/people/": 6,
    "context/allowed/": 6,
    "context/changes/": 6,
    "changes/": 5,
    "reports/sla/": 12,
    "reports/playbooks/": 12,
    "reports/playbooks/?playbook=T1589": 12,
    "reports/telemetry/": 12,
}
"""Route to most queries, those that find out who asks (three) included."""
PAGES = {
    "": 12,
    "cases/{case}/": 12,
    "cases/{t2}/": 12,
    "cases/{t2}/handover/": 16,
    "cases/{case}/timeline/": 14,
    "cases/{case}/logs/": 15,
    "evidence/{evidence}/": 8,
    "t2/": 10,
    "containment/": 10,
    "playbooks/": 10,
    "playbooks/T1589/": 10,
    "playbooks/T1589/diff/": 10,
    "playbooks/T1589/export/": 10,
    "playbooks/T1589/replay/": 10,
    "playbooks/import/": 12,
    "coverage/": 12,
    "coverage/T1110/": 12,
    "reports/sla/": 20,
    "reports/playbooks/": 12,
    "reports/playbooks/?playbook=T1589": 12,
    "reports/telemetry/": 12,
    "settings/log-systems/": 10,
    "settings/context/": 8,
    "settings/context/people/": 9,
    "settings/context/allowed/": 9,
    "settings/context/changes/": 9,
    "settings/webhooks/": 10,
    "alerts/": 8,
    "alerts/rules/": 8,
    "settings/suppressions/": 10,
    "settings/suppressions/?alert={alert}": 12,
}
"""Queue and workbench: twelve, session and person included."""


NOT_COUNTED = re.compile(r"^(SAVEPOINT|RELEASE)|from casebook_journal\s+where tx <")
"""The head of the journal is asked for twice a second at most, by whole processes."""


class Rooms:
    """A team with some work in every room; `more` multiplies it."""

    def __init__(self, open_case: Callable[..., Case]) -> None:
        self.open_case = open_case
        self.lina, self.tomas = (PersonActor(Person.objects.get(username=name)) for name in ("lina", "tomas"))
        self.lea = Person.objects.get(username="lea")
        self.case, self.t2 = self._case(), self._case()
        escalation.escalate(actor=self.lina, ref=self.t2.ref, reason="please look at this")
        escalation.accept(actor=self.tomas, ref=self.t2.ref)
        self.more(1)

    def more(self, times: int) -> None:
        for _ in range(times):
            self._case()
            for case in (self.case, self.t2):
                notes.note(actor=self.lina, ref=case.ref, text="looked again")
                log = b"Mar 30 16:02:00 web-1 sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"
                evidence.attach(actor=self.lina, ref=case.ref, name="auth.log", chunks=[log])
                tell(case, *(said(f"D{n:02}", "no") for n in range(1, 6)))
            Evidence.objects.update(state="ready")
            step = self.case.playbook_version.steps.filter(section="question")[0]
            answers.answer(actor=self.lina, ref=self.case.ref, step_id=step.pk, value="no", note="looked into it")
            tasks_t2.add(actor=self.tomas, ref=self.t2.ref, title="Ask the owner")
            number = Observable.objects.count()
            add_asset(actor=PersonActor(self.lea), team_id=self.case.team_id, kind="host", name=f"web-{number}")
            person = {"names": f"user-{number}", "name": f"User {number}"}
            entries.add(KINDS["people"], actor=PersonActor(self.lea), team_id=self.case.team_id, values=person)

    def _case(self) -> Case:
        """A case that shares an address with all others and has a user of its own."""
        shared = {"type": "ip", "value": "203.0.113.7", "role": "source"}
        own = {"type": "user", "value": f"user-{Observable.objects.count()}", "role": "target"}
        case = self.open_case(observables=[shared, own])
        ownership.take(actor=self.lina, ref=case.ref)
        return case

    def path(self, route: str) -> str:
        known = {"alert": self.case.alerts.all()[0].pk, "evidence": self.case.evidence.all()[0].pk}
        return route.format(case=self.case.ref, t2=self.t2.ref, **known)


@pytest.fixture(scope="module")
def clients(committed: str) -> dict[str, Client]:
    page = Client()
    page.force_login(Person.objects.get(username="lea"))
    token = issue(person=Person.objects.get(username="lea"), scopes=["api"], days=1)
    return {"api": Client(headers={"Authorization": f"Bearer {token}"}), "page": page}


@pytest.fixture
def rooms(clients: dict[str, Client], open_case: Callable[..., Case]) -> Iterator[Rooms]:
    """One set of rooms for each test, taken down with its transaction."""
    assert Team.objects.count() == 2
    with transaction.atomic():
        yield Rooms(open_case)
        transaction.set_rollback(True)


def asked(client: Client, path: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.content[:500])
    queries = [query["sql"] for query in caught if not NOT_COUNTED.search(query["sql"])]
    return len(queries), queries


def measure(client: Client, rooms: Rooms, budgets: dict[str, int], before: str) -> list[str]:
    """What is over its budget, and what grew when there was more of everything."""
    few = {}
    for route in budgets:
        asked(client, before + rooms.path(route))  # what a process reads once
        few[route] = asked(client, before + rooms.path(route))[0]
    rooms.more(6)
    wrong = []
    for route, budget in budgets.items():
        count, queries = asked(client, before + rooms.path(route))
        if count > budget or count > few[route]:
            said_so = f"/{route}: {few[route]} queries, {count} with more rows, at most {budget}"
            wrong.append("\n".join([said_so, *(query[:200] for query in queries)]))
    return wrong


def test_api(clients: dict[str, Client], rooms: Rooms) -> None:
    wrong = measure(clients["api"], rooms, API, "/api/v1/")
    assert not wrong, "\n\n".join(wrong)


def test_pages(clients: dict[str, Client], rooms: Rooms) -> None:
    wrong = measure(clients["page"], rooms, PAGES, "/")
    assert not wrong, "\n\n".join(wrong)
