"""L1 at the workbench: by keys, by upload, without script, and when somebody was faster."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.looks import LOOKS, NewCase, Visit
from triage.demo.script import Script


def centre(page: Page) -> str:
    return page.locator("#step h2").inner_text()


def test_a_run_is_answered_by_keys(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    expect(page.locator("#decision h2")).to_have_text("Recommendation: escalate to T2")
    first = centre(page)
    assert first == "Did sign-ins to the same accounts fail again and again?"

    page.keyboard.press("Enter")  # the proposal is accepted, and the next step is there
    expect(page.locator(".toast")).to_contain_text("Answered: yes")
    expect(page.locator("#step h2")).not_to_have_text(first)
    expect(page.locator("#head .chip").first).to_have_text("Triage")  # acting on an unowned case took it

    page.keyboard.press("z")  # taken back, all within ten seconds
    expect(page.locator("#step h2")).to_have_text(first)
    expect(page.locator("#step .answered")).to_have_count(0)

    page.keyboard.press("n")  # otherwise than proposed: why?
    expect(page.locator("#problem")).to_contain_text("The evidence proposes yes")
    expect(page.locator("#answer [name=note]")).to_be_focused()
    page.keyboard.type("a load test of ours, ticket 4711")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Answered: no")

    with page.expect_navigation():
        page.keyboard.press("[")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("Accept all that remain")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".toast")).to_contain_text("accepted")
    answers = {step["text"]: step["answer"] for step in script.get("lina", f"cases/{ref}/run/")["steps"]}
    assert answers[first]["value"] == "no"
    assert answers[first]["note"] == "a load test of ours, ticket 4711"


def test_nothing_is_pressed_while_typing(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    page.keyboard.press("o")
    page.keyboard.type("no yes up")
    expect(page.locator("#answer [name=note]")).to_have_value("no yes up")
    page.reload()
    expect(page.locator("#answer [name=note]")).to_have_value("no yes up")  # a draft outlives the page
    assert all(step["answer"] is None for step in script.get("lina", f"cases/{ref}/run/")["steps"])


def test_a_line_opens_in_place(visit: Visit, new_case: NewCase) -> None:
    page = visit("lina")
    page.goto(f"/cases/{new_case()}/")
    page.locator("#step .evidence [data-raw]").first.click()
    opened = page.locator("#step .evidence tr.open")
    expect(opened).to_have_count(1)
    expect(opened.locator("mark").first).to_be_visible()
    page.locator("#step .evidence [data-raw]").first.click()
    expect(opened).to_have_count(0)


def test_a_log_is_attached_and_answers_come_without_a_reload(
    visit: Visit, new_case: NewCase, demo_log_file: Path
) -> None:
    page = visit("lina")
    page.goto(f"/cases/{new_case(log=False)}/")
    page.click("#rail >> text=Did sign-ins to the same accounts")
    expect(page.locator("#step .says").first).to_contain_text("Cannot tell")
    expect(page.locator("#step")).to_contain_text("authentication events")
    page.locator("#step input[type=file]").set_input_files(demo_log_file)
    expect(page.locator("#step .says").first).to_have_text("Yes")
    expect(page.locator("#step .evidence tbody tr").first).to_be_visible()
    expect(page.locator("#decision h2")).to_have_text("Recommendation: escalate to T2")


def test_escalation_shows_the_hand_over_it_sends(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    page.keyboard.press("e")
    text = page.locator("#sheet textarea[name=handover]")
    expect(text).to_be_visible()
    expect(text).to_have_value(re.compile("## What happened"))
    text.fill("Someone guessed their way in.\n\n## Why it is escalated\n- it worked")
    page.keyboard.press("Escape")
    page.keyboard.press("e")  # what was begun is still there, and what was generated one press away
    expect(text).to_have_value(re.compile("^Someone guessed"))
    page.locator("#sheet footer .go").click()
    expect(page.locator("main .banner").first).to_contain_text("Waiting for Tier 2 to accept")
    expect(page.locator(".handover")).to_contain_text("Someone guessed their way in.")
    assert script.get("lina", f"cases/{ref}/")["state"] == "escalated"


def test_who_was_faster_is_named_and_nothing_typed_is_lost(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    page.keyboard.press("c")
    page.locator("#sheet select[name=verdict]").select_option("false_positive")
    page.locator("#sheet textarea[name=reason]").fill("our own scanner")
    script.post("tomas", f"cases/{ref}/assign/", {"to": "tomas"})
    page.locator("#sheet footer .go").click()
    expect(page.locator("#sheet .banner.alarm")).to_contain_text("tomas")
    expect(page.locator("#sheet textarea[name=reason]")).to_have_value("our own scanner")
    assert script.get("lina", f"cases/{ref}/")["state"] == "triage"
    page.locator("#sheet footer .go").click()  # seen, and meant
    page.wait_for_url(f"**/cases/{ref}/")
    expect(page.locator("#head")).to_contain_text("false positive")


def test_triage_to_escalation_without_script(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina", java_script_enabled=False)
    page.goto(f"/cases/{ref}/")
    page.click("#accept")
    assert "Answered: yes" in page.locator("#toasts").inner_text()
    page.click("#answer button[value=no] >> visible=true")  # refused: the note is asked for, on the same step
    assert "say why" in page.locator("#problem").inner_text()
    page.fill("#answer [name=note]", "a partner's address")
    page.click("#answer [data-pending]")
    page.click("text=/Accept all \\d+ that remain/")
    page.goto(f"/cases/{ref}/")
    page.click("#rail >> text=Did sign-ins to the same accounts")
    page.click("#step .evidence [data-raw] >> nth=0")  # a page of its own
    assert "Failed password" in page.locator("#line").inner_text()
    page.click(f"main >> text={ref}")
    page.click("text=Escalate to T2")
    page.click("main footer .go")
    assert script.get("lina", f"cases/{ref}/")["state"] == "escalated"
    steps = script.get("lina", f"cases/{ref}/run/")["steps"]
    assert "a partner's address" in [step["answer"]["note"] for step in steps if step["answer"]]


def test_it_is_accessible_in_both_schemes_and_on_a_phone(
    visit: Visit, new_case: NewCase, accessible: Callable[[Page], None]
) -> None:
    ref = new_case()
    page = visit("lina")
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/cases/{ref}/")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("c")
        expect(page.locator("#sheet footer")).to_be_visible()
        accessible(page)
