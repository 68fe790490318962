"""Tier 2: the desk, acceptance, a question back, tasks, and the page that holds it all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import LOOKS, NewCase, Visit
from triage.demo.script import Script


@pytest.fixture
def handed_over(new_case: NewCase, script: Script) -> str:
    ref = new_case()
    script.post("lina", f"cases/{ref}/run/accept-all/")
    script.post("lina", f"cases/{ref}/escalate/", {"reason": "a guess worked"})
    return ref


def test_the_desk_shows_it_and_acceptance_makes_tasks(visit: Visit, handed_over: str, script: Script) -> None:
    page = visit("tomas")
    page.goto("/t2/")
    row = page.locator("tr[data-row]", has_text=handed_over)
    expect(row).to_contain_text("lina")
    expect(row.locator(".clock")).to_contain_text("accept")
    row.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/cases/{handed_over}/")
    expect(page.locator("#head")).to_contain_text("Investigating")
    expect(page.locator("#tasks .rows > li")).to_have_count(4)
    expect(page.locator("#t2-containment")).to_contain_text("The playbook offers")
    expect(page.locator(".timeline")).to_contain_text("tomas accepted the hand-over")
    expect(page.locator(".timeline b").first).to_be_visible()  # the success, among people and actions

    task = page.locator("#tasks .rows > li").first
    task.locator("summary").click()
    task.locator("textarea").fill("nothing left the house")
    task.locator("select").select_option("tessa")
    task.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator("#tasks h2")).to_contain_text("1 of 4 done")
    expect(page.locator("#tasks .rows > li").first).to_contain_text("nothing left the house")
    page.click("#add-task summary")
    page.fill("#task-title", "Call the account's owner")
    page.get_by_role("button", name="Add the task").click()
    expect(page.locator("#tasks .rows > li")).to_have_count(5)

    page.click("text=L1 analysis and its evidence")
    expect(page.locator("#step .answered")).to_contain_text("lina")


def test_a_question_goes_back_to_l1(visit: Visit, handed_over: str, script: Script) -> None:
    page = visit("tomas")
    page.goto(f"/cases/{handed_over}/")
    page.click("text=Return…")
    page.fill("#sheet textarea[name=question]", "Was it the owner himself?")
    page.locator("#sheet footer .go").click()
    expect(page.locator("main .banner").first).to_contain_text("Was it the owner himself?")
    case = script.get("lina", f"cases/{handed_over}/")
    assert (case["state"], case["owner"]) == ("triage", "lina")


def test_two_accept_at_once(visit: Visit, handed_over: str, script: Script) -> None:
    page = visit("tomas")
    page.goto(f"/cases/{handed_over}/")
    script.post("tessa", f"cases/{handed_over}/accept/")
    page.locator("#head").get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("tessa")


def test_it_changes_by_itself(visit: Visit, handed_over: str, script: Script) -> None:
    page = visit("lina")
    page.goto(f"/cases/{handed_over}/")
    expect(page.locator("main .banner").first).to_contain_text("Waiting for Tier 2")
    script.post("tomas", f"cases/{handed_over}/accept/")
    expect(page.locator("#head .chip").first).to_have_text("Investigating", timeout=5000)
    expect(page.locator("#tasks .rows > li")).to_have_count(4)


def test_it_is_accessible_in_both_schemes_and_on_a_phone(
    visit: Visit, handed_over: str, script: Script, accessible: Callable[[Page], None]
) -> None:
    page = visit("tomas")
    page.goto("/t2/")
    accessible(page)
    script.post("tomas", f"cases/{handed_over}/accept/")
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/cases/{handed_over}/")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"/cases/{handed_over}/handover/")
        accessible(page)
