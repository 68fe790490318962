"""The third chapter: guard rails, four eyes at every door, a block and a reset applied and undone at the target."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from config.services.throwaway import RunningStack
from tests.journeys.one_case.story import SignedIn, Story, at_target, block, reach
from triage.demo.log import ATTACKER, ENUMERATOR, VICTIM
from triage.demo.script import Script


def test_guard_rails_stop_what_would_hurt_us(script: Script, tale: Story) -> None:
    for target in ("10.1.2.3", "127.0.0.1", "224.0.0.1", "0.0.0.0/0", "203.0.0.0/16", "192.0.2.53", "::ffff:10.0.0.1"):
        refused = script.call("tomas", "POST", f"cases/{tale.ref}/actions/", block(target))
        assert refused.status == 422, target
        assert refused.body["errors"]["target"], target


def test_the_requester_cannot_agree_at_any_door(
    script: Script, tale: Story, signed_in: SignedIn, app_role: psycopg.Connection[Any]
) -> None:
    """Not on the page, by session, by token, nor by the serving role's own hand in the database."""
    number = script.post("tomas", f"cases/{tale.ref}/actions/", block(ATTACKER), expect=201)["id"]
    tale.actions["block"] = number
    tomas = signed_in("tomas")
    page = tomas.get(f"/cases/{tale.ref}/")
    assert f"/actions/{number}/withdraw/" in page.body
    assert f"/actions/{number}/approve/" not in page.body
    assert tomas.post(f"/actions/{number}/approve/").status == 403
    assert tomas.call("POST", f"actions/{number}/approve/", {}).status == 403
    by_token = script.call("tomas", "POST", f"actions/{number}/approve/", {})
    assert (by_token.status, "somebody else" in by_token.body["detail"]) == (403, True)
    with pytest.raises(psycopg.errors.CheckViolation, match="four_eyes"):
        app_role.execute(
            "update automation_action set state = 'approved', approved_by_id = requested_by_id,"
            " approval_hash = 'x', approved_at = now() where id = %s",
            [number],
        )
    assert script.call("lina", "POST", f"actions/{number}/approve/", {}).status == 403
    assert script.get("tomas", f"actions/{number}/")["state"] == "requested"


def test_two_people_apply_a_block_and_a_reset(script: Script, tale: Story, stack: RunningStack) -> None:
    seen = script.get("tessa", f"actions/{tale.actions['block']}/")["seen"]
    assert script.call("tessa", "POST", f"actions/{tale.actions['block']}/approve/", {"seen": "old"}).status == 409
    script.post("tessa", f"actions/{tale.actions['block']}/approve/", {"seen": seen})
    short = script.post("tomas", f"cases/{tale.ref}/actions/", block(ENUMERATOR, 60), expect=201)
    reset = script.post(
        "tomas", f"cases/{tale.ref}/actions/",
        {"kind": "reset_password", "target": VICTIM, "connector": "simulated", "reason": "Its password is known."},
        expect=201,
    )  # fmt: skip
    tale.actions |= {"short": short["id"], "reset": reset["id"]}
    for name in ("short", "reset"):
        script.post("lea", f"actions/{tale.actions[name]}/approve/")
    for name in ("block", "short"):
        reach(script, tale.actions[name], "verified")
    reach(script, tale.actions["reset"], "verified", "applied")
    assert at_target(stack, "apply", ATTACKER, ENUMERATOR, VICTIM) == [ENUMERATOR, ATTACKER, VICTIM]
    force = {one["id"]: one for one in script.get("tomas", "actions/?state=in_force")["results"]}
    assert {tale.actions["block"], tale.actions["short"]} <= set(force)
    left = datetime.fromisoformat(force[tale.actions["block"]]["expires_at"]) - datetime.now(UTC)
    assert 86_000 < left.total_seconds() <= 86_400
    twice = script.call("tessa", "POST", f"cases/{tale.ref}/actions/", block(ATTACKER))
    assert (twice.status, twice.body["case"]) == (409, tale.ref)


def test_the_block_is_undone(script: Script, tale: Story, stack: RunningStack) -> None:
    script.post("tomas", f"actions/{tale.actions['block']}/undo/", {"reason": "The address was handed on."})
    reach(script, tale.actions["block"], "undone")
    assert at_target(stack, "undo", ATTACKER) == [ATTACKER]
