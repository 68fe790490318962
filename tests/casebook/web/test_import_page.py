"""The upload page and the report of an import."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casebook.models import Job, Playbook
from casebook.work.drain import drain
from tests.casebook.playbooks.importing import card, zip_of

Page = Callable[[str], Client]
URL = "/playbooks/import/"
FILES = {
    "README.md": "hello",
    "a.md": card("T9110"),
    "b.md": card("T9111", name="A turnstile"),
    "c.md": card("T9112").replace("| Name |", "| Title |"),
    "<script>.md": card("T1589", name="<b>Bold</b>"),
}


@pytest.fixture(autouse=True)
def originals_elsewhere(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path


def words(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


def upload(client: Client, files: dict[str, str] = FILES, **fields: str) -> str:
    """The address of the report."""
    file = SimpleUploadedFile("pack.zip", zip_of(files))
    answer = client.post(URL, {"file": file, "library": "test", **fields})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_the_page_is_for_authors(page: Page) -> None:
    said = words(page("pia").get(URL).content)
    assert "Show first what would happen" in said
    assert "all teams" in said
    for who in ("lina", "mara", "adam"):
        assert page(who).get(URL).status_code == 403


def test_without_a_script_an_upload_leads_to_a_report_one_can_return_to(page: Page) -> None:
    client = page("pia")
    address = upload(client)
    waiting = client.get(address)
    assert "Waiting for a worker" in words(waiting.content)
    assert "Look again" in words(waiting.content)
    drain("jobs")
    said = words(client.get(address).content)
    assert "Import of pack.zip" in said
    assert "Line 8: unknown row “Title”" in said
    assert "T1589 is a playbook of library casebook already; this one is kept as T1589-test" in said
    assert "No playbook table in it" in said
    assert said.index("unknown row") < said.index("A turnstile") < said.index("No playbook table")
    assert b'href="/playbooks/T9110/"' in client.get(address).content
    assert client.get("/playbooks/T9110/").status_code == 200
    assert "pack.zip into test" in words(client.get(URL).content)


def test_nothing_of_a_file_is_markup(page: Page) -> None:
    client = page("pia")
    address = upload(client, dry_run="1")
    drain("jobs")
    html = client.get(address).content.decode()
    assert "<script>.md" not in html
    assert "&lt;script&gt;.md" in html
    assert "<b>Bold</b>" not in html


def test_the_report_can_be_narrowed_to_one_outcome(page: Page) -> None:
    client = page("pia")
    address = upload(client)
    drain("jobs")
    said = words(client.get(f"{address}?outcome=refused").content)
    assert "c.md" in said
    assert "a.md" not in said
    assert "No file of that kind" in words(client.get(f"{address}?outcome=unchanged").content)


def test_a_look_first_lists_every_step_and_imports_when_told(page: Page) -> None:
    client = page("pia")
    address = upload(client, dry_run="1")
    drain("jobs")
    html = client.get(address).content
    assert "Nothing has been changed yet." in words(html)
    assert "Import 3 cards" in words(html)
    assert "To import 3" in words(html)
    assert not Playbook.objects.filter(library="test").exists()
    assert b'href="/playbooks/T9110/"' not in html  # there is no such playbook yet

    [number] = re.findall(rf"{address}files/(\d+)/[^>]*>(?=Its steps)", html.decode())[1:2]
    for headers in ({}, {"HX-Request": "true"}):
        said = words(client.get(f"{address}files/{number}/", headers=headers).content)
        assert "Did failed logins hit the same accounts again and again?" in said
        assert "a yes speaks for an attack" in said
        assert "speaks of “failed logins”" in said
        assert "Proposed, to be confirmed: met when" in said
        assert ("Back to the report" in said) is not bool(headers)

    gone = client.post(f"{address}go/")
    assert gone.status_code == 302
    assert gone.headers["Location"] != address
    drain("jobs")
    assert Playbook.objects.filter(library="test").count() == 3
    assert client.post(f"{gone.headers['Location']}go/").status_code == 409


def test_a_page_that_waits_asks_for_its_bar_and_loads_anew_at_the_end(page: Page) -> None:
    client = page("pia")
    address = upload(client)
    asked = {"HX-Request": "true"}
    Job.objects.update(state="running", done=3, total=5, result={"imported": 2, "refused": 1})
    part = client.get(address, headers=asked)
    assert "<html" not in part.content.decode()
    assert "3 of 5 files 1 refused 2 imported" in words(part.content)
    assert f'hx-get="{address}"' in part.content.decode()
    Job.objects.update(state="done", done=5)
    assert client.get(address, headers=asked).headers["HX-Refresh"] == "true"


def test_an_import_can_be_stopped(page: Page) -> None:
    client = page("pia")
    address = upload(client)
    for _ in range(2):  # the second finds it stopped already
        assert client.post(f"{address}cancel/").headers["Location"] == address
    assert "What had been imported by then stays." in words(client.get(address).content)


def test_a_failed_import_says_why(page: Page) -> None:
    client = page("pia")
    address = upload(client)
    Job.objects.update(state="failed", error="What was uploaded is not there any more: upload it again.")
    assert "upload it again" in words(client.get(address).content)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_refused_upload_says_why_where_it_was_asked(page: Page, accept: str) -> None:
    file = SimpleUploadedFile("pack.zip", zip_of(FILES)[:500])
    answer = page("pia").post(URL, {"file": file, "library": "ours"}, headers={"Accept": accept})
    assert answer.status_code == 422
    assert "a truncated zip: its directory, which stands at the end, is missing" in answer.content.decode()
    if accept == "text/html":
        assert 'value="ours"' in answer.content.decode()
        assert not re.search(r'name="dry_run"[^>]* checked', answer.content.decode())
    assert page("pia").post(URL, {"library": "ours"}).status_code == 422


def test_a_script_is_told_where_to_go(page: Page) -> None:
    file = SimpleUploadedFile("a.md", card("T9110").encode())
    answer = page("pia").post(URL, {"file": file}, headers={"Accept": "application/json"})
    job = Job.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"job": job.pk, "url": f"{URL}{job.pk}/"})


def test_a_report_is_nobody_elses(page: Page) -> None:
    address = upload(page("pia"))
    for path in ("", "files/0/"):
        assert page("lea").get(f"{address}{path}").status_code == 404
    for path in ("go/", "cancel/"):
        assert page("lea").post(f"{address}{path}").status_code == 404


def test_the_pages_ask_few_queries_however_long_the_report(page: Page) -> None:
    client = page("pia")
    files = {f"{number}.md": card(f"T9{number:03}") for number in range(250)}
    address = upload(client, files, dry_run="1")
    drain("jobs")
    for path, most in ((URL, 12), (address, 8), (f"{address}files/3/", 8), (f"{address}?from=200", 8)):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= most, path
    assert "1 to 200 of 250" in words(client.get(address).content)
    assert "201 to 250 of 250" in words(client.get(f"{address}?from=200").content)
