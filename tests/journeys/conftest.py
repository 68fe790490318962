"""One whole throw-away instance for the journeys: real servers, web, workers, beat and the simulated target."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from config.services.throwaway import RunningStack, throwaway_stack
from tests.journeys.casework import Session
from triage.demo.script import Script


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    with throwaway_stack() as running:
        yield running


@pytest.fixture(scope="session")
def script(stack: RunningStack) -> Script:
    """API calls as anybody of the cast."""
    return Script(stack)


@pytest.fixture(scope="session")
def signed_in(stack: RunningStack) -> Callable[[str], Session]:
    """``signed_in("tomas")``: pages and the API as a browser's session reaches them. One sign-in for each person."""
    sessions: dict[str, Session] = {}

    def session_of(who: str) -> Session:
        if who not in sessions:
            sessions[who] = Session(stack, who)
        return sessions[who]

    return session_of
