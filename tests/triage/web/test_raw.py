"""Raw lines and raw alerts: the bytes as they came, under the rights of their case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from casebook.cases import evidence
from casebook.epoch import config_epoch
from casebook.intake.receive import Refused, refuse
from casebook.intake.reprocess import reprocess
from casebook.intake.sender import sender_of
from casebook.models import Alert, Case, RawBody

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(case: Case, lina: Any, tmp_path: Path) -> Any:
    lines = "".join(f"Mar 30 16:01:{n:02} host sshd[1]: Failed password for m<b> from 203.0.113.7\n" for n in range(60))
    with override_settings(EVIDENCE_DIR=tmp_path):
        yield evidence.attach(actor=lina, ref=case.ref, name="auth.log", chunks=[lines.encode()])


def test_a_line_with_its_neighbours_in_place_and_as_a_page(log: Any, page: Any) -> None:
    client, url = page("lina"), f"/evidence/{log.pk}/lines/?line=31&mark=203.0.113.7"
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<tr class="open">')
    assert part.count('<span class="ln">') == 7
    assert "<mark>Failed password</mark> for m&lt;b&gt; from <mark>203.0.113.7</mark>" in part
    whole = client.get(url).content.decode()
    assert whole.count('<span class="ln">') == 51
    assert 'id="line"' in whole


@pytest.mark.parametrize("line", ["0", "-1", "x", "9" * 20])
def test_a_line_is_a_number(line: str, log: Any, page: Any) -> None:
    assert page("lina").get(f"/evidence/{log.pk}/lines/?line={line}").status_code == 422


def test_lines_are_not_everybodys(log: Any, page: Any) -> None:
    assert page("otto").get(f"/evidence/{log.pk}/lines/?line=1").status_code == 404
    assert page("pia").get(f"/evidence/{log.pk}/lines/?line=1").status_code == 403


def test_a_raw_alert_is_shown_as_text(open_case: Any, page: Any) -> None:
    case = open_case(title="<script>alert(1)</script>")
    alert = Alert.objects.get(case=case)
    html = page("lina").get(f"/alerts/{alert.pk}/raw/").content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "&quot;external_id&quot;" in html
    assert page("otto").get(f"/alerts/{alert.pk}/raw/").status_code == 404


def test_a_link_back_is_never_a_script(open_case: Any, page: Any) -> None:
    case = open_case(link="javascript:alert(1)")
    html = page("lina").get(f"/cases/{case.ref}/").content.decode()
    assert "javascript:" not in html


def test_what_the_siem_says_stands_apart_with_what_was_assumed(api: Any, page: Any, source_token: str) -> None:
    offense = {
        "id": 6, "description": "Fake port scan", "magnitude": 6, "credibility": 3, "relevance": 5, "status": "OPEN",
        "offense_type": 0, "offense_source": "192.168.1.3", "start_time": 1605047063603, "severity": "<b>",
    }  # fmt: skip
    sent = api(source_token).post("/api/v1/intake/qradar/", offense, content_type="application/json").json()
    html = page("lina").get(f"/alerts/{sent['alert']}/raw/").content.decode()

    panel = html.partition('id="said"')[2].partition("</section>")[0]
    assert "QRadar" in panel
    assert "credibility" in panel.lower()
    assert all(sentence.partition("'")[0] in panel for sentence in sent.get("assumed", ()))
    assert "<b>" not in panel


def test_an_alert_offers_to_tune_its_rule_and_to_silence_it(open_case: Any, page: Any) -> None:
    case = open_case()
    alert = Alert.objects.get(case=case)
    feedback, silence = f'action="/alerts/{alert.pk}/feedback/"', f"/settings/suppressions/?alert={alert.pk}#new"
    for address in (f"/alerts/{alert.pk}/raw/", f"/cases/{case.ref}/"):
        shown = {who: page(who).get(address).content.decode() for who in ("lina", "lea", "mara")}
        assert {who: (feedback in text, silence in text) for who, text in shown.items()} == {
            "lina": (True, False), "lea": (True, True), "mara": (False, False),
        }  # fmt: skip
        assert f'name="next" value="{address}"' in shown["lina"]


def test_what_the_siem_asserts_stands_apart_and_in_place(page: Any, source: Any, adam: Any) -> None:
    source.adapter = "generic"
    source.field_map = {"title": "t", "external_id": "id", "facts.Risk score": "score", "severity": "s"}
    source.save()
    body = json.dumps({"t": "Guessing", "id": "g-1", "score": 87, "s": "odd"}).encode()
    sender = sender_of(source, config_epoch=config_epoch())
    refuse(sender, Refused(body, "no map yet", "", "not_understood", "generic"))
    raw_ids = list(RawBody.objects.filter(outcome="not_understood").values_list("id", flat=True))
    reprocess(actor=adam, source_slug=source.slug, raw_ids=raw_ids)
    alert = Alert.objects.get(external_id="g-1")
    whole = page("lina").get(f"/alerts/{alert.pk}/raw/").content.decode()
    assert "Generic JSON says" in whole
    part = page("lina").get(f"/alerts/{alert.pk}/raw/", headers={"HX-Request": "true"}).content.decode()
    assert '<dt>Risk score</dt><dd title="/score">87</dd>' in part
    assert "Assumed: The severity" in part
    assert "<html" not in part
    assert alert.case is not None
    assert f'hx-get="/alerts/{alert.pk}/raw/"' in page("lina").get(f"/cases/{alert.case.ref}/").content.decode()


def test_an_alert_in_our_own_format_asserts_nothing_else(open_case: Any, page: Any) -> None:
    alert = Alert.objects.get(case=open_case())
    part = page("lina").get(f"/alerts/{alert.pk}/raw/", headers={"HX-Request": "true"}).content.decode()
    assert "Nothing beyond these fields." in part


@pytest.fixture
def wide(case: Case, lina: Any, tmp_path: Path) -> Any:
    """A log of one line of ten megabytes between two short ones."""
    records = b"".join(b'{"n": %07d, "user": "u"},' % n for n in range(400_000))
    content = b"first\n" + records + b"\nlast\n"
    with override_settings(EVIDENCE_DIR=tmp_path / "evidence", EVENTS_DIR=tmp_path / "events"):
        yield evidence.attach(actor=lina, ref=case.ref, name="wide.json", chunks=[content])


def test_a_line_of_ten_megabytes_is_cut_and_says_where_the_rest_is(wide: Any, page: Any) -> None:
    html = page("lina").get(f"/evidence/{wide.pk}/lines/?line=2").content.decode()
    assert len(html) < 60_000
    assert "a line of 10.7" in html
    assert f'href="/evidence/{wide.pk}/original/"' in html
    assert ">last</div>" in html.replace("<b>", "")


def test_a_record_inside_a_long_line_is_shown_where_it_lies(wide: Any, page: Any) -> None:
    at = len(b"first\n") + 28 * 300_000
    query = f"line=2&at={at}&for=28&mark=u"
    part = page("lina").get(f"/evidence/{wide.pk}/lines/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert "0300000" in part
    assert "0000001" not in part


def test_lines_over_the_api_say_what_is_cut(wide: Any, api: Any) -> None:
    first, long, last = api("lina").get(f"/api/v1/evidence/{wide.pk}/lines/?from=1&to=9").json()["lines"]
    assert (first["text"], first["cut"], last["line"], last["text"]) == ("first", False, 3, "last")
    assert (long["cut"], long["bytes"], len(long["text"])) == (True, 28 * 400_000, 16 * 1024)


@pytest.mark.parametrize("query", ["at=x", "at=-1", "at=0&for=0", "at=0&for=y"])
def test_a_place_is_a_number(query: str, log: Any, page: Any) -> None:
    assert page("lina").get(f"/evidence/{log.pk}/lines/?line=31&{query}").status_code == 422
