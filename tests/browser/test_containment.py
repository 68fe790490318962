"""Agreeing: to what is looked at, on a page that does not move, with and without JavaScript."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import LOOKS, NewCase, Visit
from triage.demo.script import Script

Asks = Callable[..., int]


@pytest.fixture
def ask(new_case: NewCase, script: Script) -> Asks:
    """``ask()``: a block, asked for by tomas on a case of his; its id."""
    ref = new_case()
    script.post("lina", f"cases/{ref}/run/accept-all/")
    script.post("lina", f"cases/{ref}/escalate/", {"reason": "a guess worked"})
    script.post("tomas", f"cases/{ref}/accept/")

    def one(**changes: object) -> int:
        last = random.SystemRandom().randrange(2**16)
        target = f"24.77.{last >> 8}.{last & 255}"
        body = {"kind": "block_address", "target": target, "reason": "it guesses passwords"}
        return int(script.post("tomas", f"cases/{ref}/actions/", body | changes)["id"])

    return one


def row(page: Page, action: int) -> Locator:
    return page.locator(f'tr[data-row="{action}"]')


def test_one_looks_and_then_agrees(visit: Visit, ask: Asks, script: Script) -> None:
    action = ask(expires_in="8h")
    target = script.get("tessa", f"actions/{action}/")["target"]
    page = visit("tessa")
    page.goto("/containment/")
    row(page, action).get_by_role("link", name="Agree").click()
    sheet = page.locator("#sheet")
    for words in (target, "8 h", "it guesses passwords", "tomas", "guard rails", "The block is taken off"):
        expect(sheet).to_contain_text(words)
    expect(sheet.locator(".go")).not_to_be_focused()
    sheet.locator(".go").click()
    page.wait_for_url("**/containment/")
    expect(row(page, action)).to_contain_text("verified", timeout=20_000)
    assert script.get("tessa", f"actions/{action}/")["approved_by"] == "tessa"


def test_what_comes_in_moves_nothing_and_waits_to_be_let_in(visit: Visit, ask: Asks, script: Script) -> None:
    first = ask()
    page = visit("tessa")
    page.goto("/containment/")
    agree = row(page, first).get_by_role("link", name="Agree")
    before = agree.bounding_box()
    second = ask()
    chip = page.locator("#ledger .pagebar [role=status] a")
    expect(chip).to_contain_text("1 new: let it in", timeout=8_000)
    assert agree.bounding_box() == before
    expect(row(page, second)).to_have_count(0)
    page.keyboard.press("r")
    expect(row(page, second)).to_have_count(1)


def test_a_colleague_is_faster_while_one_looks(visit: Visit, ask: Asks, script: Script) -> None:
    action = ask()
    page = visit("tessa")
    page.goto("/containment/")
    row(page, action).get_by_role("link", name="Agree").click()
    expect(page.locator("#sheet .go")).to_be_visible()
    script.post("lea", f"actions/{action}/refuse/", {"reason": "it is our own scanner"})
    page.locator("#sheet .go").click()
    expect(page.locator("#sheet [role=alert]")).to_contain_text("It is refused")
    expect(page.locator("#sheet .go")).to_have_count(0)


def test_without_javascript_it_is_a_page(visit: Visit, ask: Asks, script: Script) -> None:
    action = ask(kind="reset_password", target="elastic_user_0")
    page = visit("tessa", java_script_enabled=False)
    page.goto("/containment/?show=waiting")
    row(page, action).get_by_role("link", name="Agree").click()
    page.wait_for_url(f"**/actions/{action}/approve/**")
    expect(page.locator("main")).to_contain_text("CANNOT BE UNDONE")
    page.get_by_role("button", name="Agree: it cannot be undone").click()
    page.wait_for_url("**/containment/?show=waiting")
    assert script.get("tessa", f"actions/{action}/")["approved_by"] == "tessa"


def test_it_is_accessible_in_both_schemes_and_on_a_phone(
    visit: Visit, ask: Asks, accessible: Callable[[Page], None]
) -> None:
    action = ask()
    page = visit("tessa")
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for address in ("/containment/", f"/actions/{action}/approve/", "/reports/sla/"):
            page.goto(address)
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
        page.goto("/containment/")
        row(page, action).get_by_role("link", name="Agree").click()
        expect(page.locator("#sheet .go")).to_be_visible()
        accessible(page)
