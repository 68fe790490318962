"""A fetch from asking to evidence: every system that ships, caps, stops, and what is said when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, Person
from automation.fetch import perform, request, sweep
from automation.fetch.about import About
from automation.models import LogFetch, LogSystem, Supply
from casebook.actor import Actor
from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Case, Evidence, Journal, Team, Work
from casebook.work.drain import drain
from tests.automation.fetch.conftest import KINDS, PAYLOADS, LogServer
from tests.triage.conftest import work_off

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 30, 15, 0, tzinfo=UTC)
ABOUT = About(START, START + timedelta(hours=2), users=("svc-backup",), ips=("203.0.113.7",), hosts=("web-1",))
LANGUAGE = {"elasticsearch": "esql", "opensearch": "dsl", "splunk": "spl", "graph_hunting": "kql", "loki": "logql"}
SetUp = Callable[..., LogSystem]


@pytest.fixture(autouse=True)
def folders(tmp_path: Any, settings: Any) -> None:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"


@pytest.fixture
def ask(case: Case, lina: Actor) -> Callable[..., LogFetch]:
    """Ask a system for the sign-ins of the case."""

    def one(system: LogSystem, about: About = ABOUT, **how: Any) -> LogFetch:
        search = system.searches.filter(kind="authentication")[0]
        return request.ask(actor=lina, ref=case.ref, search_id=search.pk, about=about, **how)

    return one


def done(row: LogFetch) -> LogFetch:
    """The worker's turn."""
    drain("lookups")
    row.refresh_from_db()
    return row


def said(row: LogFetch) -> list[str]:
    entries = Journal.objects.filter(case_id=row.case_id, verb__startswith="log.")
    return list(entries.order_by("id").values_list("verb", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_system_answers_becomes_evidence_that_is_read(
    kind: str, set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    row = done(ask(set_up(kind)))
    assert (row.state, row.error, row.rows, row.capped, row.language) == ("done", "", 6, "", LANGUAGE[kind])
    kept = row.evidence
    assert kept is not None
    assert (kept.kind, kept.bytes, kept.added_by_id) == ("fetched", row.bytes, row.asked_by_id)
    assert said(row) == ["log.asked", "log.fetched"]
    work_off()
    kept.refresh_from_db()
    assert (kept.state, kept.lines, kept.understood, kept.not_understood) == ("ready", 6, 6, 0)
    assert kept.kinds == ["authentication"]
    first, last = kept.window_from, kept.window_to
    assert first is not None
    assert (first.strftime("%d %b %H:%M:%S"), last and last.strftime("%H:%M:%S")) == ("30 Mar 15:50:36", "15:55:36")


def test_elasticsearch_is_asked_in_the_window_whatever_the_query_says(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    row = done(ask(set_up("elasticsearch")))
    [told] = server.told
    assert told.path == "/_query?format=json"
    assert told.json["query"] == row.query
    assert told.json["filter"]["range"]["@timestamp"] == {"gte": "2026-03-30T15:00:00Z", "lte": "2026-03-30T17:00:00Z"}


def test_pages_of_a_search_begin_where_the_last_one_ended(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.loads((PAYLOADS / "search.json").read_bytes())
    hits = whole["hits"]["hits"]
    pages = [hits[:3], hits[2:5], hits[4:]]
    for page in pages:
        server.says.append((200, json.dumps(whole | {"hits": {"hits": page}}).encode()))
    monkeypatch.setattr("automation.fetch.query_dsl.in_time", _of_three)
    row = done(ask(set_up("opensearch")))
    assert (row.state, row.rows) == ("done", 6)
    starts = [told.json["query"]["bool"]["filter"][1]["range"]["@timestamp"]["gte"] for told in server.told]
    assert starts == [int(START.timestamp() * 1000), hits[2]["sort"][0], hits[4]["sort"][0]]


def _of_three(page: Any, keep: Any, **how: Any) -> None:
    from automation.fetch.paging import in_time

    in_time(page, keep, **(how | {"size": 3}))


def test_splunk_gets_a_command_and_the_window_beside_it(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    row = done(ask(set_up("splunk")))
    [told] = server.told
    assert told.form["search"] == row.query
    assert row.query.startswith("search index IN (linux, main) earliest=1774882800 latest=1774890000")
    assert (told.form["output_mode"], told.form["preview"]) == ("json", "false")
    assert row.evidence is not None
    original = (PAYLOADS / "splunk_export.ndjson").read_bytes()
    assert row.bytes == len(original)  # line for line what came


def test_graph_logs_in_first_and_loki_names_its_tenant(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    done(ask(set_up("graph_hunting")))
    assert [told.path for told in server.told] == ["/t/oauth2/v2.0/token", "/v1.0/security/runHuntingQuery"]
    assert server.told[1].json["Timespan"] == "2026-03-30T15:00:00Z/2026-03-30T17:00:00Z"
    server.told.clear()
    done(ask(set_up("loki", settings={"tenant": "blue"})))
    [told] = server.told
    assert told.headers["x-scope-orgid"] == "blue"
    assert (told.query["start"], told.query["direction"]) == ("1774882800000000000", "forward")


@pytest.mark.parametrize(
    ("caps", "rows", "words"),
    [({"most_rows": 4}, 4, "cut off at 4 rows"), ({"most_bytes": 1024}, 3, "cut off at 1 KiB")],
)
def test_a_cap_ends_it_and_says_so(
    set_up: SetUp, ask: Callable[..., LogFetch], caps: dict[str, int], rows: int, words: str
) -> None:
    row = done(ask(set_up("splunk", **caps)))
    assert (row.state, row.rows) == ("done", rows)
    assert row.capped == words
    assert row.evidence is not None
    assert row.evidence.bytes == row.bytes <= caps.get("most_bytes", row.bytes)


def test_a_slow_answer_counts_as_far_as_it_came(set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer) -> None:
    system = set_up("splunk")
    LogSystem.objects.filter(pk=system.pk).update(most_s=1)
    server.slow_s = 0.4
    row = done(ask(system))
    assert row.state == "done"
    assert 1 <= row.rows < 6
    assert row.capped == "cut off after 1 s"


def test_an_answer_that_was_cut_off_is_not_taken_for_whole(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    server.cut = 40
    for kind in ("splunk", "elasticsearch"):
        row = done(ask(set_up(kind)))
        assert (row.state, row.evidence) == ("failed", None)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, b'{"error": {"root_cause": [{"reason": "Unknown column [user.nam]"}]}}', "Unknown column [user.nam]"),
        (401, b'{"messages": [{"type": "WARN", "text": "call not properly authenticated"}]}', "credential"),
        (403, b"", "may not read"),
        (404, b"<html><b>Not here</b></html>", "Not here"),
        (429, b'{"error": {"code": "TooManyRequests", "message": "slow down"}}', "slow down"),
        (500, b"\x00\xff boom", "failed on its own side"),
        (302, b"", "another address"),
        (200, b"<html>a sign-in page</html>", "not understood"),
        (200, b'{"columns": 3}', "ES|QL"),
    ],
)
def test_a_failure_says_what_to_do(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer, status: int, body: bytes, words: str
) -> None:
    system = set_up("elasticsearch")
    server.says.append((status, body))
    row = done(ask(system))
    assert row.state == "failed"
    assert words in row.error
    assert row.evidence is None
    system.refresh_from_db()
    assert (system.failures, system.error) == (1, row.error)
    assert said(row) == ["log.asked", "log.failed"]


def test_splunk_says_in_the_stream_that_it_failed(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    server.says.append((200, b'{"messages": [{"type": "FATAL", "text": "Unknown search command"}]}\n'))
    assert "Unknown search command" in done(ask(set_up("splunk"))).error
    server.says.append((200, b'{"preview": false, "result": {"_raw": "x"}}\n{"preview": fal\n'))
    assert "not understood" in done(ask(set_up("splunk", name="again"))).error


def test_where_it_may_not_stand_it_is_not_asked(set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer) -> None:
    system = set_up("splunk")
    LogSystem.objects.filter(pk=system.pk).update(reach="public")
    assert "could not be reached" in done(ask(system)).error
    assert not server.told


def test_five_failures_shut_it_and_it_is_left_in_peace(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    system = set_up("elasticsearch")
    server.says.extend([(500, b"")] * 5)
    for minute in range(6):
        row = done(ask(system, replace(ABOUT, end=ABOUT.end + timedelta(minutes=minute))))
    assert "5 times in a row" in row.error
    assert len(server.told) == 5
    assert Supply.objects.get(name=f"logsystem:{system.pk}").failures == 5


def test_nothing_found_is_said_and_leaves_no_file(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    server.says.append((200, b'{"columns": [], "values": []}'))
    row = done(ask(set_up("elasticsearch")))
    assert (row.state, row.rows, row.evidence, row.error) == ("done", 0, None, "")
    assert said(row) == ["log.asked", "log.empty"]
    assert not Evidence.objects.filter(case=row.case).exists()


def test_stopped_before_and_while_it_runs(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer, lina: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = set_up("splunk")
    row = ask(system)
    request.stop(actor=lina, fetch_id=row.pk)
    assert done(row).state == "cancelled"
    assert not server.told
    with pytest.raises(WrongState):
        request.stop(actor=lina, fetch_id=row.pk)

    row = ask(system)
    asked = perform.opened

    def stopping(*args: Any, **how: Any) -> Any:
        request.stop(actor=lina, fetch_id=row.pk)
        return asked(*args, **how)

    monkeypatch.setattr(perform, "opened", stopping)
    assert done(row).state == "cancelled"
    assert not Evidence.objects.filter(case=row.case).exists()


def test_what_a_dead_worker_left_running_is_run_once_more_and_kept_once(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(set_up("splunk"))
    kept = perform._keep

    class Died(BaseException):
        pass

    def dying(*args: Any) -> None:
        monkeypatch.setattr(perform, "_keep", kept)
        raise Died

    monkeypatch.setattr(perform, "_keep", dying)
    with suppress(Died):
        drain("lookups")
    row.refresh_from_db()
    assert (row.state, row.evidence) == ("running", None)
    Work.objects.filter(kind="log.fetch").update(lease_until="2000-01-01T00:00:00Z")
    assert done(row).state == "done"
    assert Evidence.objects.filter(case=row.case).count() == 1
    assert said(row) == ["log.asked", "log.fetched"]


def test_what_nobody_runs_any_more_comes_to_an_end(set_up: SetUp, ask: Callable[..., LogFetch]) -> None:
    row = ask(set_up("splunk"))
    LogFetch.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    assert sweep.end_lost() == 0  # its work waits
    Work.objects.filter(kind="log.fetch").update(state="quarantined")
    assert sweep.end_lost() == 1
    row.refresh_from_db()
    assert row.state == "failed"
    assert "try again" in row.error


def test_who_lost_the_right_meanwhile_brings_nothing(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    row = ask(set_up("splunk"))
    Membership.objects.filter(person=Person.objects.get(username="lina")).delete()
    assert "may no longer" in done(row).error
    assert not server.told


def test_a_system_that_is_off_or_gone_is_not_asked(
    set_up: SetUp, ask: Callable[..., LogFetch], server: LogServer
) -> None:
    system = set_up("splunk")
    row = ask(system)
    LogSystem.objects.filter(pk=system.pk).update(enabled=False)
    assert "switched off" in done(row).error
    with pytest.raises(WrongState):
        ask(system)
    LogSystem.objects.filter(pk=system.pk).update(enabled=True)
    row = ask(system)
    LogSystem.objects.get(pk=system.pk).delete()
    assert "no longer set up" in done(row).error
    assert not server.told


def test_no_other_teams_system_is_ever_asked(set_up: SetUp, open_case: Any, otto: Actor, lina: Actor) -> None:
    system, theirs = set_up("splunk"), open_case("green-siem")
    search = system.searches.all()[0]
    with pytest.raises(NotFound):
        request.ask(actor=otto, ref=theirs.ref, search_id=search.pk, about=ABOUT)
    with pytest.raises(NotFound):
        request.ask(actor=lina, ref=theirs.ref, search_id=search.pk, about=ABOUT)
    row = {"team": Team.objects.get(slug="green"), "case": theirs, "window_from": START, "window_to": ABOUT.end}
    with pytest.raises(IntegrityError), transaction.atomic():
        LogFetch.objects.create(**row, system=system, asked_by_id=otto.person_id)


def test_who_may_ask_and_for_what(
    set_up: SetUp, ask: Callable[..., LogFetch], case: Case, mara: Actor, lina: Actor
) -> None:
    system = set_up("splunk")
    search = system.searches.all()[0]
    with pytest.raises(NotAllowed):
        request.ask(actor=mara, ref=case.ref, search_id=search.pk, about=ABOUT)
    with pytest.raises(Invalid, match="ends before"):
        ask(system, replace(ABOUT, end=START))
    with pytest.raises(Invalid, match="too wide"):
        ask(system, replace(ABOUT, end=START + timedelta(days=500)))
    with pytest.raises(Invalid, match="nobody"):
        ask(system, About(START, ABOUT.end))
    row = ask(system)
    with pytest.raises(Conflict, match="already"):
        ask(system)
    with pytest.raises(NotAllowed):
        request.stop(actor=mara, fetch_id=row.pk)
    case.refresh_from_db()
    assert case.owner_id == lina.person_id  # asking for an unowned case takes it
    for minute in range(request.MOST_AT_ONCE - 1):
        ask(system, replace(ABOUT, end=ABOUT.end + timedelta(minutes=minute + 1)))
    with pytest.raises(Conflict, match="under way"):
        ask(system, replace(ABOUT, end=ABOUT.end + timedelta(hours=9)))
