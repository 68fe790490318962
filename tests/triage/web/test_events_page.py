"""`/evidence/<id>/` and what can be taken away: every figure narrows, every row opens its line, others see nothing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from casebook.cases import evidence as attaching
from casebook.models import Case, Evidence
from tests.triage.conftest import said, tell, work_off
from triage.detectors.protocol import EvidenceRow
from triage.models import EventView

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def log(case: Case, lina: Any, tmp_path: Path, settings: Any) -> Evidence:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"
    lines = [
        f"Mar 30 16:{n:02}:00 web-1 sshd[{n}]: Failed password for {user} from 203.0.113.7 port 22 ssh2\n"
        for n, user in enumerate(["mallory"] * 5 + ["ada"] * 3, start=1)
    ]
    found = attaching.attach(actor=lina, ref=case.ref, name="auth.log", chunks=["".join(lines).encode()])
    work_off()
    found.refresh_from_db()
    return found


def shown(client: Client, address: str) -> Any:
    """The page once its question was answered."""
    assert client.get(address).status_code == 200
    work_off()
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


def test_the_page_waits_for_its_answer_and_then_shows_it(log: Evidence, page: Any) -> None:
    client, address = page("lina"), f"/evidence/{log.pk}/"
    first = client.get(address).content.decode()
    assert f'hx-get="{address}" hx-trigger="load delay:80ms"' in first
    assert "Look again" in first
    work_off()
    html = client.get(address, headers=HTMX).content.decode()
    assert "<html" not in html
    assert 'hx-trigger="load' not in html
    assert html.count("data-raw") == 8
    assert "Failed password for mallory" in html


def test_values_narrow_and_chips_widen_again(log: Evidence, page: Any) -> None:
    answer = shown(page("lina"), f"/evidence/{log.pk}/?user.name=ada")
    found = answer.context["page"]
    assert (found.answer["records"], found.answer["total"]) == (3, 8)
    [chip] = answer.context["chips"]
    assert (chip["text"], chip["without"]) == ("user.name ada", "?")
    [user] = [one for one in found.values if one.field == "user.name"]
    assert [(value.text, value.on) for value in user.values] == [("ada", True)]
    assert found.rows[0].only_source == "?user.name=ada&source.ip=203.0.113.7"


def test_one_by_one_on_one_scale(log: Evidence, page: Any) -> None:
    shapes = shown(page("lina"), f"/evidence/{log.pk}/?by=user.name").context["page"].shapes
    assert [(one.value, one.count, one.url) for one in shapes.shapes] == [
        ("mallory", 5, "?user.name=mallory"), ("ada", 3, "?user.name=ada"),
    ]  # fmt: skip
    assert len({len(one.bars) for one in shapes.shapes}) == 1


@pytest.mark.parametrize("query", ["by=text", "after=x", "from=never", "to=2026-13-01T00:00:00Z"])
def test_an_address_that_asks_for_nothing_there_is(query: str, log: Evidence, page: Any) -> None:
    assert page("lina").get(f"/evidence/{log.pk}/?{query}").status_code == 422
    assert not EventView.objects.filter(evidence=log).exists()


def test_a_time_without_a_zone_is_the_logs(log: Evidence, page: Any) -> None:
    year = log.window_from.year  # type: ignore[union-attr]
    found = shown(page("lina"), f"/evidence/{log.pk}/?from={year}-03-30T16:07:00&to={year}-03-30T16:08:00")
    assert found.context["page"].answer["records"] == 1


def test_evidence_is_not_everybodys(log: Evidence, page: Any) -> None:
    for address in (f"/evidence/{log.pk}/", f"/evidence/{log.pk}/export/csv/"):
        assert page("otto").get(address).status_code == 404
        assert page("pia").get(address).status_code == 403


def test_events_as_a_file(log: Evidence, page: Any) -> None:
    client, address = page("lina"), f"/evidence/{log.pk}/export/csv/?user.name=ada"
    waiting = client.get(address)
    assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "1")
    work_off()
    answer = client.get(address)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))  # type: ignore[call-overload]
    assert [row["line"] for row in rows] == ["6", "7", "8"]
    assert {row["sha256"] for row in rows} == {log.sha256}
    assert client.get(f"/evidence/{log.pk}/export/xlsx/").status_code == 404


def test_a_findings_records_as_a_file_no_spreadsheet_computes(log: Evidence, page: Any) -> None:
    event = {"@timestamp": "2026-03-30T16:01:00Z", "user.name": "=HYPERLINK(1)", "source.ip": "203.0.113.7"}
    tell(log.case, said("D01", "yes", evidence=(EvidenceRow(log.pk, "auth.log", 1, 0, 20, "+raw", event),)))
    client = page("lina")
    text = client.get(f"/cases/{log.case.ref}/findings/D01/csv/").content.decode()
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["user.name"], row["event.original"]) == ("'=HYPERLINK(1)", "'+raw")
    assert (row["file"], row["sha256"], row["line"], row["offset"]) == ("auth.log", log.sha256, "1", "0")
    exact = json.loads(client.get(f"/cases/{log.case.ref}/findings/D01/ndjson/").content)
    assert exact["event"]["user.name"] == "=HYPERLINK(1)"
    assert client.get(f"/cases/{log.case.ref}/findings/D99/csv/").status_code == 404


def test_a_value_of_a_finding_narrows_its_table(log: Evidence, page: Any) -> None:
    rows = tuple(
        EvidenceRow(log.pk, "auth.log", n, 0, 9, "raw", {"@timestamp": f"2026-03-30T16:0{n}:00Z", "user.name": user,
                                                        "event.outcome": "failure"})
        for n, user in enumerate(["mallory", "mallory", "ada"], start=1)
    )  # fmt: skip
    chart = [{"from": f"2026-03-30T16:0{n}:00Z", "count": 1, "hit": False} for n in (1, 2, 3)]
    tell(log.case, said("D01", "yes", evidence=rows, figures={"chart": chart}))
    step = log.case.playbook_version.steps.get(text__startswith="Does one name")
    base = f"/cases/{log.case.ref}/?step={step.pk}"
    whole = page("lina").get(base).context["bench"].card.main
    assert [(one.value, one.count, one.url) for one in whole.shapes.shapes] == [
        ("mallory", 2, f"{base}&user=mallory"), ("ada", 1, f"{base}&user=ada"),
    ]  # fmt: skip
    answer = page("lina").get(f"{base}&user=ada")
    assert [row.line for row in answer.context["bench"].card.main.table.rows] == [3]
    assert f'href="{base}"'.replace("&", "&amp;") in answer.content.decode()  # the chip that widens again
