"""One append is audit trail, timeline and outbox: in the transaction of what it records, or not at all."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from accounts.actors import PersonActor
from casebook.actor import Automation
from casebook.journal import timeline
from casebook.journal.record import record
from casebook.journal.verbs import VERBS, sentence
from casebook.models import Case, Journal, Team, Work


def test_an_entry_says_who_what_and_of_which_case(case: Case, lina: PersonActor) -> None:
    entry = record(lina, "case.noted", case, {"text": "looked"})
    entry = Journal.objects.get(id=entry.id)
    assert (entry.verb, entry.subject, entry.case_id, entry.team_id) == (
        "case.noted",
        f"case:{case.pk}",
        case.pk,
        case.team_id,
    )
    assert (entry.actor_kind, entry.actor_name, entry.person_id) == ("person", "lina", lina.person_id)
    assert entry.epoch == 1
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        assert entry.tx == cursor.fetchone()[0]


def test_a_token_is_named_beside_its_person(case: Case, lina: PersonActor) -> None:
    entry = record(PersonActor(lina.person, token_id=7), "case.noted", case, {"text": "by script"})
    assert (entry.actor_kind, entry.person_id, entry.token_id) == ("token", lina.person_id, 7)


def test_an_unknown_verb_is_refused(case: Case) -> None:
    before = Journal.objects.count()
    with pytest.raises(KeyError):
        record(Automation(), "case.exploded", case)
    assert Journal.objects.count() == before


def test_what_is_rolled_back_was_never_recorded(case: Case, lina: PersonActor) -> None:
    with transaction.atomic():
        record(lina, "case.noted", case, {"text": "no"})
        transaction.set_rollback(True)
    assert not Journal.objects.filter(verb="case.noted").exists()


def test_the_work_that_follows_is_written_beside_it(case: Case, lina: PersonActor, blue: Team) -> None:
    entry = record(lina, "case.escalated", case)
    told = Work.objects.get(kind="notify")
    assert (told.subject, told.team_id, told.lane) == (f"entry:{entry.id}", blue.pk, 4 - case.severity)


def test_critical_work_goes_first(open_case, lina: PersonActor) -> None:
    low, critical = open_case(severity="low", assets=[]), open_case(severity="critical", title="another", rule={})
    for one in (low, critical):
        record(lina, "case.escalated", one)
    lanes = Work.objects.filter(kind="notify").order_by("lane").values_list("lane", flat=True)
    assert list(lanes) == [0, 3]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_sentence_that_survives_a_payload_of_another_time(verb: str) -> None:
    assert sentence(verb, "lina", {})
    assert "{" not in sentence(verb, "lina", {})


def test_a_verb_nobody_knows_any_more_is_shown_by_its_name() -> None:
    assert sentence("case.sealed_with_wax", "lina", {}) == "case.sealed_with_wax"


def test_a_timeline_is_the_entries_of_a_case_in_words(case: Case, lina: PersonActor) -> None:
    record(lina, "case.noted", case, {"text": "on holiday"})
    newest = next(iter(timeline.of_case(case)))
    assert (newest.text, newest.kind, newest.actor) == ("lina noted: on holiday", "case", "lina")
    oldest = next(iter(timeline.of_case(case, newest_first=False)))
    assert oldest.verb == "case.opened"
