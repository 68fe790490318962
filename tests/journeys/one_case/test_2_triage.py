"""The second chapter: the log answers, L1 hands over and does nothing of T2's; T2 returns the case, then takes it."""

from __future__ import annotations

from config.services.throwaway import RunningStack
from tests.journeys.casework import answer, findings, question, with_log
from tests.journeys.one_case.story import SignedIn, Story, block, mails
from triage.demo.log import ATTACKER, ENUMERATOR
from triage.demo.script import Script


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
