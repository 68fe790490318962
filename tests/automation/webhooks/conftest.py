"""A listener that writes down what it is told and answers as it is bidden: the outside system, the one seam."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from automation.models import Webhook
from automation.webhooks import keeping, outbox
from automation.webhooks.keeping import Made
from casebook.actor import Actor
from casebook.models import Case
from casebook.work.drain import drain


@dataclass
class Told:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Listener:
    """``answers`` and ``bodies`` are of the next requests; 200 and “ok” when there are none left."""

    url: str
    told: list[Told] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def verbs(self) -> list[str]:
        return [one.json["verb"] for one in self.told]


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard.told.append(Told(self.command, self.path, headers, body))
            status = heard.answers.pop(0) if heard.answers else 200
            self.send_response(status)
            said = heard.bodies.pop(0) if heard.bodies else b"ok"
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PATCH = do_PUT = do_GET = answer  # the names http.server calls

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Listener(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(committed: str, adam: Actor, listener: Listener) -> Iterator[Made]:
    """A signed webhook of team blue to the listener, gone with the test."""
    values = {"name": f"listener {listener.url}", "url": listener.url, "reach": "local"}
    outbox.plan()  # what happened before is nobody's news
    made = keeping.create(actor=adam, team="blue", values=values)
    yield made
    Webhook.objects.filter(pk=made.webhook.pk).delete()


@pytest.fixture
def settle() -> Callable[[], None]:
    """Plan what the journal has settled and send what is due, as sweep and worker do."""

    def run() -> None:
        outbox.plan()
        drain("lookups")

    return run


@pytest.fixture
def opened(open_case: Callable[..., Case]) -> Callable[..., Case]:
    """A case of its own each time: the database is the module's, and alerts about one user would join."""

    def one(**changes: Any) -> Case:
        user = [{"type": "user", "value": uuid.uuid4().hex}]
        return open_case(assets=[], observables=user, **changes)

    return one
