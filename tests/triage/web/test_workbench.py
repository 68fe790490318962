"""The workbench: whole on the server, in twelve queries, whatever the case holds; and what a refused answer keeps."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casebook.journal import changes
from tests.triage.conftest import Card, said, tell
from triage import answers, escalation
from triage.models import Answer

pytestmark = pytest.mark.django_db
BUDGET = 12


def queries(client, url: str) -> int:
    changes.HEAD.cursor()  # read at most every half second by the whole process, for nobody in particular
    client.get(url)
    with CaptureQueriesContext(connection, ) as captured:
        assert client.get(url).status_code == 200
    for one in captured.captured_queries: print(one["sql"][:150])
    return len(captured)


def test_the_page_shows_the_run(guessed, card, page):
    html = page("lina").get(f"/cases/{guessed.ref}/").content.decode()
    assert "Recommendation: escalate to T2" in html
    assert queries(page("lina"), f"/cases/{guessed.ref}/") <= BUDGET

def test_t2(guessed, card, page, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref, reason="because")
    escalation.accept(actor=tomas, ref=guessed.ref)
    assert queries(page("tomas"), f"/cases/{guessed.ref}/") <= BUDGET
