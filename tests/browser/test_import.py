"""An author brings a folder: sent as one file with its paths, shown first, imported when told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import LOOKS, Visit
from tests.casebook.playbooks.importing import card

Axe = Callable[[Page], None]
LONG = "a-long-name-" * 10  # with its folders more than the hundred bytes a plain header of a tar has room for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library on the author's disk, with a technique of its own on every call."""
    number = int(uuid4().hex[:6], 16) % 1000
    root = tmp_path / "harbour"
    files = {
        "README.md": "hello",
        "gates/ä.md": card(f"T7{number:03}", name="A gate"),
        f"gates/deep/{LONG}.md": card(f"T8{number:03}"),
        "gates/broken.md": card(f"T9{number:03}").replace("| Name |", "| Title |"),
        ".git/config": "hidden",
        "picture.png": "x" * 3_000_000,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def choose(page: Page, folder: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(folder)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_folder_is_shown_first_and_then_imported(
    visit: Visit, accessible: Axe, folder: Path, width: int, theme: str
) -> None:
    page = visit("pia", viewport={"width": width, "height": 900}, color_scheme=theme)
    page.goto("/playbooks/import/")
    accessible(page)
    choose(page, folder)
    expect(page.locator("[data-import-chosen]")).to_have_text("5 files chosen")
    page.fill("[name=library]", f"lib-{uuid4().hex[:8]}")
    page.get_by_role("button", name="Upload").click()

    expect(page.locator("h1")).to_have_text("What would come of harbour")
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    rows = page.locator("table.files tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_contain_text("harbour/gates/broken.md")
    expect(rows.nth(0)).to_contain_text("Line 8: unknown row “Title”")
    expect(page.get_by_text(f"harbour/gates/deep/{LONG}.md")).to_be_visible()
    expect(page.get_by_text("harbour/picture.png")).to_be_visible()
    page.get_by_text("harbour/gates/ä.md").click()
    expect(page.get_by_text("Did failed logins hit the same accounts again and again?", exact=True)).to_be_visible()
    accessible(page)

    page.get_by_role("button", name="Import 2 cards").click()
    expect(page.locator("h1")).to_have_text("Import of harbour")
    expect(page.locator("table.files tbody tr")).to_have_count(5)
    accessible(page)
    page.locator("tr", has_text="harbour/gates/ä.md").locator(".c-playbook a").click()
    expect(page.locator("h1")).to_contain_text("A gate")


def test_a_refused_upload_keeps_what_was_chosen(visit: Visit, accessible: Axe) -> None:
    page = visit("pia")
    page.goto("/playbooks/import/")
    broken = {"name": "pack.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 and no more"}
    page.set_input_files("#file", [broken])
    page.fill("[name=library]", "harbour")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("a truncated zip: its directory, which stands at the end")
    assert page.eval_on_selector("#file", "input => input.files.length") == 1
    assert page.input_value("[name=library]") == "harbour"
    accessible(page)
