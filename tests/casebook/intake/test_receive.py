"""Intake: open, attach, repeat; closed cases; many senders on one key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from casebook.actor import Automation
from casebook.cases import closing, moving
from casebook.intake import read_back
from casebook.intake.envelope import read
from casebook.intake.prepare import Item, prepare
from casebook.intake.receive import receive, receive_many
from casebook.intake.sender import Sender
from casebook.models import Alert, Case, Clock, Grouping, Journal, Source, Work
from casebook.work.lease import take_next
from tests.conftest import alert_body


def item(position: int = 0, **changes: object) -> Item:
    body = json.dumps(alert_body(**changes)).encode()
    return prepare(read(body), body, position)


def test_an_alert_opens_a_case_with_playbook_clocks_journal_and_work(sender: Sender) -> None:
    outcome = receive(sender, [item(external_id="a-1")])[0]

    assert outcome.outcome == "opened"
    case = Case.objects.get(pk=outcome.case)
    assert (case.state, case.tier, case.severity_word, case.version) == ("new", "l1", "high", 1)
    assert case.playbook_version.playbook.slug == "T1589"
    assert "T1589" in case.playbook_why
    assert case.about == "203.0.113.7 → web-1 · svc-backup"
    assert set(Clock.objects.filter(case=case).values_list("measure", flat=True)) == {
        "time_to_acknowledge",
        "time_to_qualify",
        "time_to_resolve",
    }
    entry = Journal.objects.get(case_id=case.pk, verb="case.opened")
    assert (entry.actor_kind, entry.actor_name, entry.team_id) == ("source", "siem", sender.team_id)
    assert set(Work.objects.filter(subject=f"case:{case.pk}").values_list("kind", flat=True)) == {
        "lookups.plan",
        "findings.compute",
    }
    assert case.observable_links.count() == 3


def test_the_raw_bytes_are_kept_untouched(sender: Sender) -> None:
    body = json.dumps(alert_body(external_id="raw-1", title="Ünïcode “quoted”\n\u0000"), ensure_ascii=True).encode()
    outcome = receive(sender, [prepare(read(body), body, 0)])[0]

    alert = Alert.objects.get(pk=outcome.alert)
    assert read_back.raw_body(alert) == body
    assert alert.title == "Ünïcode “quoted”\n\ufffd"


def test_the_same_rule_and_entity_joins_the_open_case(sender: Sender) -> None:
    first = receive(sender, [item(external_id="a-1")])[0]
    second = receive(sender, [item(external_id="a-2")])[0]

    assert (second.outcome, second.case) == ("attached", first.case)
    assert Journal.objects.filter(case_id=first.case, verb="alert.attached").count() == 1
    assert Work.objects.filter(kind="case.recount", subject=f"case:{first.case}", state="waiting").exists()


def test_another_entity_opens_another_case(sender: Sender) -> None:
    first = receive(sender, [item()])[0]
    other = receive(sender, [item(observables=[{"type": "user", "value": "somebody-else"}], assets=[])])[0]

    assert other.outcome == "opened"
    assert other.case != first.case


def test_a_repeat_is_counted_and_severity_may_rise_but_never_fall(sender: Sender) -> None:
    first = receive(sender, [item(external_id="a-1", severity="medium")])[0]
    again = receive(sender, [item(external_id="a-1", severity="critical")])[0]
    lower = receive(sender, [item(external_id="a-1", severity="low")])[0]

    assert [again.outcome, again.count, lower.count] == ["repeated", 2, 3]
    assert (again.alert, again.case) == (first.alert, first.case)
    assert Alert.objects.get(pk=first.alert).severity == 4


def test_a_list_is_grouped_within_itself(sender: Sender) -> None:
    outcomes = receive(sender, [item(0, external_id="x"), item(1, external_id="y"), item(2, external_id="x")])

    assert [outcomes[n].outcome for n in range(3)] == ["opened", "attached", "repeated"]
    assert len({outcomes[n].case for n in range(3)}) == 1
    assert Alert.objects.get(external_id="x").count == 2


def test_a_repeat_for_a_closed_case_opens_a_new_one_linked_to_it(sender: Sender, tomas: object) -> None:
    first = receive(sender, [item(external_id="a-1")])[0]
    closed(Case.objects.get(pk=first.case))

    again = receive(sender, [item(external_id="a-1")])[0]

    assert again.outcome == "attached" or again.outcome == "opened"
    case = Case.objects.get(pk=again.case)
    assert case.pk != first.case
    assert case.follows_id == first.case
    assert Alert.objects.get(pk=first.alert).case_id == case.pk


def test_a_repeat_for_a_closed_case_reopens_it_where_the_source_says_so(sender: Sender, source: Source) -> None:
    first = receive(sender, [item(external_id="a-1")])[0]
    case = Case.objects.get(pk=first.case)
    closed(case)
    reopening = Sender(**{**sender.__dict__, "on_closed_repeat": "reopen", "reopen_within": timedelta(days=1)})

    again = receive(reopening, [item(external_id="a-1")])[0]

    case.refresh_from_db()
    assert (again.outcome, again.case) == ("repeated", first.case)
    assert (case.state, case.verdict, case.version) == ("triage", "", 2)


def test_a_closed_case_takes_no_more_alerts(sender: Sender) -> None:
    first = receive(sender, [item(external_id="a-1")])[0]
    closed(Case.objects.get(pk=first.case))
    assert not Grouping.objects.filter(case_id=first.case).exists()

    other = receive(sender, [item(external_id="a-2")])[0]

    assert other.outcome == "opened"
    assert other.case != first.case


def closed(case: Case) -> None:
    actor = Automation(team_id=case.team_id)
    closing.close(actor=actor, case=case, verdict="false_positive", reason="", now=moving.db_now())


def test_an_open_case_of_the_factory(open_case: Callable[..., Case]) -> None:
    assert open_case(severity="critical").severity_word == "critical"


def test_work_on_what_is_worse_is_taken_first(sender: Sender) -> None:
    """Lanes: of cases opened in a row, a worker takes the critical one before the others, whenever it came."""
    words = ["low", "medium", "critical", "info", "high"]
    opened = {receive(sender, [item(severity=word, rule={"id": word})])[0].case: word for word in words}
    Work.objects.exclude(subject__in=[f"case:{case}" for case in opened]).delete()

    taken = []
    while (lease := take_next("evidence")) is not None:
        taken.append(opened[lease.subject_id])
    assert taken == ["critical", "high", "medium", "low", "info"]


def test_a_storm_into_one_case_asks_once_and_a_little_later(sender: Sender) -> None:
    first = receive(sender, [item()])[0]
    Work.objects.all().delete()
    for _ in range(20):
        receive(sender, [item()])

    rows = Work.objects.filter(subject=f"case:{first.case}")
    assert sorted(rows.values_list("kind", flat=True)) == ["case.recount", "findings.compute", "lookups.plan"]
    assert all(row.run_after > row.created_at for row in rows)
    assert take_next("evidence") is None


def test_a_value_that_cannot_be_stored_costs_no_other(sender: Sender) -> None:
    """As far as we know nothing that gets here cannot be stored; this one is made so by hand."""
    items = [item(position) for position in range(3)]
    items[1].row["events"] = 2**40

    outcomes, refused = receive_many(sender, items)
    assert sorted(outcomes) == [0, 2]
    assert list(refused) == [1]
