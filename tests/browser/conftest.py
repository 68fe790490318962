"""A whole throw-away instance and Debian's Chromium, for what only a browser can tell.

A page that logs an error to the console, or breaks the content policy, fails its test. Without Chromium these tests are
skipped, saying what to install.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from config.services.throwaway import RunningStack, throwaway_stack
from triage.demo.script import Script
from triage.demo.today import LOG_NAME, breach_alert, story

ARGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 15_000
# A refusal that was asked for is logged by the browser as a failed resource; it is the page's business, not an error.
REFUSALS = ("status of 409", "status of 422")
WATCH_POLICY = """
addEventListener("securitypolicyviolation", (e) => console.error("POLICY", e.violatedDirective, e.blockedURI));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def stack(chromium: str) -> Iterator[RunningStack]:
    """Web, workers and beat on a free port, with the demo's data; one for the whole run."""
    with throwaway_stack() as running:
        yield running


@pytest.fixture(scope="session")
def script(stack: RunningStack) -> Script:
    """API calls as anybody of the cast."""
    return Script(stack)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One for a module: while it runs, Django takes the thread for an asynchronous one and refuses its database."""
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; what is shown is our own.
        launched = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=list(ARGS))
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, stack: RunningStack) -> Iterator[Callable[..., Page]]:
    """``visit("lina")``: a page of a signed-in person; keywords are the browser context's. Errors fail the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(refusal in message.text for refusal in REFUSALS):
            wrong.append(f"{message.text} ({message.location.get('url', '')})")

    def open_page(who: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(base_url=stack.url, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if options.get("java_script_enabled", True):
            context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        sign_in(page, who, stack)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def sign_in(page: Page, who: str, stack: RunningStack) -> None:
    page.goto("/signin/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", password(stack))
    page.click("button[type=submit]")


def password(stack: RunningStack) -> str:
    """What `seed_demo` wrote down for the one who runs it."""
    told: dict[str, Any] = json.loads((stack.state_dir / "demo.json").read_text())
    return str(told["password"])


@pytest.fixture(scope="session")
def new_case(script: Script) -> Callable[..., str]:
    """``new_case()``: a fresh case about the demo log's compromise, with its log read; ``log=False`` leaves it out."""
    text, truth = story(datetime.now(UTC))
    year = datetime.fromisoformat(truth["compromise"]["at"]).year

    def make(*, log: bool = True, **changes: Any) -> str:
        name = f"browser-{uuid4().hex[:8]}"
        alert = breach_alert(truth) | {"external_id": name, "rule": {"id": name, "name": "ssh brute force"}} | changes
        ref = str(script.post("demo-siem", "alerts/", alert)["case"])
        if log:
            upload = {"file": text.encode(), "name": LOG_NAME, "timezone": "UTC", "year": year}
            evidence = script.call("lina", "POST", f"cases/{ref}/evidence/", upload=upload).body["evidence"]
            script.until("the log is read", lambda: _is_read(script, evidence), within_s=20)
            script.until("the answers are there", lambda: _is_computed(script, ref), within_s=20)
        return ref

    return make


@pytest.fixture(scope="session")
def demo_log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's log as a file to choose."""
    path = tmp_path_factory.mktemp("logs") / LOG_NAME
    path.write_text(story(datetime.now(UTC))[0])
    return path


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails on any axe-core violation of the page as it stands."""

    def check(page: Page) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()

    return check


def _is_read(script: Script, evidence: int) -> bool:
    return str(script.get("lina", f"evidence/{evidence}/")["state"]) == "ready"


def _is_computed(script: Script, ref: str) -> bool:
    steps = script.get("lina", f"cases/{ref}/run/")["steps"]
    return all(step["proposal"]["state"] != "computing" for step in steps) and any(
        step["proposal"]["answer"] == "yes" for step in steps
    )
