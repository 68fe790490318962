"""Sources over REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.models import Alert, Case
from tests.rest import send

pytestmark = pytest.mark.django_db


def test_made_changed_and_listed(api: Callable[[str], Client]) -> None:
    adam = api("adam")
    body = {"team": "blue", "slug": "edr-1", "name": "EDR", "grouping_window_s": 3600, "contract_per_minute": 600}
    status, made = send(adam, "POST", "sources/", body)
    assert (status, made["grouping_window_s"], made["reopen_within_s"]) == (201, 3600, 7 * 86400)
    status, changed = send(adam, "PATCH", "sources/edr-1/", {"zone": "Europe/Vienna", "enabled": False})
    assert (status, changed["zone"], changed["enabled"]) == (200, "Europe/Vienna", False)
    status, page = send(api("lea"), "GET", "sources/")
    assert "edr-1" in [row["slug"] for row in page["results"]]


def test_every_wrong_field_is_named(api: Callable[[str], Client]) -> None:
    body = {"team": "blue", "slug": "Edr", "name": "x", "grouping_window_s": 1, "zone": "Mars/Olympus"}
    status, problem = send(api("adam"), "POST", "sources/", body)
    assert (status, set(problem["errors"])) == (422, {"slug", "grouping_window", "zone"})
    status, problem = send(api("adam"), "PATCH", "sources/siem/", {"grouping_windw_s": 60})
    assert (status, list(problem["errors"])) == (422, ["grouping_windw_s"])


def test_what_became_no_alert(api: Callable[[str], Client], sender: Sender) -> None:
    refuse(sender, Refused(b"<xml/>", "not JSON", "byte 0", "not_understood"))
    status, page = send(api("adam"), "GET", "sources/siem/refusals/?outcome=not_understood")
    [row] = page["results"]
    assert (status, row["reason"], row["place"], row["bytes"]) == (200, "not JSON", "byte 0", 6)
    assert send(api("adam"), "GET", "sources/siem/refusals/?outcome=lost")[0] == 422
    assert send(api("adam"), "GET", "sources/siem/")[1]["not_understood"] == 1


def test_feedback_on_a_rule(api: Callable[[str], Client], case: Case) -> None:
    alert = Alert.objects.get(case=case)
    status, said = send(api("lina"), "POST", f"alerts/{alert.pk}/feedback/", {"note": "the scanner again"})
    assert (status, said["rule_id"], said["kind"]) == (201, "r-9", "unsaid")
    status, listed = send(api("tomas"), "GET", "rules/feedback/?source=siem")
    [rule] = listed["results"]
    assert (rule["times"], rule["kinds"], rule["notes"]) == (1, {"unsaid": 1}, ["the scanner again"])
    assert send(api("lina"), "POST", f"alerts/{alert.pk}/feedback/", {"kind": "dull"})[0] == 422
