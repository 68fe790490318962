"""One story for all chapters: its log, what is true of it, and the case as far as it has come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from config.services import places, secrets
from config.services.postgres import APP, Postgres
from config.services.throwaway import RunningStack
from tests.journeys.one_case.story import Story
from triage.demo.today import story


@pytest.fixture(scope="session")
def tale() -> Story:
    text, truth = story(datetime.now(UTC))
    return Story(text.encode(), truth, datetime.fromisoformat(truth["compromise"]["at"]).year)


@pytest.fixture(scope="session")
def app_role(stack: RunningStack) -> psycopg.Connection[Any]:
    """The instance's database, entered as the role that serves."""
    known = secrets.load(stack.state_dir)
    assert known is not None
    server = Postgres(places.places(stack.state_dir, known.instance), known)
    return psycopg.connect(server.address(APP).url, autocommit=True)
