"""Evidence by hand: values narrow, rows open their lines, pins go on the timeline and off, marks answer to keys."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.looks import NewCase, Visit


def events(page: Page, ref: str) -> None:
    """From the case to the events of its log."""
    page.goto(f"/cases/{ref}/")
    page.click("#evidence a[title='Its events']")
    expect(page.locator("#events .evidence tbody tr").first).to_be_visible()


def test_a_value_narrows_and_a_row_opens_its_lines(visit: Visit, new_case: NewCase) -> None:
    page = visit("lina")
    events(page, new_case())
    page.locator("#events .values a", has_text=re.compile("^failure$")).click()
    expect(page.locator("#events .bar .chip")).to_contain_text("event.outcome failure")
    expect(page).to_have_url(re.compile(r"event\.outcome=failure"))  # the view is a link
    page.locator("#events [data-raw]").first.click()
    expect(page.locator("#events tr.open b")).to_contain_text("Failed password")
    expect(page).to_have_url(re.compile(r"event\.outcome=failure"))
    page.locator("#events .bar .chip").click()
    expect(page.locator("#events .bar .chip")).to_have_count(0)


def test_a_pin_goes_on_the_timeline_and_off_again(visit: Visit, new_case: NewCase) -> None:
    ref, page = new_case(), visit("lina")
    events(page, ref)
    pin = page.locator("#events .pin button").first
    pin.click()
    expect(page.locator("#events .pin button[aria-pressed=true]")).to_have_count(1)
    page.goto(f"/cases/{ref}/timeline/")
    expect(page.locator(".marks .pinned")).to_have_count(1)
    page.locator(".story .tool.on").click()
    expect(page.locator(".marks .pinned")).to_have_count(0)


def test_the_drawn_case_is_reached_by_keys(visit: Visit, new_case: NewCase) -> None:
    page = visit("lina")
    page.goto(f"/cases/{new_case()}/timeline/")
    expect(page.locator(".graph .tie.accepted").first).to_be_visible()
    mark = page.locator(".marks a.strong").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".story tr:target")).to_be_visible()


def test_without_script_every_view_is_an_address(visit: Visit, new_case: NewCase) -> None:
    ref, page = new_case(), visit("lina", java_script_enabled=False)
    page.goto(f"/cases/{ref}/")
    page.click("#evidence a[title='Its events']")
    answered(page)
    page.locator("#events .values a", has_text=re.compile("^failure$")).click()
    answered(page)
    expect(page.locator("#events .bar .chip")).to_contain_text("event.outcome failure")
    page.locator("#events .pin button").first.click()
    expect(page.locator(".toast")).to_contain_text("On the timeline")


def answered(page: Page) -> None:
    """Look again until the worker has answered."""
    for _ in range(40):
        if page.locator("#events .evidence").count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError("the worker never answered")
