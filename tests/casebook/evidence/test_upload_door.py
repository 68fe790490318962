"""Evidence through its door: caps, names, pastes, corrections, the original."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casebook import originals
from casebook.models import Case, Evidence

Api = Callable[[str], Client]
LOG = b"Mar 30 15:54:01 web-1 sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.EVIDENCE_DIR.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def upload(client: Client, case: Case, content: bytes, name: str = "auth.log", **fields: str) -> Any:
    return client.post(f"/api/v1/cases/{case.ref}/evidence/", {"file": SimpleUploadedFile(name, content), **fields})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_untouched_under_its_digest(api: Api, case: Case, folder: Path) -> None:
    answer = upload(api("lina"), case, LOG)

    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/evidence/{answer.json()['evidence']}/"
    [kept] = files(folder)
    assert kept.name == hashlib.sha256(LOG).hexdigest()
    assert kept.read_bytes() == LOG


def test_over_the_cap_is_413_and_leaves_nothing(api: Api, case: Case, folder: Path, settings: Any) -> None:
    settings.CAPS = settings.CAPS | {"evidence": 1000}

    in_the_slack_of_the_form = upload(api("lina"), case, b"x" * 1001)
    said_by_its_length = upload(api("lina"), case, b"x" * 100_000)

    for answer in (in_the_slack_of_the_form, said_by_its_length):
        assert answer.status_code == 413
        assert answer["Content-Type"] == "application/problem+json"
        assert "1,000" in answer.json()["detail"]
    assert files(folder) == []
    assert not Evidence.objects.filter(case=case).exists()


def test_nobody_who_is_not_signed_in_gets_a_byte_onto_the_disk(case: Case, folder: Path, settings: Any) -> None:
    settings.CAPS = settings.CAPS | {"evidence": 1000}
    stranger = Client(enforce_csrf_checks=True)

    assert upload(stranger, case, b"x" * 100_000).status_code == 413
    answer = stranger.post(f"/cases/{case.ref}/evidence/", {"file": SimpleUploadedFile("a", b"x" * 100_000)})
    assert answer.status_code == 413
    assert files(folder) == []


def test_other_routes_take_a_mebibyte(api: Api, case: Case) -> None:
    long = "x" * (1024 * 1024)
    answer = api("lina").post(f"/api/v1/cases/{case.ref}/note/", {"text": long}, content_type="application/json")
    assert answer.status_code == 413
    assert "1,048,576" in answer.json()["detail"]


def test_a_paste_may_be_as_large_as_a_file(api: Api, case: Case) -> None:
    text = LOG.decode() * 20_000
    assert len(text) > 1024 * 1024
    answer = api("lina").post(f"/api/v1/cases/{case.ref}/evidence/", {"text": text}, content_type="application/json")
    assert answer.status_code == 202
    assert Evidence.objects.get(pk=answer.json()["evidence"]).bytes == len(text)


def test_a_long_paste_in_a_form_is_413_not_a_500(api: Api, case: Case) -> None:
    answer = api("lina").post(f"/api/v1/cases/{case.ref}/evidence/", {"text": "x" * 2_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": 5}, {"text": None}, [], '"text"', {"text": "x", "year": "soon"},
             {"text": "x", "year": True}, {"text": "x", "year": 1.5}, {"text": "x", "timezone": ["UTC"]},
             {"text": "x", "timezone": "Mars/Olympus"}, {"text": "x", "format": {"a": 1}}, {"text": "x", "year": 3000}]
)  # fmt: skip
def test_wrong_fields_are_422(api: Api, case: Case, body: Any) -> None:
    answer = api("lina").post(f"/api/v1/cases/{case.ref}/evidence/", body, content_type="application/json")
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


def test_an_empty_file_is_422(api: Api, case: Case) -> None:
    assert upload(api("lina"), case, b"").status_code == 422


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\auth.log", "auth.log"),
        ("a\u202egol.exe", "agol.exe"),
        ("<img src=x>.log", "<img src=x>.log"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_for_people_only(api: Api, case: Case, folder: Path, sent: str, kept: str) -> None:
    answer = upload(api("lina"), case, LOG, name=sent)
    assert Evidence.objects.get(pk=answer.json()["evidence"]).name == kept
    assert all(path.name == hashlib.sha256(LOG).hexdigest() for path in files(folder / "evidence"))


def test_a_stored_path_never_leads_outside() -> None:
    for path in ("../../etc/passwd", "/etc/passwd", "1/../../x"):
        with pytest.raises(ValueError, match="outside"):
            originals.full_path(path)


def test_the_original_is_a_download_no_browser_runs(api: Api, case: Case) -> None:
    page = b"<script>alert(1)</script>"
    number = upload(api("lina"), case, page, name="x.html").json()["evidence"]
    answer = api("lina").get(f"/api/v1/evidence/{number}/original/")

    assert b"".join(answer.streaming_content) == page  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_correction_reads_again_also_while_it_is_read(api: Api, case: Case) -> None:
    number = upload(api("lina"), case, LOG).json()["evidence"]
    Evidence.objects.filter(pk=number).update(state="reading", progress=40)
    answer = api("lina").patch(f"/api/v1/evidence/{number}/", {"year": 2017}, content_type="application/json")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["progress"]) == ("queued", 0)
    assert answer.json()["assumptions"]["year"] == 2017


@pytest.mark.parametrize("body", [{}, {"timezone": 5}, {"timezone": []}, {"format": {}}, {"year": "x"}, []])
def test_a_correction_that_says_nothing_or_nonsense(api: Api, case: Case, body: Any) -> None:
    number = upload(api("lina"), case, LOG).json()["evidence"]
    answer = api("lina").patch(f"/api/v1/evidence/{number}/", body, content_type="application/json")
    assert answer.status_code == 422


def test_lines_by_range(api: Api, case: Case) -> None:
    text = "".join(f"line {n}\n" for n in range(1, 1001))
    number = upload(api("lina"), case, text.encode()).json()["evidence"]
    lines = f"/api/v1/evidence/{number}/lines/"
    reader = api("lina")

    assert reader.get(lines, {"from": 7, "to": 8}).json()["lines"] == [
        {"line": number, "text": f"line {number}", "bytes": 6, "cut": False} for number in (7, 8)
    ]  # fmt: skip
    assert len(reader.get(lines, {"from": 1, "to": 10**30}).json()["lines"]) == 500
    assert reader.get(lines, {"from": 2000, "to": 2001}).json()["lines"] == []
    for wrong in ({"from": 0}, {"from": 9, "to": 3}, {"from": "x"}):
        assert reader.get(lines, wrong).status_code == 422


def test_the_same_key_with_another_file_of_the_same_name_and_size(api: Api, case: Case) -> None:
    client = api("lina")

    def send(content: bytes) -> Any:
        body = {"file": SimpleUploadedFile("a.log", content)}
        return client.post(f"/api/v1/cases/{case.ref}/evidence/", body, headers={"Idempotency-Key": "one"})

    first, again, other = send(b"one line\n"), send(b"one line\n"), send(b"two line\n")
    assert (first.json(), again.status_code, again["Location"]) == (again.json(), 202, first["Location"])
    assert other.status_code == 422
    assert Evidence.objects.filter(case=case).count() == 1


def test_evidence_after_closing_is_marked(api: Api, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state="closed", verdict="false_positive")
    number = upload(api("lina"), case, LOG).json()["evidence"]
    assert Evidence.objects.get(pk=number).after_close
    case.refresh_from_db()
    assert (case.state, case.owner_id) == ("closed", None)
