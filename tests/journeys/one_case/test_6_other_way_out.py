"""The sixth chapter: a harmless case is closed as recommended, and against the recommendation only with a reason."""

from __future__ import annotations

from tests.journeys.casework import all_pages, answer, open_case, run_computed, with_log
from tests.journeys.one_case.story import Story
from triage.demo.log import OPERATOR
from triage.demo.script import Script


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
