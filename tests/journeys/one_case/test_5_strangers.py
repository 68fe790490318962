"""The fifth chapter: another team sees none of it, and a token opens only its own doors."""

from __future__ import annotations

import json

from tests.journeys.casework import Json, question
from tests.journeys.one_case.story import SignedIn, Story, block
from triage.demo.log import ATTACKER
from triage.demo.script import Script


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
    writes: dict[str, Json] = {
        "take": {}, "escalate": {}, "accept": {}, "note": {"text": "mine now"}, "tasks": {"title": "mine now"},
        "close": {"verdict": "duplicate", "reason": "mine now"}, "actions": block(ATTACKER),
        "evidence": {"text": "mine now"}, f"run/steps/{step}/accept": {},
    }  # fmt: skip
    for path, body in writes.items():
        assert script.call("otto", "POST", f"cases/{ref}/{path}/", body).status == 404, path
    for path, body in (("approve", {}), ("undo", {"reason": "mine now"})):
        assert script.call("otto", "POST", f"actions/{number}/{path}/", body).status == 404, path
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
