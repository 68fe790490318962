"""Field maps and suppressions as one types them: the answer comes while typing, and the same comes without script."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from triage.demo.script import Script

Visit = Callable[..., Page]
PAYLOAD = (
    '{"alerts": [{"key": "a-1", "text": "Many failed logins", "level": "P1"}, {"key": "a-2", "text": "Disk full"}]}'
)


@pytest.fixture
def generic(script: Script) -> str:
    """The address of the map of a source of its own."""
    slug = f"generic-{uuid4().hex[:8]}"
    script.post("adam", "sources/", {"team": "blue", "slug": slug, "name": "Monitoring", "adapter": "generic"})
    return f"/settings/sources/{slug}/map/"


def test_a_map_answers_while_it_is_typed(visit: Visit, generic: str, accessible: Callable[[Page], None]) -> None:
    page = visit("adam")
    page.goto(generic)
    page.fill("#payload", PAYLOAD)
    page.fill("[name='f-messages']", "alerts")
    page.fill("[name='f-severity']", "level")
    page.fill("[name='s-theirs'] >> nth=0", "P1")
    page.select_option("[name='s-ours'] >> nth=0", "critical")
    page.fill("[name='f-title']", "text")
    expect(page.locator("#map-alert h3")).to_have_text("Many failed logins")
    expect(page.locator("#map-alert .sev")).to_have_text("Critical")
    expect(page.locator("[name='f-title']")).to_be_focused()  # what is typed in is not swapped
    page.click("#map-alert >> text=Next")
    expect(page.locator("#map-alert h3")).to_have_text("Disk full")
    page.fill("[name='f-title']", "text.[")
    expect(page.locator(".finding .bad")).to_contain_text("at character")
    accessible(page)
    page.fill("[name='f-title']", "text")
    page.click("text=Save the map")
    expect(page.locator("#toasts")).to_contain_text("is saved")
    page.reload()
    expect(page.locator("[name='f-title']")).to_have_value("text")


def test_a_map_without_script(visit: Visit, generic: str) -> None:
    page = visit("adam", java_script_enabled=False)
    page.goto(generic)
    page.fill("#payload", PAYLOAD)
    page.click("text=Propose a map from this payload")
    expect(page.locator("[name='f-messages']")).to_have_value("alerts")
    expect(page.locator("[name='f-external_id']")).to_have_value("key")
    page.fill("[name='f-title']", "text")
    page.press("[name='f-title']", "Enter")  # shows it, and saves nothing
    expect(page.locator("#map-alert h3")).to_have_text("Many failed logins")
    page.click("text=Next")
    expect(page.locator("#map-alert h3")).to_have_text("Disk full")
    page.click("text=Save the map")
    expect(page.locator("#toasts")).to_contain_text("is saved")


def test_a_suppression_shows_what_it_would_swallow(
    visit: Visit, new_case: Callable[..., str], script: Script, accessible: Callable[[Page], None]
) -> None:
    ref = new_case(log=False)
    page = visit("lea")
    page.goto(f"/cases/{ref}/")
    page.click("text=Suppress alerts like this")
    expect(page.locator("#would")).to_contain_text("it would have swallowed 1 of")
    page.fill("#s-technique", "T1657")
    expect(page.locator("#would")).to_contain_text("it would have swallowed 0 of")
    page.fill("#s-technique", "")
    expect(page.locator("#would")).to_contain_text("it would have swallowed 1 of")
    accessible(page)
    name = f"Silence {ref}"
    page.fill("#s-name", name)
    page.fill("#s-reason", "Tried by a browser")
    page.click("button:text-is('Begin')")
    row = page.locator("tr", has_text=name)
    expect(row).to_contain_text("nothing yet")
    row.locator("button").click()
    expect(page.locator("#toasts")).to_contain_text("has ended")


def test_the_workbench_tells_what_else_is_asserted_and_tunes_a_rule_in_one_click(
    visit: Visit, new_case: Callable[..., str]
) -> None:
    ref = new_case(log=False)
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    page.click("text=what else it asserts")
    expect(page.locator("details[id^=said] > div")).to_have_text("Nothing beyond these fields.")
    page.click("text=Rule needs tuning")
    expect(page.locator("#toasts")).to_contain_text("needs tuning")
    page.wait_for_url(f"**/cases/{ref}/")
