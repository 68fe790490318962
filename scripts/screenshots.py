"""Take the pictures of README and docs from the running product: `make screenshots` writes docs/img/.

A throw-away instance with the demo's data is started, the right person signs in for each page, and every page is
pictured in both themes at 1440 × 900, two also on a phone. Needs the system's Chromium. Names of pictures as arguments
take only those: `.venv/bin/python scripts/screenshots.py queue sla`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.services.throwaway import RunningStack, throwaway_stack  # noqa: E402
from triage.demo.script import Script  # noqa: E402

INTO = ROOT / "docs" / "img"
THEMES = ("light", "dark")
DESK, PHONE = (1440, 900), (390, 844)
SETTLE_MS = 600
ARGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]


@dataclass(frozen=True)
class Picture:
    """A page as a person sees it. ``{breach}`` and the like in ``address`` are the refs of the demo's cases."""

    name: str
    who: str
    address: str
    size: tuple[int, int] = DESK
    before: Callable[[Page], None] | None = None


def to_question(page: Page) -> None:
    """The workbench's first question: proposal, evidence and answers in one view."""
    page.locator("#rail a, .rail a", has_text="fail again and again").first.click()
    page.wait_for_timeout(SETTLE_MS)


def open_filter(page: Page) -> None:
    page.keyboard.press("f")


PICTURES = (
    Picture("signin", "", "/signin/"),
    Picture("queue", "lina", "/"),
    Picture("queue-phone", "lina", "/", PHONE),
    Picture("queue-filter", "lina", "/?owner=anyone", before=open_filter),
    Picture("new-case", "lina", "/cases/new/"),
    Picture("workbench", "lina", "/cases/{breach}/", before=to_question),
    Picture("workbench-phone", "lina", "/cases/{breach}/", PHONE),
    Picture("hand-over", "tomas", "/cases/{escalated}/handover/"),
    Picture("t2-desk", "tomas", "/t2/"),
    Picture("t2", "tomas", "/cases/{investigating}/"),
    Picture("containment", "tessa", "/containment/"),
    Picture("sla", "mara", "/reports/sla/"),
    Picture("playbooks", "pia", "/playbooks/"),
    Picture("playbook", "pia", "/playbooks/T1589/#question"),
    Picture("playbook-report", "lea", "/reports/playbooks/?playbook=T1110.001"),
    Picture("coverage", "lea", "/coverage/"),
    Picture("editor", "pia", "/playbooks/T1589/edit/"),
    Picture("alerts", "lea", "/alerts/?days=30"),
    Picture("sources", "adam", "/settings/sources/"),
    Picture("source", "adam", "/settings/sources/siem/?span=month"),
    Picture("webhooks", "adam", "/settings/webhooks/"),
    Picture("context", "adam", "/settings/context/"),
    Picture("api", "adam", "/api/v1/docs/"),
)
CASES = {
    "breach": "then a success",
    "escalated": "user names tried",
    "investigating": "root guessed at",
}
"""The demo's cases by words of their titles."""


def main(names: list[str]) -> int:
    if unknown := set(names) - {picture.name for picture in PICTURES}:
        print(f"screenshots: there is no picture called {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("screenshots: no Chromium on this machine: apt-get install chromium", file=sys.stderr)
        return 1
    INTO.mkdir(parents=True, exist_ok=True)
    with throwaway_stack() as stack, sync_playwright() as playwright:
        stack.manage("seed_demo")
        refs = find_cases(Script(stack))
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=ARGS)
        for who in dict.fromkeys(picture.who for picture in wanted):
            with signed_in(browser, stack, who) as page:
                for picture in wanted:
                    if picture.who == who:
                        take(page, picture, refs)
        browser.close()
    return 0


def find_cases(script: Script) -> dict[str, str]:
    found = {}
    for name, words in CASES.items():
        page = script.get("lina", f"cases/?q={words.replace(' ', '+')}&state=open&order=newest")
        script.check(bool(page["results"]), f"the demo has no open case “{words}”")
        found[name] = str(page["results"][0]["ref"])
    return found


@contextmanager
def signed_in(browser: Browser, stack: RunningStack, who: str) -> Iterator[Page]:
    """A page of ``who``; of nobody where the name is empty."""
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    if who:
        page.goto("/signin/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", json.loads((stack.state_dir / "demo.json").read_text())["password"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/signin/" not in url)
    yield page
    context.close()


def take(page: Page, picture: Picture, refs: dict[str, str]) -> None:
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(picture.address.format(**refs))
        page.wait_for_timeout(SETTLE_MS)
        if picture.before:
            picture.before(page)
        page.wait_for_timeout(SETTLE_MS)
        path = INTO / f"{picture.name}-{theme}.png"
        page.screenshot(path=path)
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB  {page.title()}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
