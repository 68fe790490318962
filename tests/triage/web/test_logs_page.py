"""Logs for a case: what waits is named, queries are ready, a fetch is shown on its way and at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation.models import LogFetch, LogSystem
from casebook.models import Case
from casebook.work.drain import drain
from tests.automation.fetch.conftest import LogServer, server, set_up  # noqa: F401  # fixtures
from tests.rest import send
from tests.triage.conftest import said, tell
from triage import detector_inputs

pytestmark = pytest.mark.django_db
Pages = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Target": "logs"}


@pytest.fixture(autouse=True)
def folders(tmp_path: Any, settings: Any) -> None:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"


@pytest.fixture
def waiting(case: Case) -> Case:
    """A question that waits for sign-ins."""
    tell(case, said("D01", "cannot_tell"), said("D05", "cannot_tell"))
    return case


@pytest.fixture
def splunk(set_up: Callable[..., LogSystem]) -> LogSystem:  # noqa: F811
    return set_up("splunk", settings={"index": "linux", "console": "https://splunk.example"})


def test_a_waiting_question_names_log_window_and_entities(waiting: Case, page: Pages, card: Any) -> None:
    step = card["Does one name"].pk
    shown = page("lina").get(f"/cases/{waiting.ref}/?step={step}").content.decode()
    assert "authentication events" in shown
    for named in ("mallory", "203.0.113.7"):
        assert named in shown.partition("Needs")[2].partition("</div>")[0]
    assert f'hx-get="/cases/{waiting.ref}/logs/?step={step}&amp;kinds=authentication"' in shown
    assert "Needs" not in page("lina").get(f"/cases/{waiting.ref}/?step={card['Ask the owner'].pk}").content.decode()


def test_the_part_of_a_step_offers_what_would_help_it(waiting: Case, page: Pages, splunk: LogSystem, card: Any) -> None:
    where = f"/cases/{waiting.ref}/logs/?step={card['Does one name'].pk}&kinds=authentication"
    lina = page("lina")
    with CaptureQueriesContext(connection) as asked:
        part = lina.get(where, headers=HTMX).content.decode()
    assert len(asked) <= 12
    assert "<html" not in part
    assert "Sign-ins" in part
    assert "Web requests" not in part
    assert "203.0.113.7" in part
    assert "https://splunk.example/en-US/app/search/search?q=search+index" in part
    assert part.count('action="/cases/' + waiting.ref + '/logs/fetch/"') == 2
    assert "Fetch</button>" not in page("aude").get(where, headers=HTMX).content.decode()


def test_the_page_lists_what_waits_and_takes_other_hours(waiting: Case, page: Pages, splunk: LogSystem) -> None:
    shown = page("lina").get(f"/cases/{waiting.ref}/logs/?from=2026-01-02T03:04&to=2026-01-02T05:00").content.decode()
    assert "What waits for a log" in shown
    assert "I1" in shown or "Q1" in shown
    assert "earliest=1767323040 latest=1767330000" in shown
    odd = page("lina").get(f"/cases/{waiting.ref}/logs/?from=never&kinds=gossip&step=x")
    assert odd.status_code == 200


def test_a_fetch_is_asked_for_shown_and_opens(
    waiting: Case,
    page: Pages,
    splunk: LogSystem,
    server: LogServer,  # noqa: F811
    card: Any,
) -> None:
    lina, step = page("lina"), card["Does one name"].pk
    search = splunk.searches.filter(kind="authentication")[0]
    form = {"search": search.pk, "step": step, "kinds": "authentication"}
    where = f"/cases/{waiting.ref}/logs/fetch/"
    part = lina.post(where, form, headers=HTMX).content.decode()
    assert "waiting for a worker" in part
    assert 'hx-trigger="every 1s"' in part
    again = lina.post(where, form, headers=HTMX)
    assert (again.status_code, b"already" in again.content) == (409, True)
    row = LogFetch.objects.get()
    assert (row.step_id, row.asked_by.username) == (step, "lina")
    drain("lookups")
    row.refresh_from_db()
    done = lina.get(f"/cases/{waiting.ref}/logs/?step={step}&kinds=authentication", headers=HTMX).content.decode()
    assert "every 1s" not in done
    assert f"/evidence/{row.evidence_id}/" in done
    assert "6 rows" in done
    # What was asked for whole counts as looked at; what a cap cut off does not.
    span = (row.window_from.isoformat(), row.window_to.isoformat())
    assert detector_inputs.scope_of(waiting).searched == (("authentication", *span),)
    LogFetch.objects.filter(pk=row.pk).update(capped="5,000 rows")
    assert detector_inputs.scope_of(waiting).searched == ()
    server.says.append((401, b""))
    plain = lina.post(where, form)
    assert plain.headers["Location"].startswith(f"/cases/{waiting.ref}/logs/?")
    drain("lookups")
    assert "does not accept the credential" in lina.get(f"/cases/{waiting.ref}/logs/").content.decode()


def test_it_can_be_stopped(waiting: Case, page: Pages, splunk: LogSystem) -> None:
    search = splunk.searches.filter(kind="authentication")[0]
    lina = page("lina")
    lina.post(f"/cases/{waiting.ref}/logs/fetch/", {"search": search.pk})
    row = LogFetch.objects.get()
    part = lina.post(f"/log-fetches/{row.pk}/stop/", {}, headers=HTMX)
    assert b"stopped" in part.content
    assert lina.post(f"/log-fetches/{row.pk}/stop/", {}, headers=HTMX).status_code == 409


def test_what_a_query_leaves_out_is_said(make_case: Any, page: Pages, splunk: LogSystem) -> None:
    case = make_case(("user", "adm*", "target"), ("ip", "203.0.113.7", "source"))
    shown = page("lina").get(f"/cases/{case.ref}/logs/?kinds=authentication", headers=HTMX).content.decode()
    assert "Not asked for" in shown
    assert "adm*" in shown.partition("Not asked for")[2]


def test_the_api_says_the_same(waiting: Case, api: Pages, splunk: LogSystem) -> None:
    lina = api("lina")
    status, found = send(lina, "GET", f"cases/{waiting.ref}/searches/?kind=authentication")
    assert status == 200
    assert found["wants"][0]["kinds"] == ["authentication"]
    assert (found["users"], found["ips"]) == (["mallory"], ["203.0.113.7"])
    search = found["searches"][0]
    body = {"search": search["search"], "from": "2026-03-30T15:00:00Z", "to": "2026-03-30T16:00:00Z"}
    status, made = send(lina, "POST", f"cases/{waiting.ref}/fetches/", body)
    assert (status, made["state"], made["window"]["from"]) == (202, "waiting", "2026-03-30T15:00:00Z")
    drain("lookups")
    _, done = send(lina, "GET", f"fetches/{made['id']}/")
    assert (done["state"], done["rows"]) == ("done", 6)
    assert done["evidence"]
    _, listed = send(lina, "GET", f"cases/{waiting.ref}/fetches/")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert send(lina, "POST", f"fetches/{made['id']}/stop/")[0] == 409
    assert send(lina, "GET", f"cases/{waiting.ref}/searches/?kind=gossip")[0] == 422
    assert send(api("otto"), "GET", f"fetches/{made['id']}/")[0] == 404
