"""The whole job in the browser, as four people do it: from the queue to the SLA report, by keys where L1 has keys.

Any console error, page error or breach of the content policy fails the test (`visit`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from config.services.throwaway import RunningStack
from triage.demo.log import ATTACKER, ENUMERATOR, VICTIM
from triage.demo.script import Script

Visit = Callable[..., Page]
NewCase = Callable[..., str]
SAMPLES = Path(os.environ.get("CASEBOOK_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
SAMPLE_LOG = SAMPLES / "logs/linux_auth/elastic_examples_auth.log"
READ_MS = 20_000
LAST_QUESTION = "Do any accounts behave differently"
COMPROMISED = {"ip": "24.151.103.17", "user": "elastic_user_0"}


def test_one_case_from_the_queue_to_the_report(
    visit: Visit, new_case: NewCase, script: Script, stack: RunningStack, demo_log_file: Path
) -> None:
    ref = new_case(log=False, title="A guess that worked")
    lina = visit("lina")
    from_the_queue(lina, ref)
    attach(lina, demo_log_file, "Yes")
    answer_by_keys(lina, script, ref)
    escalate(lina)

    tomas = visit("tomas")
    accept_on_the_desk(tomas, ref)
    do_a_task(tomas)
    ask_for(tomas, f"block {ATTACKER}", "24h")
    ask_for(tomas, f"reset the password of {VICTIM}")
    expect(tomas.get_by_role("link", name="Agree")).to_have_count(0)
    expect(tomas.get_by_role("button", name=re.compile("^Withdraw"))).to_have_count(2)

    agree_to_both(visit("tessa"), ref)
    watch_the_ledger_and_undo(tomas, stack)
    close_as_true(tomas, ref)
    find_it_behind_a_figure(visit("mara"), ref)


def from_the_queue(page: Page, ref: str) -> None:
    """Found by search, opened by a key."""
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("A guess that worked")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    expect(page.locator("[data-row][aria-current]")).to_have_attribute("data-row", ref)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{ref}/*")


def turn_to(page: Page, question: str) -> None:
    page.locator("#rail a", has_text=question).click()
    expect(page.locator("#step h2")).to_contain_text(question)


def attach(page: Page, log: Path, then_says: str) -> None:
    """Before there is a log the question names it; then its answer comes without a reload."""
    turn_to(page, LAST_QUESTION)
    expect(page.locator("#step .says").first).to_contain_text("Cannot tell")
    expect(page.locator("#step")).to_contain_text("authentication events")
    page.evaluate("window.sameDocument = true")
    page.locator("#step input[type=file]").set_input_files(log)
    expect(page.locator("#step .says").first).to_have_text(then_says, timeout=READ_MS)
    expect(page.locator("#decision h2")).to_have_text("Recommendation: escalate to T2")
    assert page.evaluate("window.sameDocument")


def open_the_success(page: Page) -> Locator:
    """The raw lines around the last row of the evidence: the accepted password."""
    page.locator("#step .evidence tr.hit [data-raw]").last.click()
    opened = page.locator("#step .evidence tr.open b")
    expect(opened).to_contain_text("Accepted password")
    return opened


def answer_by_keys(page: Page, script: Script, ref: str) -> None:
    expect(open_the_success(page)).to_contain_text(VICTIM)
    expect(page.locator("#facts-list")).to_contain_text("lines not understood")
    turn_to(page, "Did sign-ins to the same accounts")
    expect(page.locator("#step")).to_contain_text(ENUMERATOR)  # elsewhere in the log
    page.keyboard.press("o")
    page.keyboard.type("44 in five minutes is no person")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Answered: yes")
    expect(page.locator("#head .chip").first).to_have_text("Triage")
    turn_to(page, "Was there unusual traffic to public")
    page.keyboard.press("u")  # asks why, in place
    expect(page.get_by_label("Why can nobody know?")).to_be_focused()
    page.keyboard.type("no web server here")
    page.locator("[name=unknowable]").check()
    page.get_by_role("button", name="Answer: cannot tell").click()
    expect(page.locator(".toast")).to_contain_text("Answered: cannot tell")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".toast")).to_contain_text("accepted")
    given = {step["text"]: step["answer"] for step in script.get("lina", f"cases/{ref}/run/")["steps"]}
    notes = {answer["note"]: answer for answer in given.values() if answer}
    assert notes["44 in five minutes is no person"]["proposal"] == "accepted"
    assert notes["no web server here"]["unknowable"]


def test_facts_are_copied_defanged_opened_raw_and_read_in_a_zone(visit: Visit, new_case: NewCase) -> None:
    page = visit("lina", permissions=["clipboard-read", "clipboard-write"], timezone_id="Asia/Tokyo")
    page.goto(f"/cases/{new_case(log=False)}/")
    facts = page.locator("#facts-list")
    listed = facts.locator("li", has=page.locator("[data-copy]"), has_text=ATTACKER)
    expect(listed).to_contain_text("listed", timeout=READ_MS)  # came by itself
    facts.get_by_role("button", name=f"Copy {ATTACKER} defanged").click()
    expect(page.locator(".toast")).to_contain_text("203[.]0[.]113[.]77")
    assert page.evaluate("navigator.clipboard.readText()") == "203[.]0[.]113[.]77"

    first = facts.locator("dt", has_text="First event").locator("+ dd time")
    switch = page.get_by_role("button", name=re.compile("^Times in"))
    expect(switch).to_contain_text("Europe/Berlin")
    switch.click()
    zones = page.locator("[data-zone-switch]")
    zones.get_by_role("button", name="UTC").click()
    expect(first).to_contain_text("14:05:11")
    expect(switch).to_contain_text("UTC")
    zones.get_by_role("button", name="Europe/Berlin").click()
    expect(first).not_to_contain_text("14:05:11")
    page.keyboard.press("Escape")

    facts.get_by_role("link", name="Raw alert").click()
    expect(page.locator("main")).to_contain_text('"external_id"')


def test_a_tick_outlives_what_changes_meanwhile(visit: Visit, new_case: NewCase, script: Script) -> None:
    ref = new_case()
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    page.keyboard.press("u")
    page.keyboard.press("Escape")  # out of the reason: nobody types
    box = page.locator("[name=unknowable]")
    box.check()
    with page.expect_response(lambda answer: "seen=" in answer.url and answer.ok):  # the step, asked for again
        script.post("tomas", f"cases/{ref}/note/", {"text": "I look at it too"})
    page.wait_for_function("!document.querySelector('#step.htmx-swapping, #step.htmx-request')")
    expect(box).to_be_checked()


def escalate(page: Page) -> None:
    page.keyboard.press("e")
    text = page.locator("#sheet textarea[name=handover]")
    expect(text).to_have_value(re.compile("## What happened"))
    text.fill(text.input_value() + "\n\nCalled mbrandt: he was on a plane.")
    page.locator("#sheet footer .go").click()
    expect(page.locator("main .banner").first).to_contain_text("Waiting for Tier 2 to accept")


def accept_on_the_desk(page: Page, ref: str) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/t2/")
    page.locator("tr[data-row]", has_text=ref).get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/cases/{ref}/")
    expect(page.locator("#head")).to_contain_text("Investigating")
    page.locator("#handover-more summary").click()
    expect(page.locator(".handover")).to_contain_text("he was on a plane")


def do_a_task(page: Page) -> None:
    task = page.locator("#tasks .rows > li").first
    task.locator("summary").click()
    task.locator("textarea").fill("nothing left the house")
    task.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator("#tasks h2")).to_contain_text("1 of 4 done")


def ask_for(page: Page, what: str, span: str = "") -> None:
    """One of the playbook's offers: its reach and rails are shown, and a second person is announced."""
    offer = page.locator("#t2-containment section.action", has_text=re.compile(re.escape(what), re.IGNORECASE))
    offer.get_by_role("link", name=re.compile("^Ask for it")).click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("must agree before anything is sent")
    if span:
        dialog.locator("select").select_option(span)
    dialog.locator("textarea").fill("Somebody guessed the password.")
    dialog.get_by_role("button", name="Ask for it").click()
    asked = page.locator("#t2-containment section.action[id^=action-]", has_text=re.compile(re.escape(what), re.I))
    expect(asked).to_contain_text("Somebody guessed the password.")


def agree_to_both(page: Page, ref: str) -> None:
    """Each is looked at, and agreed to with all it is bound to beside the press."""
    page.goto("/containment/?show=waiting")
    waiting = page.locator("tr[data-row]", has_text=ref).get_by_role("link", name=re.compile("^Agree"))
    for left in (1, 0):
        waiting.first.click()
        expect(page.locator("#sheet .bound")).to_contain_text("tomas")
        page.locator("#sheet footer .go").click()
        expect(waiting).to_have_count(left)


def watch_the_ledger_and_undo(page: Page, stack: RunningStack) -> None:
    """What is in force, verified at the target, with the time it has left."""
    page.goto("/containment/")
    row = page.locator("tr[data-row]", has_text=ATTACKER)
    expect(row).to_contain_text("verified", ignore_case=True, timeout=READ_MS)
    expect(row.locator(".clock")).to_contain_text(re.compile(r"\d+\s*h"))
    target = (stack.state_dir / "simulated_target.jsonl").read_text()
    assert ATTACKER in target
    assert VICTIM in target
    row.get_by_role("link", name=re.compile("^Undo")).click()
    page.locator("dialog[open] textarea").fill("the address was handed on")
    page.locator("dialog[open]").get_by_role("button", name="Undo it").click()
    over = page.locator("tr.over-now, tr.sunk", has_text=ATTACKER)  # where it stood, until the page is made anew
    expect(over.first).to_contain_text("undone", ignore_case=True, timeout=READ_MS)


def close_as_true(page: Page, ref: str) -> None:
    page.goto(f"/cases/{ref}/")
    page.keyboard.press("c")
    page.locator("#sheet select[name=verdict]").select_option("true_positive")
    page.locator("#sheet footer .go").click()
    expect(page.locator("#sheet textarea[name=reason]:invalid")).to_be_visible()  # Tier 2 says why
    page.locator("#sheet textarea[name=reason]").fill("Guessed, blocked, reset.")
    page.locator("#sheet footer .go").click()
    left = page.locator("#sheet fieldset input[type=checkbox]")  # tasks that nobody did
    expect(left.first).to_be_visible()
    expect(page.locator("#sheet .errorlist").first).to_be_visible()
    for box in left.all():
        box.check()
    page.locator("#sheet footer .go").click()
    page.wait_for_url(f"**/cases/{ref}/")
    expect(page.locator("#head")).to_contain_text("true positive")


def find_it_behind_a_figure(page: Page, ref: str) -> None:
    page.goto("/reports/sla/")
    row = page.locator("table.list tr", has=page.locator(".formula", has_text="contained − received"))
    row.locator("td").nth(8).locator("a").click()  # n: the cases behind median and p90
    page.wait_for_url("**/reports/sla/cases/*")
    expect(page.locator("table.list")).to_contain_text(ref)
    page.locator("table.list a", has_text=ref).first.click()
    page.wait_for_url(f"**/cases/{ref}/")
    expect(page.get_by_role("button", name=re.compile("^(Accept|Take|Agree)"))).to_have_count(0)


def test_a_strangers_log_is_read_while_one_looks(visit: Visit, new_case: NewCase) -> None:
    if not SAMPLE_LOG.is_file():
        pytest.skip(f"no {SAMPLE_LOG}: set CASEBOOK_SAMPLES to run against real logs")
    observables = [{"type": kind, "value": value, "role": "related"} for kind, value in COMPROMISED.items()]
    spans = dict.fromkeys(("detected_at", "first_event_at", "last_event_at"))
    ref = new_case(log=False, title="A stranger's server", observables=observables, **spans)
    page = visit("lina")
    page.goto(f"/cases/{ref}/")
    attach(page, SAMPLE_LOG, "Yes")
    expect(open_the_success(page)).to_contain_text(COMPROMISED["ip"])
    expect(page.locator("#step .open .ln", has_text="3180")).to_be_visible()
    expect(page.locator("#facts-list")).to_contain_text("of 7121 lines not understood")
    turn_to(page, "Did sign-ins to the same accounts")
    expect(page.locator("#step")).to_contain_text("91.197.232.109 tried 24 names")

    page.locator("#evidence summary", has_text="read as").click()  # zone and year: shown, and corrected
    page.locator("#evidence [name=timezone]").first.fill("Europe/Lisbon")
    page.locator("#evidence [name=year]").first.fill("2017")
    page.get_by_role("button", name="Read again").click()
    expect(page.locator("#evidence summary", has_text="read as")).to_contain_text(
        "Europe/Lisbon, 2017", timeout=READ_MS
    )


def test_the_same_triage_without_script(visit: Visit, new_case: NewCase, script: Script, demo_log_file: Path) -> None:
    ref = new_case(log=False, title="A guess, without script")
    page = visit("lina", java_script_enabled=False)
    page.goto("/")
    page.fill("[name=q]", "A guess, without script")
    page.press("[name=q]", "Enter")
    page.click(f"#open-{ref}")
    page.click(f"#rail >> text={LAST_QUESTION}")
    assert "Cannot tell" in page.locator("#step .says").first.inner_text()
    page.set_input_files("#step input[type=file]", demo_log_file)
    page.click("#step form[data-upload] button[type=submit]")
    script.until("the log is read", lambda: recommended(script, ref) == "escalate", within_s=30)
    page.goto(f"/cases/{ref}/")
    page.click(f"#rail >> text={LAST_QUESTION}")
    assert page.locator("#step .says").first.inner_text() == "Yes"
    page.click("#step .evidence tr.hit [data-raw] >> nth=-1")
    assert "Accepted password" in page.locator("#line").inner_text()
    page.click(f"main >> text={ref}")
    page.click("#rail >> text=Did sign-ins to the same accounts")
    page.click("#accept")
    assert "Answered: yes" in page.locator("#toasts").inner_text()
    page.click("text=/Accept all \\d+ that remain/")
    page.click("text=Escalate to T2")
    page.fill("[name=handover]", "Somebody guessed the password.\n\n## What is open\n- who")
    page.click("main footer .go")
    assert "Waiting for Tier 2" in page.locator("main").inner_text()

    desk = visit("tomas", java_script_enabled=False)
    desk.goto("/t2/")
    desk.locator("tr[data-row]", has_text=ref).get_by_role("button", name="Accept").click()
    assert "Somebody guessed the password." in desk.locator(".handover").inner_text()
    assert script.get("tomas", f"cases/{ref}/")["state"] == "investigating"


def recommended(script: Script, ref: str) -> str:
    return str(script.get("lina", f"cases/{ref}/run/")["recommendation"]["decision"])
