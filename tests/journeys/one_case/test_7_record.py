"""The last chapter: the short block ends by itself, and the journal tells the whole story."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from config.services.throwaway import RunningStack
from tests.journeys.casework import all_pages
from tests.journeys.one_case.story import Story, at_target, reach
from triage.demo.log import ENUMERATOR
from triage.demo.script import Script

WHOLE_STORY = (
    "case.opened", "alert.attached", "evidence.added", "evidence.read", "step.answered", "case.escalated",
    "case.returned", "case.noted", "case.accepted", "task.changed", "action.stopped", "action.requested",
    "action.approved", "action.applying", "action.verified", "action.undo_asked", "action.undone", "case.closed",
)  # fmt: skip


def test_the_short_block_ends_by_itself(script: Script, tale: Story, stack: RunningStack) -> None:
    script.until("the expiry", lambda: expired(script, tale.actions["short"]), within_s=100)
    reach(script, tale.actions["short"], "undone")
    assert at_target(stack, "undo", ENUMERATOR) == [ENUMERATOR]


def expired(script: Script, number: int) -> bool:
    action = script.get("tomas", f"actions/{number}/")
    left = datetime.fromisoformat(action["expires_at"]) - datetime.now(UTC)
    if action["state"] == "verified" and left.total_seconds() > 0:
        time.sleep(min(left.total_seconds(), 5))
        return False
    script.stack.manage("sweep")
    return True


def test_the_journal_tells_the_whole_story(script: Script, tale: Story, app_role: psycopg.Connection[Any]) -> None:
    entries = all_pages(script, "aude", f"cases/{tale.ref}/timeline/")
    verbs = [entry["verb"] for entry in entries]
    assert not set(WHOLE_STORY) - set(verbs)
    order = [verbs.index(verb) for verb in ("case.opened", "case.escalated", "case.returned", "case.accepted")]
    assert order == sorted(order)
    assert verbs.count("case.escalated") == 2
    assert all(entry["text"] and entry["at"] for entry in entries)
    assert "action.expired" in verbs[verbs.index("case.closed") :]
    assert script.stack.manage("verify_journal")
    for forbidden in ("update {} set verb = 'x'", "delete from {}", "truncate {}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_role.execute(forbidden.format("casebook_journal"))
