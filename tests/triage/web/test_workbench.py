"""The workbench: whole on the server, in twelve queries, whatever the case holds; parts of it for htmx."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casebook.actor import Actor
from casebook.cases import closing, evidence
from casebook.journal import changes
from casebook.models import Case, CaseObservable, Clock, Evidence, Observable
from casebook.sla.read import watch
from casebook.sla.words import span_words
from casebook.work.drain import drain
from tests.triage.conftest import ROW, Card, said, tell
from triage import answers, decisions, escalation
from triage.web.beside import Beside

pytestmark = pytest.mark.django_db
BUDGET = 12
T2_BUDGET = 12
"""Ten of them are `automation.containment`: steps, targets, connectors, what is under way, rails, reach."""


@pytest.fixture(autouse=True)
def one_look_at_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process reads the journal's head at most every half second, for no page in particular: here only once."""
    monkeypatch.setattr(changes, "HEAD_AGE_S", 600.0)


def queries(client: Client, url: str) -> int:
    """Of a second visit, so that the session's own write is done."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def fill(case: Case, make_case: Callable[..., Case], count: int) -> None:
    """Observables, related cases, evidence, findings with rows, notes."""
    for n in range(count):
        address = f"198.51.100.{n}"
        seen = Observable.objects.create(team=case.team, type="ip", key=address, value=address)
        CaseObservable.objects.create(case=case, observable=seen, role="related")
        make_case(("ip", "203.0.113.7", "source"), title=f"Related {n}")
        Evidence.objects.create(
            team=case.team, case=case, name=f"auth-{n}.log", path="x", sha256="0" * 64, bytes=1, state="ready",
            kinds=["authentication"],
        )  # fmt: skip
    tell(case, said("D01", "yes", evidence=(ROW,) * count), said("D02", "no"), said("D05", "yes", scope="elsewhere"))


@pytest.mark.parametrize("count", [1, 30])
def test_twelve_queries_whatever_it_holds(
    count: int, case: Case, make_case: Callable[..., Case], card: Card, lina: Any, page: Any
) -> None:
    fill(case, make_case, count)
    answers.answer(actor=lina, ref=case.ref, step_id=card["Does one name"].pk, value="yes")
    assert queries(page("lina"), f"/cases/{case.ref}/") <= BUDGET


@pytest.mark.parametrize("count", [1, 30])
def test_the_t2_page_costs_the_same_whatever_it_holds(
    count: int, case: Case, make_case: Callable[..., Case], lina: Any, tomas: Any, page: Any
) -> None:
    fill(case, make_case, count)
    escalation.escalate(actor=lina, ref=case.ref, reason="it looks bad")
    escalation.accept(actor=tomas, ref=case.ref)
    assert queries(page("tomas"), f"/cases/{case.ref}/") <= T2_BUDGET
    assert queries(page("tomas"), f"/cases/{case.ref}/?view=analysis") <= BUDGET


def test_it_shows_proposal_evidence_decision_and_what_is_asserted(guessed: Case, card: Card, page: Any) -> None:
    html = page("lina").get(f"/cases/{guessed.ref}/?step={card['Does one name'].pk}").content.decode()
    for text in ("D01 says yes.", "≥ 5 in 20 min", "Recommendation: escalate to T2", "one of two criteria is met",
                 "Accept: yes", "203.0.113.7", "mallory", "203[.]0[.]113[.]7"):  # fmt: skip
        assert text in html, text


def test_work_goes_on_at_the_first_open_question(guessed: Case, card: Card, lina: Any, page: Any) -> None:
    client, url = page("lina"), f"/cases/{guessed.ref}/"
    assert client.get(url).context["bench"].card.step == card["Does one name"]
    answers.accept(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk)
    assert client.get(url).context["bench"].card.step == card["Did a guess work"]
    onward = client.get(f"{url}?after={card['Did a guess work'].pk}").context["bench"].card.step
    assert onward == card["Which doors"]


def test_an_unknown_step_shows_the_open_one(guessed: Case, card: Card, page: Any) -> None:
    for step in ("999999", "x", "9" * 30):
        bench = page("lina").get(f"/cases/{guessed.ref}/?step={step}").context["bench"]
        assert bench.card.step == card["Does one name"]


def test_changed_since_answered_shows_both(harmless: Case, card: Card, lina: Any, page: Any) -> None:
    step = card["Does one name"]
    answers.accept(actor=lina, ref=harmless.ref, step_id=step.pk)
    tell(harmless, said("D01", "yes"), said("D02", "no"), said("D05", "no"))
    html = page("lina").get(f"/cases/{harmless.ref}/?step={step.pk}").content.decode()
    for text in ("Changed since you answered", "D01 says no.", "D01 says yes.", "Accept: yes"):
        assert text in html, text


def test_cannot_tell_names_the_missing_log_and_offers_to_attach_it(case: Case, card: Card, page: Any) -> None:
    tell(case, said("D01", "cannot_tell"))
    html = page("lina").get(f"/cases/{case.ref}/?step={card['Does one name'].pk}").content.decode()
    assert "Missing: authentication events." in html
    assert f'data-upload="/api/v1/cases/{case.ref}/evidence/"' in html


def test_elsewhere_offers_a_case_of_its_own(case: Case, card: Card, page: Any) -> None:
    tell(case, said("D01", "no"), said("D01", "yes", scope="elsewhere", entities={"ip": ["198.51.100.9"]}))
    html = page("lina").get(f"/cases/{case.ref}/?step={card['Does one name'].pk}").content.decode()
    assert "Elsewhere in the log" in html
    assert "/cases/new/?title=D01+says+yes.&amp;techniques=&amp;type=ip&amp;value=198.51.100.9&amp;role=source" in html


def test_htmx_gets_the_part_it_names_and_nothing_where_nothing_changed(guessed: Case, page: Any) -> None:
    client, url = page("lina"), f"/cases/{guessed.ref}/"

    def part(target: str, query: str = "") -> Any:
        return client.get(url + query, headers={"HX-Request": "true", "HX-Target": target})

    assert 'id="rail"' in part("rail").content.decode()
    assert 'hx-swap-oob="true"' in part("rail").content.decode()
    assert part("facts-list").content.decode().lstrip().startswith('<div class="scroll" id="facts-list"')
    whole = client.get(url)
    bench = whole.context["bench"]
    assert part("step", f"?step={bench.card.step.pk}&seen={bench.seen}").status_code == 204
    tell(guessed, said("D01", "no"), said("D02", "no"), said("D05", "yes"))
    assert part("step", f"?step={bench.card.step.pk}&seen={bench.seen}").status_code == 200


def test_who_may_only_read_sees_no_controls(guessed: Case, page: Any) -> None:
    html = page("aude").get(f"/cases/{guessed.ref}/").content.decode()
    assert 'id="answer"' not in html
    assert "Escalate to T2" not in html


def test_another_team_finds_nothing(guessed: Case, page: Any) -> None:
    for path in ("", "handover/", "text/", "do/close/"):
        assert page("otto").get(f"/cases/{guessed.ref}/{path}").status_code == 404
    assert page("pia").get(f"/cases/{guessed.ref}/").status_code == 403


def test_no_clock_of_the_other_tier_is_counted_down(case: Case, page: Any) -> None:
    beside: Beside = page("lina").get(f"/cases/{case.ref}/").context["bench"].beside
    first = watch(beside.clocks, "l1").first
    assert first is not None
    assert first.measure == "time_to_acknowledge"
    assert watch([one for one in beside.clocks if one.measure == "time_to_acknowledge"], "t2").first is None


def test_a_missed_target_stays_in_the_head(case: Case, page: Any) -> None:
    late = timezone.now() - timedelta(minutes=500, seconds=30)
    Clock.objects.filter(case=case).update(started_at=late, due_at=late + timedelta(minutes=60), segments=[])
    lina = page("lina")
    assert lina.get(f"/cases/{case.ref}/").context["bench"].watch.first.state == "breached"
    lina.post(f"/cases/{case.ref}/take/", {"version": case.version})
    head = lina.get(f"/cases/{case.ref}/").content.decode().partition('class="acts"')[2]
    over = 500 * 60 - Clock.objects.get(case=case, measure="time_to_acknowledge").target_s
    assert f"acknowledge missed by {span_words(over)}" in head


def test_a_closed_case_shows_who_decided_what_and_why(guessed: Case, page: Any, lea: Any) -> None:
    decisions.close(actor=lea, ref=guessed.ref, verdict="false_positive", reason="A test of ours, she says.")
    for who in ("lina", "aude"):
        bench = page(who).get(f"/cases/{guessed.ref}/").context["bench"]
        box = bench.decided
        assert (box.verdict, box.by, box.reason) == ("false_positive", "lea", "A test of ours, she says.")
        assert box.against
        assert box.stance == "Against the recommendation."
        assert box.said == "Recommendation: escalate to T2"
        assert (box.criteria[0].text, box.criteria[0].state) == ("A guess worked.", "met")
    html = page("lina").get(f"/cases/{guessed.ref}/").content.decode().partition('id="decision"')[2]
    assert html.index("Closed as") < html.index("A test of ours, she says.") < html.index("as it stood then")
    assert "<h2>Recommendation" not in html


def test_a_decision_that_followed_says_so_and_an_open_case_has_none(harmless: Case, page: Any, lina: Any) -> None:
    assert page("lina").get(f"/cases/{harmless.ref}/").context["bench"].decided is None
    answers.accept_all(actor=lina, ref=harmless.ref)
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    box = page("lina").get(f"/cases/{harmless.ref}/").context["bench"].decided
    assert (box.stance, box.against, box.left_open) == ("As recommended.", False, 0)


def test_a_case_without_a_decision_of_its_own_only_ended(case: Case, page: Any, lina: Any) -> None:
    closing.close(actor=lina, case=case, verdict="duplicate", reason="the same", now=timezone.now())
    box = page("lina").get(f"/cases/{case.ref}/").context["bench"].decided
    assert (box.verdict, box.said, box.criteria) == ("duplicate", "", ())
    assert "no recommendation was weighed" in box.stance


def test_what_could_not_be_read_is_named_where_a_log_is_asked_for(case: Case, card: Card, page: Any) -> None:
    tell(case, said("D01", "cannot_tell"))
    Evidence.objects.create(
        team=case.team, case=case, name="core.bin", path="x", sha256="0" * 64, bytes=1, state="refused",
        error="binary file",
    )  # fmt: skip
    html = page("lina").get(f"/cases/{case.ref}/?step={card['Does one name'].pk}").content.decode()
    html = html.partition('id="step"')[2].partition("<aside")[0]
    assert "core.bin: refused, binary file" in html


def test_a_gap_says_what_it_waits_for(case: Case, page: Any) -> None:
    tell(case, said("D01", "cannot_tell"), said("D05", "cannot_tell"))
    [line, _] = page("lina").get(f"/cases/{case.ref}/").context["bench"].decision.criteria
    assert line.sentence == "waits for authentication events"


def test_every_page_says_its_zone_once_and_switches_it_there(case: Case, page: Any, lina: Any) -> None:
    lina.person.zone = "Asia/Tokyo"
    lina.person.save()
    lina = page("lina")
    for address in ("/", f"/cases/{case.ref}/", "/playbooks/"):
        html = lina.get(address).content.decode()
        assert html.count("data-zone-switch") == 1
        assert "Times in Asia/Tokyo" in html
    lina.post("/preferences/", {"zone": "utc", "next": "/"})
    assert "Times in UTC" in lina.get("/").content.decode()


def test_a_log_is_read_as_another_format_and_back(page: Callable[[str], Client], case: Case, lina: Actor) -> None:
    log = b"Mar 30 16:02:00 web-1 sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"
    one = evidence.attach(actor=lina, ref=case.ref, name="auth.log", chunks=[log])
    drain("evidence")
    shown = page("lina").get(f"/cases/{case.ref}/").content.decode()
    assert f'id="format-{one.pk}"' in shown
    assert '<option value="zeek_json"' in shown
    for asked in ("zeek_json", ""):
        page("lina").post(f"/evidence/{one.pk}/correct/", {"format": asked, "next": f"/cases/{case.ref}/"})
        one.refresh_from_db()
        assert one.forced_format == asked
        drain("evidence")
    page("lina").post(f"/evidence/{one.pk}/correct/", {"timezone": "Europe/Vienna"})
    one.refresh_from_db()
    assert (one.forced_format, one.timezone) == ("", "Europe/Vienna")
