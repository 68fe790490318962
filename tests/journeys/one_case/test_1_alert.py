"""One case from the SIEM to the SLA report, with everybody at their own door: who may, who may not, what remains.

These files are the chapters of one story on one instance, told in the order of their numbers; each leaves the case
where the next finds it. The first: an alert opens a case that everybody hears of, and look-ups come by themselves.
"""

from __future__ import annotations

from uuid import uuid4

from tests.journeys.casework import Json
from tests.journeys.one_case.story import Story
from triage.demo.log import ATTACKER
from triage.demo.script import Script
from triage.demo.today import breach_alert

HERE_ONLY = f"journey-{uuid4().hex[:8]}"


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
