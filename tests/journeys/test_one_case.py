"""One case from the SIEM to the SLA report, with everybody at their own door: who may, who may not, and what remains.

The tests of this file are chapters of one story on one instance; each leaves the case where the next finds it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from config.services import places, secrets
from config.services.postgres import APP, Postgres
from config.services.throwaway import RunningStack
from tests.journeys.casework import (
    Json,
    Session,
    all_pages,
    answer,
    attach,
    evidence_read,
    findings,
    open_case,
    question,
    run_computed,
    with_log,
)
from triage.demo.log import ATTACKER, ENUMERATOR, OPERATOR, VICTIM
from triage.demo.script import Script
from triage.demo.today import breach_alert, story

SignedIn = Callable[[str], Session]
HERE_ONLY = f"journey-{uuid4().hex[:8]}"


@dataclass
class Story:
    """The log, what is true of it, and the case as far as it has come."""

    log: bytes
    truth: Json
    year: int
    ref: str = ""
    alert: int = 0
    evidence: int = 0
    actions: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def tale() -> Story:
    text, truth = story(datetime.now(UTC))
    return Story(text.encode(), truth, datetime.fromisoformat(truth["compromise"]["at"]).year)


@pytest.fixture(scope="module")
def app_role(stack: RunningStack) -> psycopg.Connection[Any]:
    """The instance's database, entered as the role that serves."""
    known = secrets.load(stack.state_dir)
    assert known is not None
    server = Postgres(places.places(stack.state_dir, known.instance), known)
    return psycopg.connect(server.address(APP).url, autocommit=True)


# --- the alert ----------------------------------------------------------------------------------------------------


def test_an_alert_opens_a_case_that_everybody_hears_of(script: Script, tale: Story) -> None:
    cursor = script.get("lina", "changes/")["next"]
    alert = breach_alert(tale.truth) | {"external_id": HERE_ONLY, "rule": {"id": HERE_ONLY, "name": "ssh brute force"}}
    opened = script.post("demo-siem", "alerts/", alert, expect=201)
    tale.ref, tale.alert = opened["case"], opened["alert"]

    def told() -> bool:
        answer = script.call("lina", "GET", f"changes/?since={cursor}")
        return answer.status == 200 and any(change["case"] == tale.ref for change in answer.body["changes"])

    script.until("the feed names it", told, within_s=2)
    assert tale.ref in {row["ref"] for row in script.get("lina", "cases/?order=newest&limit=5")["results"]}
    again = script.post("demo-siem", "alerts/", alert, expect=200)
    assert (again["outcome"], again["count"]) == ("repeated", 2)
    second = script.post("demo-siem", "alerts/", alert | {"external_id": f"{HERE_ONLY}-2"}, expect=201)
    assert (second["outcome"], second["case"]) == ("attached", tale.ref)
    case = script.get("lina", f"cases/{tale.ref}/")
    assert (case["state"], case["owner"], case["playbook"]["slug"]) == ("new", None, "T1589")
    assert "T1589" in case["playbook"]["why"]
    assert {clock["measure"] for clock in case["clocks"]} >= {"time_to_acknowledge", "time_to_qualify"}
    assert all(clock["explain"] for clock in case["clocks"])


def test_lookups_came_by_themselves(script: Script, tale: Story) -> None:
    def all_done() -> list[Json] | None:
        rows: list[Json] = script.get("lina", f"cases/{tale.ref}/lookups/")["results"]
        return rows if rows and all(row["result"] for row in rows) else None

    rows = script.until("the lookups", all_done, within_s=20)
    assert {row["enricher"] for row in rows} == {"local_lists", "sightings"}
    assert {"type": "ip", "value": ATTACKER} in [row["observable"] for row in rows]
    assert {row["result"] for row in rows} <= {"listed", "known_infrastructure", "not_listed", "limited", "error"}
    assert not [row for row in rows if "clean" in row["summary"]]


# --- triage -------------------------------------------------------------------------------------------------------


def test_the_log_answers_and_lina_says_otherwise_once(script: Script, tale: Story) -> None:
    evidence, run = with_log(script, tale.ref, tale.log, timezone="UTC", year=tale.year)
    tale.evidence = evidence["id"]
    assert findings(run)["D05"]["figures"]["failures"] == tale.truth["compromise"]["failures"]
    assert ENUMERATOR in findings(run, "elsewhere")["D03"]["sentence"]
    outside = question(run, 2)
    other = "no" if outside["proposal"]["answer"] != "no" else "yes"
    path = f"cases/{tale.ref}/run/steps/{outside['id']}/answer/"
    refused = script.call("lina", "POST", path, {"value": other})
    assert (refused.status, list(refused.body["errors"])) == (422, ["note"])
    answer(script, tale.ref, outside, other, "a partner's network, by contract")
    stale = script.call("lina", "POST", path, {"value": "partly", "note": "seen twice", "revision": 0})
    assert stale.status == 409
    script.post("lina", f"cases/{tale.ref}/run/accept-all/")
    run = script.get("lina", f"cases/{tale.ref}/run/")
    given = {step["position"]: step["answer"] for step in run["steps"] if step["section"] == "question"}
    assert (given[2]["value"], given[2]["proposal"], given[4]["proposal"]) == (other, "changed", "accepted")
    assert run["recommendation"]["decision"] == "escalate"
    assert script.get("lina", f"cases/{tale.ref}/")["owner"] == "lina"


def test_every_arrival_is_counted(script: Script, tale: Story) -> None:
    """Two alerts, one of them repeated. Counters follow intake by themselves, in a transaction of their own."""
    script.until("the third arrival", lambda: script.get("lina", f"cases/{tale.ref}/")["alerts"] == 3, within_s=40)


def test_l1_stands_before_t2s_doors(script: Script, tale: Story, signed_in: SignedIn) -> None:
    true = {"verdict": "true_positive", "reason": "it is one"}
    closing = script.call("lina", "POST", f"cases/{tale.ref}/close/", true)
    assert (closing.status, "escalate" in closing.body["detail"]) == (403, True)
    script.post("lina", f"cases/{tale.ref}/escalate/", {"version": script.get("lina", f"cases/{tale.ref}/")["version"]})
    assert script.call("lina", "POST", f"cases/{tale.ref}/accept/", {}).status == 403
    assert script.call("lina", "POST", f"cases/{tale.ref}/return/", {"question": "is it?"}).status == 403
    assert script.call("lina", "POST", f"cases/{tale.ref}/actions/", block(ATTACKER)).status == 403
    assert script.call("mara", "POST", f"cases/{tale.ref}/take/", {}).status == 403
    page = signed_in("lina").get(f"/cases/{tale.ref}/")
    assert page.status == 200
    assert "/accept/" not in page.body.replace("/steps/", "")
    assert signed_in("lina").post(f"/cases/{tale.ref}/accept/").status == 403


def test_t2_is_told_and_returns_it_with_a_question(script: Script, tale: Story, stack: RunningStack) -> None:
    script.until("T2 has mail", lambda: mails(stack, tale.ref, "tomas"), within_s=20)
    script.post("tomas", f"cases/{tale.ref}/return/", {"question": "Was it the owner himself?"})
    case = script.get("lina", f"cases/{tale.ref}/")
    assert (case["state"], case["owner"]) == ("triage", "lina")
    script.until("lina has mail", lambda: mails(stack, tale.ref, "lina"), within_s=20)
    transfers = script.get("lina", f"cases/{tale.ref}/handover/")["escalations"]
    assert [(one["state"], one["question"]) for one in transfers] == [("returned", "Was it the owner himself?")]


def test_the_second_hand_over_is_accepted(script: Script, tale: Story) -> None:
    script.post("lina", f"cases/{tale.ref}/note/", {"text": "Called mbrandt: he was on a plane."})
    text = "He was on a plane: somebody guessed his password."
    script.post("lina", f"cases/{tale.ref}/escalate/", {"handover": text})
    accepted = script.post("tomas", f"cases/{tale.ref}/accept/")
    assert (accepted["state"], accepted["owner"], accepted["tier"]) == ("investigating", "tomas", "t2")
    again = script.call("tessa", "POST", f"cases/{tale.ref}/accept/", {})
    assert (again.status, again.body["changed_by"]) == (409, "tomas")
    handover = script.get("tomas", f"cases/{tale.ref}/handover/")
    assert handover["handover"] == text
    assert "## What is known" in handover["generated"]
    assert script.get("tomas", f"cases/{tale.ref}/run/")["recommendation"]["decision"] == "none"


def test_t2_actions_are_tasks(script: Script, tale: Story) -> None:
    tasks = script.get("tomas", f"cases/{tale.ref}/tasks/")["results"]
    assert len(tasks) == 4
    done = {"state": "done", "outcome": "nothing left the network", "revision": tasks[0]["revision"]}
    changed = script.call("tomas", "PATCH", f"tasks/{tasks[0]['id']}/", done)
    assert (changed.status, changed.body["state"], changed.body["outcome"]) == (200, "done", done["outcome"])
    overtaken = script.call("tessa", "PATCH", f"tasks/{tasks[0]['id']}/", done | {"state": "open"})
    assert overtaken.status == 409


# --- containment --------------------------------------------------------------------------------------------------


def block(target: str, expires_in: int = 86400) -> Json:
    return {
        "kind": "block_address", "target": target, "connector": "simulated", "expires_in": expires_in,
        "reason": "It guessed its way in.",
    }  # fmt: skip


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


def reach(script: Script, number: int, *states: str, within_s: float = 30) -> Json:
    def there() -> Json | None:
        action: Json = script.get("tomas", f"actions/{number}/")
        script.check(action["state"] not in ("failed", "unknown", "undo_failed"), f"{action['state']}: {action}")
        return action if action["state"] in states else None

    return dict(script.until(f"action {number} is {' or '.join(states)}", there, within_s=within_s))


def at_target(stack: RunningStack, act: str, *targets: str) -> list[str]:
    """Which of the targets an act reached, once for each time, by the target's own file."""
    lines = (stack.state_dir / "simulated_target.jsonl").read_text().splitlines()
    acts = [json.loads(line) for line in lines]
    return sorted(one["target"] for one in acts if one["act"] == act and one["target"] in targets)


def mails(stack: RunningStack, ref: str, to: str) -> int:
    found = [path.read_text() for path in (stack.state_dir / "mail").glob("*.log")]
    letters = [letter for text in found for letter in text.split("-" * 79)]
    return sum(ref in letter and f"{to}@" in letter for letter in letters)


# --- the end ------------------------------------------------------------------------------------------------------


def test_t2_closes_it_with_a_reason(script: Script, tale: Story) -> None:
    bare = script.call("tomas", "POST", f"cases/{tale.ref}/close/", {"verdict": "true_positive"})
    assert (bare.status, list(bare.body["errors"])) == (422, ["reason"])
    version = script.get("tomas", f"cases/{tale.ref}/")["version"]
    verdict = {"verdict": "true_positive", "reason": "Guessed, blocked, reset."}
    stale = script.call("tomas", "POST", f"cases/{tale.ref}/close/", verdict | {"version": version - 1})
    assert (stale.status, stale.body["changed_by"]) == (409, "tomas")
    closed = script.post("tomas", f"cases/{tale.ref}/close/", verdict | {"version": version})
    assert (closed["state"], closed["verdict"]) == ("closed", "true_positive")
    assert all(closed["instants"].values()), closed["instants"]
    left = script.get("tomas", f"cases/{tale.ref}/tasks/")["results"]
    assert sorted(one["state"] for one in left) == ["done", "not_done", "not_done", "not_done"]
    assert script.call("tomas", "POST", f"cases/{tale.ref}/actions/", block("203.0.113.9")).status == 409
    late = attach(script, tale.ref, b"Nov  1 10:00:00 bastion-1 sshd[1]: Connection closed by 203.0.113.9 port 1\n")
    evidence_read(script, late)


def test_every_figure_of_the_report_opens_this_case(script: Script, tale: Story) -> None:
    report = script.get("mara", "reports/sla/?format=json")
    measures = {row["measure"]: row for row in report["measures"]}
    assert len(measures) == 10
    for name, row in measures.items():
        assert row["formula"], name
        if name != "active_time":  # nobody kept a page in focus here
            assert tale.ref in listed(script, row["cases"]), name
    for name in ("time_to_acknowledge", "time_to_qualify", "time_to_accept", "time_to_contain"):
        row = measures[name]
        if row["policy"]:
            ended = [listed(script, row["figures"][outcome]) for outcome in ("met", "missed")]
            assert tale.ref in ended[0] | ended[1], name
            assert [len(rows) for rows in ended] == [row["met"], row["missed"]], name


def listed(script: Script, url: str) -> set[str]:
    """The cases behind a figure."""
    return {row["ref"] for row in all_pages(script, "mara", url.split("/api/v1/", 1)[1])}


def test_another_team_sees_none_of_it(script: Script, tale: Story, signed_in: SignedIn) -> None:
    """What exists elsewhere and what does not exist answer alike, on every route, page and feed."""
    ref, number = tale.ref, tale.actions["block"]
    step = question(script.get("lina", f"cases/{ref}/run/"), 1)["id"]
    task = script.get("tomas", f"cases/{ref}/tasks/")["results"][0]["id"]
    of_case = "", "run/", "timeline/", "handover/", "tasks/", "lookups/", "actions/", "related/", "evidence/"
    of_rest = f"evidence/{tale.evidence}/", f"evidence/{tale.evidence}/lines/", f"evidence/{tale.evidence}/original/"
    reads = [f"cases/{ref}/{part}" for part in of_case] + [*of_rest, f"alerts/{tale.alert}/", f"actions/{number}/"]
    for path in reads:
        assert script.call("otto", "GET", path).status == 404, path
    verbs = "take", "escalate", "accept", "note", "close", "actions", "tasks", "evidence", f"run/steps/{step}/accept"
    writes = [f"cases/{ref}/{verb}/" for verb in verbs] + [f"actions/{number}/{verb}/" for verb in ("approve", "undo")]
    body = {"verdict": "duplicate", "reason": "mine now", "text": "mine now", "title": "mine now"} | block(ATTACKER)
    for path in writes:
        assert script.call("otto", "POST", path, body).status == 404, path
    assert script.call("otto", "PATCH", f"tasks/{task}/", {"state": "open"}).status == 404
    missing = script.call("otto", "GET", "cases/CB-99999999/").body
    assert script.call("otto", "GET", f"cases/{ref}/").body["detail"] == missing["detail"].replace("CB-99999999", ref)

    cursor, named = None, set()
    for _ in range(200):
        feed = script.call("otto", "GET", f"changes/?since={cursor}" if cursor else "changes/")
        if feed.status == 304:
            break
        named |= {change["case"] for change in feed.body["changes"]}
        cursor = feed.body["next"]
    assert ref not in named
    for path in ("cases/?limit=500", f"cases/?observable=ip:{ATTACKER}", "actions/"):
        assert ref not in json.dumps(script.get("otto", path)), path

    otto = signed_in("otto")
    for path in (
        f"/cases/{ref}/", f"/cases/{ref}/handover/", f"/cases/{ref}/text/", f"/cases/{ref}/do/close/",
        f"/alerts/{tale.alert}/raw/", f"/evidence/{tale.evidence}/lines/", f"/evidence/{tale.evidence}/original/",
    ):  # fmt: skip
        assert otto.get(path).status == 404, path
    for path in ("/", f"/?q={ref}", f"/?observable=ip:{ATTACKER}&owner=anyone&state=closed"):
        assert f"/cases/{ref}/" not in otto.get(path).body, path


def test_tokens_that_do_not_fit(script: Script, tale: Story) -> None:
    """A person's token sends no alerts, a source's reads no cases, a reader's writes nothing, and none is nobody."""
    assert script.call("lina", "POST", "alerts/", {"external_id": "x", "title": "y"}).status == 403
    assert script.call("demo-siem", "GET", f"cases/{tale.ref}/").status in (403, 404)
    reading = script.stack.manage("issue_token", "--user", "tomas", "--scope", "read", "--days", "1").strip()
    script.tokens["a reader"], script.tokens["nobody"] = reading, "cb_made-up"
    assert script.call("a reader", "GET", f"cases/{tale.ref}/").status == 200
    assert script.call("a reader", "POST", f"cases/{tale.ref}/note/", {"text": "hello there"}).status == 403
    assert script.call("nobody", "GET", f"cases/{tale.ref}/").status == 401


# --- the other way out --------------------------------------------------------------------------------------------


def test_a_harmless_case_is_closed_as_recommended(script: Script, tale: Story) -> None:
    """The administrator's own address: every question answered by a person, and only then *close*."""
    ref = open_case(script, ("ip", OPERATOR, "source"), title="Failed logins from the office")
    _, run = with_log(script, ref, tale.log, timezone="UTC", year=tale.year)
    early = script.call("lina", "POST", f"cases/{ref}/close/", {"verdict": "benign_positive"})
    assert early.status == 422
    assert len(early.body["open_steps"]) == run["progress"]["required"]
    for step in run["steps"]:
        if not step["required"]:
            continue
        if step["proposal"]["answer"] == "no":
            script.post("lina", f"cases/{ref}/run/steps/{step['id']}/accept/")
        elif step["proposal"]["answer"] == "cannot_tell":
            answer(script, ref, step, "cannot_tell", "no such log is collected", unknowable=True)
        else:
            answer(script, ref, step, "no", "our administrators, at their desks")
    recommendation = script.get("lina", f"cases/{ref}/run/")["recommendation"]
    assert recommendation["decision"] == "close"
    closed = script.post("lina", f"cases/{ref}/close/", {"verdict": recommendation["verdict"]})
    assert (closed["state"], closed["verdict"]) == ("closed", recommendation["verdict"])
    assert script.call("lina", "POST", f"cases/{ref}/run/accept-all/").status == 409
    reopened = script.post("lina", f"cases/{ref}/reopen/", {"reason": "closed the wrong one"})
    assert reopened["state"] == "triage"


def test_against_the_recommendation_only_with_a_reason(script: Script) -> None:
    ref = open_case(script, ("ip", "203.0.113.200", "source"))
    run_computed(script, ref)
    refused = script.call("lina", "POST", f"cases/{ref}/escalate/", {})
    assert (refused.status, list(refused.body["errors"])) == (422, ["reason"])
    script.post("lina", f"cases/{ref}/escalate/", {"reason": "the caller sounded wrong"})
    texts = [entry["text"] for entry in all_pages(script, "tomas", f"cases/{ref}/timeline/")]
    assert "lina escalated to T2" in texts


# --- the record ---------------------------------------------------------------------------------------------------

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
