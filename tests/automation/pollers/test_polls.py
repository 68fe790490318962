"""Sources that are asked: no gap, no double, whatever dies in between. The outside system is a small server of ours
that answers as QRadar and Graph do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from automation.models import Poll
from automation.pollers import due, fetch, keeping
from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.models import Alert, RawBody, Source, Work
from casebook.sources.keeping import create
from casebook.work.drain import drain

pytestmark = pytest.mark.django_db
MINUTE = 60_000


@dataclass
class Siem:
    """Offenses by id, and alerts; ``calls`` made of it; ``broken`` is how many calls from now fail."""

    url: str = ""
    offenses: dict[int, dict[str, Any]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    broken: int = 0
    page: int = 2

    def offense(self, number: int, *, minutes_ago: float, **more: Any) -> None:
        at = int(time.time() * 1000 - minutes_ago * MINUTE)
        base = {"id": number, "description": f"Scan {number}\n", "magnitude": 7, "offense_type": 0,
                "offense_source": f"203.0.113.{number}", "start_time": at, "last_updated_time": at,
                "source_address_ids": [number], "rules": [{"id": 9, "type": "CRE_RULE"}]}  # fmt: skip
        self.offenses[number] = base | more

    def alert(self, number: int, *, minutes_ago: float) -> None:
        at = datetime.fromtimestamp(time.time() - minutes_ago * 60, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "1Z"
        self.alerts.append({"id": f"da{number}", "title": f"Alert {number}", "severity": "high", "createdDateTime": at,
                            "lastUpdateDateTime": at, "status": "new", "evidence": []})  # fmt: skip

    def answer(self, path: str, headers: Any) -> tuple[int, Any]:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.broken:
            self.broken -= 1
            return 500, {"message": "no"}
        if parts.path == "/api/siem/offenses":
            assert headers["SEC"] == "s3cret"
            since = int(query["filter"].partition(">=")[2])
            first, last = map(int, headers["Range"].removeprefix("items=").split("-"))
            rows = sorted(
                (one for one in self.offenses.values() if one["last_updated_time"] >= since),
                key=lambda one: (one["last_updated_time"], one["id"]),
            )
            return 200, rows[first : last + 1]
        if parts.path.startswith("/api/siem/source_addresses/"):
            number = parts.path.rsplit("/", 1)[1]
            return 200, {"id": int(number), "source_ip": f"198.51.100.{number}"}
        if parts.path == "/api/analytics/rules/9":
            return 200, {"id": 9, "name": "Many ports"}
        if parts.path.endswith("/oauth2/v2.0/token"):
            return 200, {"access_token": "tok"}
        if parts.path == "/v1.0/security/alerts_v2":
            assert headers["Authorization"] == "Bearer tok"
            since_text = query["$filter"].rpartition(" ")[2]
            rows = [one for one in self.alerts if one["lastUpdateDateTime"] >= since_text]
            skip = int(query.get("$skip", 0))
            more = {"@odata.nextLink": f"{self.url}{parts.path}?$filter=x%20ge%20{since_text}&$skip={skip + self.page}"}
            return 200, {"value": rows[skip : skip + self.page]} | (more if len(rows) > skip + self.page else {})
        return 404, {}


@pytest.fixture
def siem() -> Iterator[Siem]:
    found = Siem()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.calls.append(self.path)
            status, body = found.answer(self.path.replace(" ", "%20"), self.headers)
            said = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def asked(adam: Actor, siem: Siem, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Poll]:
    """``asked("qradar")``: a source of that kind, asked of the server."""
    monkeypatch.setattr("automation.pollers.qradar.PAGE", 2)

    def begin(kind: str) -> Poll:
        create(actor=adam, team="blue", values={"slug": kind, "name": kind, "adapter": kind})
        settings = {"tenant": "t", "client_id": "c", "login": siem.url} if kind == "graph" else {}
        values = {"kind": kind, "url": siem.url, "reach": "local", "secret": "s3cret", "settings": settings}
        return keeping.keep(actor=adam, slug=kind, values=values)

    return begin


def look() -> None:
    """A sweep, and the worker's turn, without waiting for the time to come."""
    Poll.objects.update(next_at="2000-01-01T00:00:00Z")
    due.ask()
    drain("lookups")


def counts(slug: str) -> dict[str, int]:
    return dict(Alert.objects.filter(source__slug=slug).values_list("external_id", "count"))


def test_offenses_come_once_and_again_when_they_change(asked: Callable[[str], Poll], siem: Siem) -> None:
    for number in range(1, 6):
        siem.offense(number, minutes_ago=30 - number)
    asked("qradar")
    look()
    assert counts("qradar") == {str(number): 1 for number in range(1, 6)}
    look()
    assert counts("qradar") == {str(number): 1 for number in range(1, 6)}  # nothing new, nothing counted

    siem.offense(3, minutes_ago=0)  # changed in place
    siem.offense(6, minutes_ago=0)
    look()
    look()
    assert counts("qradar") == {"1": 1, "2": 1, "3": 2, "4": 1, "5": 1, "6": 1}
    alert = Alert.objects.get(source__slug="qradar", external_id="6")
    assert (alert.title, alert.severity, alert.rule_name) == ("Scan 6", 3, "Many ports")
    assert {one.observable.value for one in alert.observable_links.all()} >= {"203.0.113.6", "198.51.100.6"}
    poll = Poll.objects.get()
    assert (poll.failures, poll.error, poll.took) == (0, "", 7)
    assert poll.worked_at is not None


def test_many_of_one_instant_are_more_than_a_page(asked: Callable[[str], Poll], siem: Siem) -> None:
    at = int(time.time() * 1000) - 10 * MINUTE
    for number in range(1, 8):
        siem.offense(number, minutes_ago=10, last_updated_time=at)
    asked("qradar")
    look()
    assert len(counts("qradar")) == 7
    look()
    assert set(counts("qradar").values()) == {1}


def test_what_fails_half_way_goes_on_where_it_was(
    asked: Callable[[str], Poll], siem: Siem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        siem.offense(number, minutes_ago=30 - number)
    asked("qradar")
    stored = fetch._store
    turns = iter([True, False, True, True, True, True])

    def dying(poll: Poll, page: Any) -> None:
        if not next(turns):
            raise KeyboardInterrupt("the worker is killed")
        stored(poll, page)

    monkeypatch.setattr(fetch, "_store", dying)
    with pytest.raises(KeyboardInterrupt):
        look()
    assert counts("qradar") == {"1": 1, "2": 1}
    Work.objects.filter(kind="source.poll").update(state="done")
    look()
    assert counts("qradar") == {str(number): 1 for number in range(1, 6)}


def test_failures_are_told_and_spaced(asked: Callable[[str], Poll], siem: Siem) -> None:
    siem.offense(1, minutes_ago=5)
    asked("qradar")
    siem.broken = 1
    look()
    poll = Poll.objects.get()
    assert (poll.failures, counts("qradar")) == (1, {})
    assert poll.error.startswith("answered 500")
    assert (poll.next_at - datetime.now(UTC)).total_seconds() > poll.every_s
    look()
    poll.refresh_from_db()
    assert (poll.failures, poll.error, counts("qradar")) == (0, "", {"1": 1})


def test_an_address_that_cannot_be_resolved_leaves_the_offense(asked: Callable[[str], Poll], siem: Siem) -> None:
    siem.offense(1, minutes_ago=5, source_address_ids=[1], rules=[{"id": 404}])
    asked("qradar")
    look()
    assert counts("qradar") == {"1": 1}


def test_alerts_of_graph_in_pages_without_an_order(asked: Callable[[str], Poll], siem: Siem) -> None:
    for number in (3, 1, 5, 2, 4):
        siem.alert(number, minutes_ago=40 - number)
    asked("graph")
    look()
    assert counts("graph") == {f"da{number}": 1 for number in range(1, 6)}
    siem.alert(6, minutes_ago=0)
    look()
    look()
    assert counts("graph") == {f"da{number}": 1 for number in range(1, 7)}


def test_what_the_adapter_does_not_understand_is_kept(asked: Callable[[str], Poll], siem: Siem) -> None:
    siem.offense(1, minutes_ago=5)
    siem.offense(2, minutes_ago=4)
    del siem.offenses[2]["offense_type"], siem.offenses[2]["start_time"]
    asked("qradar")
    look()
    assert counts("qradar") == {"1": 1}
    kept = RawBody.objects.filter(source_id=Source.objects.get(slug="qradar").pk, outcome="not_understood")
    assert kept.count() == 1


def test_settings_are_checked_and_a_secret_stays_one(
    asked: Callable[[str], Poll], adam: Actor, lea: Actor, siem: Siem
) -> None:
    poll = asked("qradar")
    assert b"s3cret" not in bytes(poll.sealed)
    wrong = {"url": "ftp://x", "every_s": 1, "reach": "moon", "colour": "red"}
    with pytest.raises(Invalid) as refused:
        keeping.keep(actor=adam, slug="qradar", values=wrong)
    assert set(refused.value.errors) == set(wrong)
    with pytest.raises(Invalid) as refused:
        keeping.keep(actor=adam, slug="siem", values={"kind": "graph", "url": siem.url})
    assert set(refused.value.errors) == {"settings", "secret"}
    with pytest.raises(NotAllowed):
        keeping.keep(actor=lea, slug="qradar", values={"enabled": False})
    keeping.stop(actor=adam, slug="qradar")
    assert not Poll.objects.exists()


def test_as_a_page_and_over_rest(
    asked: Callable[[str], Poll], siem: Siem, page: Callable[[str], Client], api: Callable[[str], Client]
) -> None:
    asked("qradar")
    siem.broken = 1
    look()
    at = "/settings/sources/qradar/poll/"
    shown = page("adam").get(at).content.decode()
    assert "answered 500" in shown
    assert "s3cret" not in shown
    form = {"kind": "qradar", "url": siem.url, "reach": "local", "every_s": "300", "enabled": "on", "secret": ""}
    assert page("adam").post(at, form).status_code == 302
    assert (Poll.objects.get().every_s, Poll.objects.get().failures) == (300, 0)
    refused = page("adam").post(at, form | {"every_s": "soon"})
    assert (refused.status_code, 'value="soon"' in refused.content.decode()) == (422, True)

    over_rest = "/api/v1/sources/qradar/poll/"
    assert api("lea").get(over_rest).json()["every_s"] == 300
    changed = api("adam").put(over_rest, json.dumps({"enabled": False}), content_type="application/json")
    assert (changed.status_code, changed.json()["enabled"]) == (200, False)
    assert api("adam").post(over_rest + "now/", "{}", content_type="application/json").status_code == 202
    assert api("adam").delete(over_rest).status_code == 204
    assert api("adam").get(over_rest).status_code == 404
    assert "Ask for news" in page("adam").get(at).content.decode()
