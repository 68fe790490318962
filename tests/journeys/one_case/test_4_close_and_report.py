"""The fourth chapter: closed with a reason, and every figure of the report opens the case."""

from __future__ import annotations

from tests.journeys.casework import all_pages, attach, evidence_read
from tests.journeys.one_case.story import Story, block
from triage.demo.script import Script


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
