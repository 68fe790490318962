"""An author at the editor: saved while typing, moved by keys and by hand, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from config.services.throwaway import RunningStack
from tests.browser.conftest import sign_in
from tests.browser.looks import LOOKS, NewCase, Visit
from triage.demo.script import Script

NewDraft = Callable[[Page], str]
FIRST_QUESTION = "Did it come from somewhere it should not?"


@pytest.fixture
def new_draft() -> NewDraft:
    """A playbook of the test's own, open in the editor; gives its slug."""

    def make(page: Page) -> str:
        slug = f"browser-{uuid4().hex[:8]}"
        page.goto("/playbooks/new/")
        page.fill("[name=name]", f"Card {slug}")
        page.fill("[name=slug]", slug)
        page.get_by_role("button", name="Begin the draft").click()
        expect(page.locator("#editor")).to_be_visible()
        return slug

    return make


def state(page: Page, text: str) -> None:
    expect(page.locator("#editor-state")).to_have_text(re.compile(text))


def outline(page: Page, section: str) -> list[str]:
    return page.locator(f'[data-section="{section}"] .t').all_inner_texts()


def open_step(page: Page, text: str) -> None:
    page.locator(".outline a", has_text=text).click()
    expect(page.locator("#f-text")).to_have_value(text)


def source(script: Script, who: str, slug: str) -> str:
    return str(script.get(who, f"playbooks/{slug}/draft/")["card"])


def test_what_is_typed_is_saved_and_shown_as_l1_will_see_it(visit: Visit, new_draft: NewDraft, script: Script) -> None:
    page = visit("pia")
    slug = new_draft(page)
    open_step(page, FIRST_QUESTION)
    page.fill("#f-text", "Did the lamp go out at night?")
    expect(page.locator("#preview .question > h2")).to_have_text("Did the lamp go out at night?")
    state(page, "^Saved")
    page.get_by_label("a yes speaks against an attack").check()
    page.select_option("#bind-D01", "deciding")
    expect(page.locator("#preview")).to_contain_text("a yes speaks against an attack")
    expect(page.locator("#preview")).to_contain_text("No authentication events in this case")
    state(page, "^Saved")
    assert "polarity: benign" in source(script, "pia", slug)
    page.reload()
    assert outline(page, "question") == ["Did the lamp go out at night?"]
    expect(page.locator("#editor-kept")).to_be_hidden()


def test_steps_are_moved_by_keys_and_by_hand(visit: Visit, new_draft: NewDraft) -> None:
    page = visit("pia")
    new_draft(page)
    page.get_by_role("button", name="Add to Questions").click()
    expect(page.locator("#f-text")).to_be_focused()
    page.fill("#f-text", "Is it known?")
    page.keyboard.press("Alt+ArrowUp")  # what was typed is saved on the way
    expect(page.locator('[data-section="question"] .t').first).to_have_text("Is it known?")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator('[data-section="question"] .t').last).to_have_text("Is it known?")
    page.keyboard.press("Alt+ArrowDown")  # past the end: into the next section
    expect(page.locator('[data-section="criterion"] .t').first).to_have_text("Is it known?")
    expect(page.locator("#editor")).to_have_attribute("data-step", re.compile("^criterion:"))

    item = page.locator(".outline li", has_text="Is it known?")
    item.drag_to(page.locator('[data-section="indicator"] li').first, target_position={"x": 20, "y": 2})
    expect(page.locator('[data-section="indicator"] .t').first).to_have_text("Is it known?")
    page.locator("#step-more summary").click()
    page.get_by_role("button", name="Delete this step").click()
    expect(page.locator(".outline", has_text="Is it known?")).to_have_count(0)


def test_a_source_that_breaks_is_kept_and_its_line_is_found(visit: Visit, new_draft: NewDraft, script: Script) -> None:
    page = visit("pia")
    slug = new_draft(page)
    page.get_by_role("link", name="Source").click()
    area = page.locator("#f-source")
    broken = area.input_value().replace("polarity:", "polarty:")
    area.fill(broken)
    line = next(n for n, text in enumerate(broken.splitlines(), start=1) if "polarty" in text)
    state(page, "with 1 thing to mend")
    expect(page.locator(".gutter mark")).to_have_text(f"{line}\n")
    expect(page.locator("#preview")).to_contain_text(f"line {line}")
    page.get_by_role("button", name=f"line {line}").click()
    chosen = area.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "polarty" in chosen
    assert source(script, "pia", slug) == broken
    page.locator("[data-publish]").click()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")
    area.fill(broken.replace("polarty:", "polarity:"))
    state(page, "^Saved$")
    page.get_by_role("link", name="Steps", exact=True).click()
    expect(page.locator("#f-name")).to_be_visible()


def test_somebody_elses_save_is_not_written_over(visit: Visit, new_draft: NewDraft, script: Script) -> None:
    mine = visit("pia")
    slug = new_draft(mine)
    open_step(mine, FIRST_QUESTION)
    theirs = visit("lea")
    theirs.goto(f"/playbooks/{slug}/edit/")
    theirs.fill("#f-name", "Theirs")
    state(theirs, "^Saved")
    mine.fill("#f-text", "Mine?")
    expect(mine.locator("#editor-conflict")).to_contain_text("lea saved this draft")
    expect(mine.locator("#f-text")).to_have_value("Mine?")
    assert "Mine?" not in source(script, "pia", slug)
    mine.get_by_role("button", name="Save mine over it").click()
    state(mine, "^Saved")
    expect(mine.locator("#editor-conflict")).to_be_hidden()
    text = source(script, "pia", slug)
    assert "Mine?" in text
    assert "name: Theirs" in text


def test_signed_out_nothing_is_lost(browser: Browser, new_draft: NewDraft, stack: RunningStack) -> None:
    """In a context of its own: that every answer is a 401 is what this is about, and the browser logs each."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, "pia", stack)
    new_draft(page)
    open_step(page, FIRST_QUESTION)
    context.clear_cookies(name=re.compile("casebook"))
    page.fill("#f-text", "Typed while signed out?")
    expect(page.locator("#editor-out")).to_be_visible()
    state(page, "signed out")
    address = page.url
    again = context.new_page()
    sign_in(again, "pia", stack)
    again.goto(address)
    expect(again.locator("#editor-kept")).to_be_visible()
    expect(again.locator("#f-text")).to_have_value(FIRST_QUESTION)
    again.get_by_role("button", name="Put it back").click()
    expect(again.locator("#f-text")).to_have_value("Typed while signed out?")
    state(again, "^Saved")
    context.close()


def test_while_the_server_is_away_what_is_typed_is_kept_and_tried_again(
    browser: Browser, new_draft: NewDraft, stack: RunningStack
) -> None:
    context = browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, "pia", stack)
    new_draft(page)
    open_step(page, FIRST_QUESTION)
    context.set_offline(True)
    page.fill("#f-text", "Typed on the train?")
    state(page, "the server cannot be reached")
    context.set_offline(False)
    expect(page.locator("#editor-state")).to_have_text(re.compile("^Saved"), timeout=10_000)
    page.reload()
    assert outline(page, "question") == ["Typed on the train?"]
    context.close()


def test_a_rule_is_written_with_its_words_at_hand_and_tried_on_a_case(
    visit: Visit, new_draft: NewDraft, new_case: NewCase
) -> None:
    ref = new_case()
    page = visit("lea")
    new_draft(page)
    open_step(page, "What must be true for Tier 2 to be woken.")
    page.locator("#vocabulary summary").click()
    page.locator("[data-insert^=any]").click()
    page.get_by_role("button", name="D05", exact=True).click()
    expect(page.locator("#rule")).to_contain_text("D05 success after failures says yes")
    page.fill("#try-case", ref)
    page.keyboard.press("Enter")
    expect(page.locator("#try-result .current")).to_contain_text("Met")
    expect(page.locator("#try-result .current")).to_contain_text("D05")
    page.locator("#f-expression").press_sequentially("\n  - finding: {detector: D05, answer: maybe}")
    expect(page.locator("#rule")).to_contain_text("any[1].finding.answer")
    state(page, "Not saved: line")
    page.reload()
    expect(page.locator("#editor-kept")).to_be_visible()  # what could not be saved is still there


def test_published_by_keys(visit: Visit, new_draft: NewDraft) -> None:
    page = visit("pia")
    slug = new_draft(page)
    page.locator("[data-publish]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#publish-note")).to_be_focused()
    page.keyboard.type("the first one")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/playbooks/{slug}/$"))
    expect(page.locator(".toast")).to_contain_text("Version 1 is published")
    expect(page.locator(".versions")).to_contain_text("the first one")
    page.keyboard.press("e")
    expect(page.locator("#editor")).to_be_visible()
    page.locator("[data-dialog=discard-draft]").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page).to_have_url(re.compile(f"/playbooks/{slug}/$"))


def test_without_a_script_every_act_is_a_form(visit: Visit, new_draft: NewDraft, new_case: NewCase) -> None:
    page = visit("lea", java_script_enabled=False)
    new_draft(page)
    page.locator(".outline a", has_text=FIRST_QUESTION).click()
    page.fill("#f-text", "Saved by a form?")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".as-shown h2").first).to_have_text("Saved by a form?")
    page.go_back()
    page.fill("#f-text", "Saved by a form?")
    page.get_by_role("button", name="Save", exact=True).click()
    assert outline(page, "question") == ["Saved by a form?"]
    page.get_by_role("button", name="Add to Questions").click()
    page.get_by_role("button", name="Move up").click()
    assert outline(page, "question")[1] == "Saved by a form?"
    page.fill("#try-case", new_case(log=False))
    page.get_by_role("button", name="Test").click()
    expect(page.locator("h1")).to_contain_text("Tested on CB-")
    page.get_by_role("link", name="Back to the draft").click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".versions")).to_contain_text("published by lea")


def test_every_page_reads_well_in_every_look(
    visit: Visit, new_draft: NewDraft, accessible: Callable[[Page], None]
) -> None:
    first = visit("pia")
    slug = new_draft(first)
    criterion = first.locator('[data-section="criterion"] [data-key-of]').first.get_attribute("data-key-of")
    question = first.locator('[data-section="question"] [data-key-of]').first.get_attribute("data-key-of")
    pages = (
        "/playbooks/", "/playbooks/?state=draft", "/playbooks/new/", "/playbooks/T1589/", "/playbooks/T1589/diff/",
        f"/playbooks/{slug}/edit/", f"/playbooks/{slug}/edit/?step={criterion}", f"/playbooks/{slug}/publish/",
        f"/playbooks/{slug}/edit/?step={question}", f"/playbooks/{slug}/edit/?way=source",
    )  # fmt: skip
    for width, scheme in LOOKS:
        page = visit("pia", viewport={"width": width, "height": 900}, color_scheme=scheme)
        for address in pages:
            page.goto(address)
            if "edit" in address:
                expect(page.locator("#preview .as-shown").first).to_be_visible()
            accessible(page)
            wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= room, (address, width)
