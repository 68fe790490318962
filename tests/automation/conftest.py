"""A simulated target to act on, a connector to it, and a worker's turn."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.actors import PersonActor
from automation.containment.approve import approve
from automation.containment.request import request
from automation.models import Action, Connector
from casebook.models import Case, Team, Work
from casebook.work.drain import drain

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
from automation.connectors.simulated.target import serve
serve(file=Path(sys.argv[1]), mode=sys.argv[2], port=0, ready=lambda where: print(where, flush=True))
"""


@dataclass
class Simulated:
    """A running target: the real program, judged by its own file."""

    url: str
    mode: str
    file: Path

    @property
    def acts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def count(self, target: str, act: str = "apply") -> int:
        return sum(line["target"] == target and line["act"] == act for line in self.acts)

    def fail(self, *faults: str) -> None:
        """What goes wrong with the next writing calls."""
        body = json.dumps({"faults": list(faults)}).encode()
        request = urllib.request.Request(f"{self.url}/faults", data=body, method="PUT")
        urllib.request.urlopen(request, timeout=5).read()


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Simulated]]:
    """``simulated("key")``: the target in a mode, started once."""
    running: dict[str, tuple[Simulated, subprocess.Popen[str]]] = {}

    def start(mode: str) -> Simulated:
        if mode not in running:
            file = tmp_path_factory.mktemp("target") / f"{mode}.jsonl"
            program = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(file), mode], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            assert program.stdout is not None
            running[mode] = Simulated(program.stdout.readline().strip(), mode, file), program
        running[mode][0].fail()
        return running[mode][0]

    yield start
    for _, program in running.values():
        program.kill()
        program.wait()


@pytest.fixture(params=["key", "read-back", "neither"])
def target(request: pytest.FixtureRequest, simulated: Callable[[str], Simulated]) -> Simulated:
    return simulated(request.param)


@pytest.fixture
def key_target(simulated: Callable[[str], Simulated]) -> Simulated:
    return simulated("key")


@pytest.fixture
def connect(stage: None) -> Callable[..., Connector]:
    """A connector of a team to a simulated target."""

    def row(target: Simulated, team: str = "blue", slug: str = "edge", **fields: Any) -> Connector:
        return Connector.objects.create(
            team=Team.objects.get(slug=team),
            slug=slug,
            name=slug.capitalize(),
            kind="simulated",
            settings={"url": target.url, "mode": target.mode},
            **fields,
        )

    return row


_NUMBERS = iter(range(int(time.time() * 1000) % 2**23, 2**24))


@pytest.fixture
def address() -> str:
    """An address no test has used: targets remember across tests."""
    number = next(_NUMBERS)
    return f"24.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@pytest.fixture
def run(stage: None) -> Callable[[Action], Action]:
    """A worker's turn, then the action as it stands."""

    def turn(action: Action) -> Action:
        # Due long ago: in a test's transaction the clock of `now()` stands still while the statements' goes on.
        Work.objects.filter(subject=f"action:{action.pk}", state="waiting").update(run_after=Now() - timedelta(days=1))
        drain("containment")
        action.refresh_from_db()
        return action

    return turn


@pytest.fixture
def asked(case: Case, tomas: PersonActor, address: str) -> Callable[..., Action]:
    """A block of a fresh address, asked for by tomas; keyword arguments change the request."""

    def ask(**changes: Any) -> Action:
        given: dict[str, Any] = {"actor": tomas, "ref": case.ref, "kind": "block_address", "target": address}
        return request(**given | {"reason": "it guesses passwords"} | changes)

    return ask


@pytest.fixture
def agreed(asked: Callable[..., Action], tessa: PersonActor) -> Callable[..., Action]:
    """The same, agreed to by tessa."""

    def agree(**changes: Any) -> Action:
        return approve(actor=tessa, action_id=asked(**changes).pk)

    return agree
