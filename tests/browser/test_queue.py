"""The queue as L1 lives with it: by keys, with news that moves nothing, without script; and the library."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from triage.demo.script import Script

Visit = Callable[..., Page]
NewCase = Callable[..., str]
PAGES = {
    "lina": ("/", "/cases/new/", "/playbooks/", "/playbooks/T1589/"),
    "tomas": ("/",),
    "pia": ("/playbooks/general/", "/reports/playbooks/"),
    "adam": ("/settings/sources/siem/map/",),
    "lea": ("/settings/suppressions/?alert=1",),
    "mara": ("/reports/playbooks/", "/reports/playbooks/?playbook=general"),
}
SIZES = ((1440, "light"), (1440, "dark"), (1280, "light"), (390, "light"), (390, "dark"))


def unlike(user: str) -> dict[str, object]:
    """Changes to an alert that make it a case of its own, about nobody else."""
    return {"observables": [{"type": "user", "value": user, "role": "target"}], "title": f"Odd logins of {user}"}


def order(page: Page) -> list[str]:
    return [str(ref) for ref in page.eval_on_selector_all("[data-row]", "rows => rows.map(row => row.dataset.row)")]


def test_a_case_is_found_taken_and_opened_by_keys(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case(log=False, **unlike("keys"))
    page = visit("lina")
    page.goto("/?q=Odd+logins+of+keys")
    expect(page.locator("[data-row][aria-current]")).to_have_attribute("data-row", ref)
    page.keyboard.press("a")
    expect(page.locator(f"[data-row={ref}] .avatar")).to_contain_text("Lina Berg")
    expect(page.locator(f"[data-row={ref}]")).to_contain_text("Triage")
    assert script.get("lina", f"cases/{ref}/")["owner"] == "lina"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{ref}/")


def test_news_is_counted_and_moves_nothing(visit: Visit, new_case: NewCase) -> None:
    new_case(log=False, **unlike("before"))
    page = visit("lina")
    page.goto("/")
    page.keyboard.press("j")
    before, current = order(page), page.locator("[data-row][aria-current]").get_attribute("data-row")
    ref = new_case(log=False, severity="critical", **unlike("news"))
    expect(page.locator("#news")).to_contain_text("1 new case", timeout=5000)
    assert order(page) == before
    expect(page.locator("[data-row][aria-current]")).to_have_attribute("data-row", str(current))
    expect(page).to_have_title(re.compile(r"^\(\d+\) Queue"))
    page.keyboard.press("r")
    expect(page.locator(f"[data-row={ref}]")).to_be_visible()
    expect(page.locator("#news")).not_to_contain_text("new case")


def test_a_colleagues_take_is_seen_where_the_row_stands(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case(log=False, **unlike("shared"))
    page = visit("lina")
    page.goto("/")
    before = order(page)
    script.post("tomas", f"cases/{ref}/take/", {})
    expect(page.locator(f"[data-row={ref}] .avatar")).to_contain_text("Tomas Ruiz", timeout=5000)
    assert order(page) == before


def test_a_filter_becomes_an_address(visit: Visit, new_case: NewCase) -> None:
    new_case(log=False, severity="low", **unlike("filter"))
    page = visit("lina")
    page.goto("/")
    page.keyboard.press("f")
    page.select_option("#f-severity", "low")
    page.click(".filter button[type=submit]")
    page.wait_for_url("**/?severity=low")
    expect(page.locator("[data-row] .sev.high")).to_have_count(0)
    page.click("text=Severity low")
    page.wait_for_url(lambda url: "severity" not in url)


def test_without_script_a_case_is_opened_by_hand_filtered_and_taken(visit: Visit) -> None:
    page = visit("lina", java_script_enabled=False)
    page.goto("/cases/new/")
    page.fill("#title", "A call about badges")
    page.fill("[name=value] >> nth=1", "m.keller")
    page.click("text=More lines")
    assert (
        page.input_value("[name=value] >> nth=0") == "m.keller"
        or page.input_value("[name=value] >> nth=1") == "m.keller"
    )
    page.click("text=Open the case")
    expect(page.locator("h1")).to_contain_text("A call about badges")
    page.goto("/")
    page.click("summary >> text=Filter")
    page.fill("#f-observable", "m.keller")
    page.click(".filter button[type=submit]")
    row = page.locator("[data-row]", has_text="A call about badges")
    row.locator("button", has_text="Take").click()
    expect(row.locator(".avatar")).to_contain_text("Lina Berg")


@pytest.mark.parametrize(("who", "address"), [(who, address) for who, found in PAGES.items() for address in found])
def test_pages_are_accessible_and_fit(visit: Visit, accessible: Callable[[Page], None], who: str, address: str) -> None:
    page = visit(who)
    for width, scheme in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(address)
        page.eval_on_selector_all("main details", "all => all.forEach(one => { one.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        accessible(page)


def test_the_apis_page_obeys_the_content_policy(visit: Visit) -> None:
    page = visit("lina")
    page.goto("/api/v1/docs/")
    page.click("#operations-tag-alerts")
    expect(page.locator(".opblock-summary-path").first).to_contain_text("/api/v1/alerts/")
