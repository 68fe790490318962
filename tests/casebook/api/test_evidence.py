"""Evidence over the API: taken at once, kept untouched, read back by line and whole."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casebook.models import Evidence, Journal, Work
from tests.casebook.api.conftest import post, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]
LOG = b"".join(b"Mar 30 16:%02d:00 web-1 sshd[1]: Failed password for root from 203.0.113.7\n" % n for n in range(60))


def upload(client, case, content=LOG, name="auth.log", **fields):
    file = SimpleUploadedFile(name, content)
    return client.post(f"/api/v1/cases/{case.ref}/evidence/", {"file": file, **fields})


def test_a_file_is_taken_at_once_and_its_reading_asked_for(api, case):
    answer = upload(api("lina"), case, timezone="Europe/Berlin", year="2025")
    evidence = Evidence.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"evidence": evidence.pk, "state": "queued"}
    assert answer.headers["Location"] == f"/api/v1/evidence/{evidence.pk}/"
    assert Work.objects.filter(kind="evidence.read", subject=f"evidence:{evidence.pk}", queue="evidence").exists()
    assert Journal.objects.get(verb="evidence.added").payload["sha256"] == hashlib.sha256(LOG).hexdigest()

    told = api("mara").get(answer.headers["Location"]).json()
    assert (told["state"], told["name"], told["bytes"]) == ("queued", "auth.log", len(LOG))
    assert told["sha256"] == hashlib.sha256(LOG).hexdigest()
    assert (told["assumptions"]["timezone"], told["assumptions"]["year"]) == ("Europe/Berlin", 2025)
    assert {"format", "lines", "understood", "not_understood", "kinds", "window", "progress", "error"} <= set(told)


def test_pasted_text_is_evidence_too(api, case):
    answer = post(api("lina"), f"cases/{case.ref}/evidence/", {"text": "a line\nanother\n", "name": "from the chat"})
    assert answer.status_code == 202
    kept = Evidence.objects.get()
    assert (kept.kind, kept.name, kept.bytes) == ("paste", "from the chat", 15)


def test_the_original_comes_back_byte_for_byte_as_a_download(api, case):
    content = b"\x00\xff<script>alert(1)</script>\r\n" + LOG
    location = upload(api("lina"), case, content, name="evil.html").headers["Location"]
    answer = api("lina").get(location + "original/")
    assert b"".join(answer) == content
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "a/b.log", "x\r\nSet-Cookie: a=b", "\u202egol.exe", "n" * 400]
)
def test_a_name_is_for_people_only(api, case, name, kept):
    assert upload(api("lina"), case, name=name).status_code == 202
    found = Evidence.objects.get()
    assert not set(found.name) & set("/\\\r\n\u202e")
    assert len(found.name) <= 255
    assert found.path.split("/")[-1] == hashlib.sha256(LOG).hexdigest()
    assert {path.name for path in (kept / "evidence").rglob("*") if path.is_file()} == {found.sha256}


def test_lines_by_number(api, case):
    location = upload(api("lina"), case).headers["Location"]
    client = api("lina")
    lines = client.get(location + "lines/", {"from": 31, "to": 33}).json()["lines"]
    assert [one["line"] for one in lines] == [31, 32, 33]
    assert lines[0]["text"].startswith("Mar 30 16:30:00")
    assert len(client.get(location + "lines/").json()["lines"]) == 50
    assert client.get(location + "lines/", {"from": 999}).json()["lines"] == []
    for query in ({"from": 0}, {"from": 5, "to": 4}, {"from": "x"}):
        problem(client.get(location + "lines/", query), 422)


def test_over_the_cap_nothing_is_kept(api, case, settings, kept):
    settings.CAPS = settings.CAPS | {"evidence": 1000}
    document = problem(upload(api("lina"), case), 413)
    assert "1,000" in document["detail"]
    assert not Evidence.objects.exists()
    assert not [path for path in kept.rglob("*") if path.is_file()]


def test_a_length_over_the_cap_is_refused_before_the_body_is_read(api, case, settings):
    settings.CAPS = settings.CAPS | {"evidence": 1000}
    problem(upload(api("lina"), case, b"x" * 200_000), 413)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"timezone": "Europe/Atlantis"}, "timezone"), ({"timezone": "CET+1"}, "timezone"), ({"year": "next"}, "year"),
     ({"year": "1066"}, "year"), ({"format": "runes"}, "format")],
)  # fmt: skip
def test_a_wrong_assumption_is_named(api, case, fields, field):
    assert field in problem(upload(api("lina"), case, **fields), 422)["errors"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("content", [b""])
def test_an_empty_file(api, case, content):
    assert "file" in problem(upload(api("lina"), case, content), 422)["errors"]


def test_neither_file_nor_text(api, case):
    problem(api("lina").post(f"/api/v1/cases/{case.ref}/evidence/", {"name": "nothing"}), 422)


def test_correcting_reads_again_and_leaves_the_original(api, case):
    location = upload(api("lina"), case).headers["Location"]
    Evidence.objects.update(state="ready", progress=100)
    Work.objects.filter(kind="evidence.read").update(state="done")
    answer = api("lina").patch(location, {"timezone": "Asia/Tokyo", "year": 2024}, content_type="application/json")
    told = answer.json()
    assert (told["state"], told["progress"]) == ("queued", 0)
    assert (told["assumptions"]["timezone"], told["assumptions"]["year"]) == ("Asia/Tokyo", 2024)
    assert told["sha256"] == hashlib.sha256(LOG).hexdigest()
    assert Work.objects.filter(kind="evidence.read", state="waiting").count() == 1
    wrong = api("lina").patch(location, {"timezone": "Mars"}, content_type="application/json")
    assert "timezone" in problem(wrong, 422)["errors"]


def test_attaching_after_closing_is_allowed_and_marked(api, case, lina):
    from triage import decisions

    decisions.close(actor=lina, ref=case.ref, verdict="false_positive", reason="a planned test")
    upload(api("lina"), case)
    assert Evidence.objects.get().after_close


def test_another_teams_evidence_is_not_there(api, case):
    location = upload(api("lina"), case).headers["Location"]
    for path in (location, location + "lines/", location + "original/"):
        problem(api("otto").get(path), 404)
    problem(upload(api("otto"), case), 404)
    problem(upload(api("mara"), case), 403)
