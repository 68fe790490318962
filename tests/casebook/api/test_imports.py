"""A library by REST: form or body, 202 and a job, caps that say themselves, the same key once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casebook.models import Job, Playbook
from casebook.work.drain import drain
from tests.casebook.playbooks.importing import card, zip_of

Api = Callable[[str], Client]
URL = "/api/v1/playbooks/import/"
PACK = zip_of({"a.md": card("T9110"), "b.md": card("T9111").replace("| Name |", "| Title |")})


@pytest.fixture(autouse=True)
def originals_elsewhere(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path


def form(*files: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    return {"file": [SimpleUploadedFile(name, body) for name, body in files], "library": "test", **fields}


def test_a_form_becomes_a_job_that_says_what_came_of_each_file(api: Api) -> None:
    client = api("pia")
    answer = client.post(URL, form(("pack.zip", PACK)))
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert answer.headers["Location"] == f"/api/v1/jobs/{job}/"
    assert client.get(f"/api/v1/jobs/{job}/").json() == {
        "id": job, "kind": "playbooks.import", "state": "waiting", "done": 0, "total": 0, "result": {},
        "report": f"/api/v1/jobs/{job}/report/", "error": None,
    }  # fmt: skip

    drain("jobs")
    done = client.get(f"/api/v1/jobs/{job}/").json()
    assert (done["state"], done["done"], done["total"]) == ("done", 2, 2)
    assert done["result"] == {"imported": 1, "unchanged": 0, "skipped": 0, "refused": 1}
    told = client.get(done["report"]).json()
    first, second = told.pop("files")
    assert told == done["result"]
    assert first | {"steps": 0} == {
        "path": "a.md", "outcome": "imported", "playbook": "T9110", "name": "Harbour gate guessing",
        "technique": "T9110", "version": 1, "steps": 0, "skipped": None, "refused": None, "note": None,
    }  # fmt: skip
    assert first["steps"]["question"] == 2
    assert second["refused"] == "b.md:8: unknown row “Title”"


@pytest.mark.parametrize("kind", ["text/markdown", "application/octet-stream", "application/json", "text/plain"])
def test_a_body_is_the_file_itself(api: Api, kind: str) -> None:
    address = f"{URL}?library=test&dry_run=true&name=gate.md&team=blue"
    answer = api("pia").post(address, card("T9110").encode(), content_type=kind)
    assert answer.status_code == 202
    drain("jobs")
    job = Job.objects.get(pk=answer.json()["job"])
    answer = api("pia").get(f"/api/v1/jobs/{job.pk}/report/")
    [line] = json.loads(answer.getvalue())["files"]
    assert (line["path"], line["outcome"], line["steps"][0]["section"]) == ("gate.md", "imported", "log_source")
    [kept] = job.result["files"]
    assert kept == line | {"steps": Counter(step["section"] for step in line["steps"])}
    assert job.asked["team"] == "blue"
    assert not Playbook.objects.filter(library="test").exists()


def test_a_large_body_comes_whole(api: Api) -> None:
    """Larger than what is kept in memory."""
    pack = zip_of({f"{n}.md": card(f"T92{n:02}") + " " * 90_000 for n in range(40)}, method=0)
    assert len(pack) > 3 << 20
    answer = api("pia").post(f"{URL}?library=test", pack, content_type="application/zip")
    drain("jobs")
    assert Job.objects.get(pk=answer.json()["job"]).result["imported"] == 40


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "Send a file."),
        (form(("a.md", b"")), 422, "a.md is empty."),
        (form(("a.zip", PACK[:99])), 422, "a.zip: a truncated zip"),
        (form(("a.md", b"x"), library="../x"), 422, "no name for a library"),
        (form(("a.md", b"x"), team="green"), 422, "Choose one of your teams"),
        (form(("a.md", b"x"), dry_run="perhaps"), 422, "dry_run is true or false"),
        (form(*((f"{n}.md", b"x") for n in range(101))), 422, "Too many files in one form."),
    ],
)
def test_what_is_refused_at_the_door(api: Api, body: dict[str, Any], status: int, said: str) -> None:
    answer = api("pia").post(URL, body)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert not Job.objects.exists()


def test_caps_are_413_and_name_themselves(api: Api, settings: Any) -> None:
    settings.CAPS = settings.CAPS | {"import_files": 1}
    answer = api("pia").post(URL, form(("pack.zip", PACK)))
    assert (answer.status_code, answer.json()["detail"]) == (
        413, "An import takes 1 files at most; this archive says it has more.",
    )  # fmt: skip
    settings.CAPS = settings.CAPS | {"import": 1000}
    answer = api("pia").post(f"{URL}?name=x", b"x" * 70_000, content_type="text/markdown")
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.json()["detail"]


def test_an_unknown_option_is_no_quiet_import(api: Api) -> None:
    answer = api("pia").post(f"{URL}?dryrun=true", card().encode(), content_type="text/markdown")
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_the_same_key_is_one_import(api: Api) -> None:
    client = api("pia")
    key = {"Idempotency-Key": "k-1"}
    first = client.post(URL, form(("pack.zip", PACK)), headers=key)
    again = client.post(URL, form(("pack.zip", PACK)), headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert Job.objects.count() == 1
    other = client.post(URL, form(("pack.zip", PACK + b"x")), headers=key)
    assert other.status_code == 422


def test_cancel(api: Api) -> None:
    client = api("pia")
    job = client.post(URL, form(("pack.zip", PACK))).json()["job"]
    assert client.post(f"/api/v1/jobs/{job}/cancel/").json()["state"] == "cancelled"
    again = client.post(f"/api/v1/jobs/{job}/cancel/")
    assert (again.status_code, again.json()["state"]) == (409, "cancelled")
    drain("jobs")
    assert not Playbook.objects.filter(library="test").exists()


def test_rights(api: Api) -> None:
    for who in ("lina", "tomas", "mara", "adam", "aude"):
        assert api(who).post(URL, form(("pack.zip", PACK))).status_code == 403
    job = api("pia").post(URL, form(("pack.zip", PACK))).json()["job"]
    assert api("lea").get(f"/api/v1/jobs/{job}/").status_code == 404
    assert api("lea").get(f"/api/v1/jobs/{job}/report/").status_code == 404
    assert api("lea").post(f"/api/v1/jobs/{job}/cancel/").status_code == 404
    assert Client().post(URL, form(("pack.zip", PACK))).status_code == 401
