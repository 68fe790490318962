"""Planned once, asked once, told from each case; nobody outside is told what must stay in the house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.actors import PersonActor
from automation.enrichers.protocol import EnricherError, Found, Question
from automation.lookups import read
from automation.lookups.plan import plan
from automation.lookups.request import request
from automation.models import Lookup, Supply
from casebook.errors import NotAllowed, NotFound
from casebook.models import Case, Journal, Work
from casebook.work.drain import drain

OpenCase = Callable[..., Case]


@pytest.fixture(autouse=True)
def lists(tmp_path: Any, settings: Any) -> None:
    from automation.enrichers.local_lists import client

    settings.INTEL_DIR = tmp_path
    (tmp_path / "level5.txt").write_text("# 2026-11-01\n203.0.113.7\n")
    client._shelf.cache_clear()


def work(case: Case) -> list[read.Shown]:
    """Everything planned is done; then what the case's page shows."""
    plan(case.pk)
    perform()
    return read.of_case(case)


def perform() -> None:
    Work.objects.filter(state="waiting").update(run_after=Now() - timedelta(days=1))
    drain("lookups")


class Outside:
    """An enricher that tells the value to somebody else, and does what a test wants."""

    name, title = "outside", "Outside"
    types = frozenset({"ip"})
    leaves_the_house = True
    most_tlp, most_pap = "green", "amber"
    per_hour: int | None = None
    asked: list[str] = []
    error: EnricherError | None = None

    def ask(self, question: Question, *, deadline_s: float) -> Found:
        self.asked.append(question.value)
        if self.error is not None:
            raise self.error
        return Found("not_listed", "not on the list of 1 Nov 2026")

    def told_of(self, found: Found, *, type: str, case_id: int) -> Found:
        return found


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    plugin = Outside()
    plugin.asked = []
    monkeypatch.setattr("automation.lookups.plan.enrichers", lambda: {"outside": plugin})
    monkeypatch.setattr("automation.lookups.perform.enricher", lambda name: plugin)
    monkeypatch.setattr("automation.lookups.read.enricher", lambda name: plugin)
    return plugin


def test_a_case_is_looked_up_by_every_enricher_that_takes_the_type(case: Case) -> None:
    shown = {(one.enricher, one.type): one for one in work(case)}
    assert set(shown) == {
        ("local_lists", "ip"), ("sightings", "ip"), ("sightings", "user"), ("sightings", "asset"),
    } or {("local_lists", "ip"), ("sightings", "ip"), ("sightings", "user")} <= set(shown)  # fmt: skip
    assert shown["local_lists", "ip"].summary == "listed on level5 (1 Nov 2026)"
    assert shown["sightings", "ip"].summary == "in no other case"
    entry = Journal.objects.get(verb="lookup.finished", case_id=case.pk, payload__enricher="Local lists")
    assert (entry.payload["value"], entry.payload["result"]) == ("203.0.113.7", "listed")


def test_planning_twice_is_planning_once(case: Case) -> None:
    assert plan(case.pk) == Lookup.objects.count() > 0
    assert plan(case.pk) == 0
    perform()
    entries = Journal.objects.filter(verb="lookup.finished").count()
    assert plan(case.pk) == 0
    Work.objects.filter(kind="lookup.perform").update(state="waiting", attempt=0)
    perform()
    assert Journal.objects.filter(verb="lookup.finished").count() == entries


def test_what_went_stale_is_asked_again_and_said_again_only_if_it_is_new(case: Case, tmp_path: Any) -> None:
    work(case)
    entries = Journal.objects.filter(verb="lookup.finished").count()
    Lookup.objects.update(stale_after=Now() - timedelta(seconds=1))
    assert plan(case.pk) == Lookup.objects.count()
    perform()
    assert Journal.objects.filter(verb="lookup.finished").count() == entries


def test_nothing_is_planned_for_a_case_that_is_not_there(stage: None) -> None:
    assert plan(10**9) == 0


def test_sightings_leave_the_case_itself_out_and_count_verdicts(open_case: OpenCase) -> None:
    old = open_case(rule={"id": "r-1"})
    Case.objects.filter(pk=old.pk).update(state="closed", verdict="true_positive")
    case = open_case(rule={"id": "r-2"})
    shown = {(one.enricher, one.type): one for one in work(case)}
    seen = shown["sightings", "ip"]
    assert seen.result == "listed"
    assert seen.summary.startswith("in 1 case: 1 true positive (")
    assert [hit["case"] for hit in seen.hits] == [old.pk]
    # A user of ours who was attacked before is not bad for it.
    assert shown["sightings", "user"].result == "not_listed"


def test_sightings_of_false_positives_list_nothing(open_case: OpenCase) -> None:
    old = open_case(rule={"id": "r-1"})
    Case.objects.filter(pk=old.pk).update(state="closed", verdict="false_positive")
    case = open_case(rule={"id": "r-2"})
    seen = next(one for one in work(case) if (one.enricher, one.type) == ("sightings", "ip"))
    assert (seen.result, seen.summary.partition(" (")[0]) == ("not_listed", "in 1 case: 1 false positive")


def test_another_teams_cases_are_never_seen(open_case: OpenCase) -> None:
    theirs = open_case(source="green-siem")
    Case.objects.filter(pk=theirs.pk).update(state="closed", verdict="true_positive")
    seen = [one for one in work(open_case()) if one.enricher == "sightings"]
    assert {one.summary for one in seen} == {"in no other case"}


def test_reading_costs_one_query_however_many(open_case: OpenCase, django_assert_num_queries: Any) -> None:
    observables = [{"type": "ip", "value": f"203.0.113.{n}", "role": "source"} for n in range(40)]
    case = open_case(observables=observables)
    plan(case.pk)
    with django_assert_num_queries(1):
        assert len(read.of_case(case)) >= 80


def test_a_person_asks_again(case: Case, lina: PersonActor) -> None:
    work(case)
    assert request(actor=lina, ref=case.ref) == Lookup.objects.count()
    assert Lookup.objects.filter(state="waiting").count() == Lookup.objects.count()
    assert Journal.objects.filter(verb="lookup.asked").count() == 1


def test_who_may_not_ask_again(case: Case, mara: PersonActor, otto: PersonActor) -> None:
    with pytest.raises(NotAllowed):
        request(actor=mara, ref=case.ref)
    with pytest.raises(NotFound):
        request(actor=otto, ref=case.ref)


# ------------------------------------------------------------------ outside
@pytest.mark.parametrize(
    ("tlp", "pap", "asked"),
    [("clear", "clear", True), ("green", "amber", True), ("amber", "clear", False), ("red", "clear", False),
     ("amber_strict", "green", False), ("green", "red", False)],
)  # fmt: skip
def test_marking_decides_what_leaves_the_house(
    open_case: OpenCase, outside: Outside, tlp: str, pap: str, asked: bool
) -> None:
    shown = work(open_case(tlp=tlp, pap=pap))
    assert bool(outside.asked) is asked
    assert [one.result for one in shown] == (["not_listed"] if asked else ["limited"])
    if not asked:
        assert "stays in the house" in shown[0].summary


def test_the_strictest_alert_counts(open_case: OpenCase, outside: Outside) -> None:
    open_case(tlp="red", rule={"id": "r-1"})
    assert work(open_case(tlp="clear", pap="clear", rule={"id": "r-2"}))[0].result == "limited"


def test_a_used_up_quota_is_limited_and_tried_later(open_case: OpenCase, outside: Outside) -> None:
    outside.per_hour = 1
    observables = [{"type": "ip", "value": f"203.0.113.{n}", "role": "source"} for n in (1, 2)]
    shown = work(open_case(tlp="clear", pap="clear", observables=observables))
    assert len(outside.asked) == 1
    assert sorted(str(one.result) for one in shown) == ["limited", "not_listed"]
    late = next(one for one in shown if one.result == "limited")
    assert late.state == "waiting"
    assert "quota of 1" in late.summary
    later = Work.objects.get(kind="lookup.perform", subject=f"lookup:{late.id}")
    assert later.state == "waiting"
    assert later.run_after > later.created_at + timedelta(minutes=50)


def test_a_failure_is_an_error_and_never_not_listed(open_case: OpenCase, outside: Outside) -> None:
    outside.error = EnricherError("it answered 500")
    case = open_case(tlp="clear", pap="clear")
    shown = work(case)
    assert (shown[0].result, shown[0].summary, shown[0].state) == ("error", "it answered 500", "waiting")
    for _ in range(5):
        perform()
    assert read.of_case(case)[0].state == "failed"
    assert len(outside.asked) == 4


def test_five_failures_shut_it_and_one_probe_opens_it(open_case: OpenCase, outside: Outside) -> None:
    outside.error = EnricherError("it answered 500")
    observables = [{"type": "ip", "value": f"203.0.113.{n}", "role": "source"} for n in range(9)]
    case = open_case(tlp="clear", pap="clear", observables=observables)
    shown = work(case)
    assert len(outside.asked) == 5
    assert sum(one.result == "limited" for one in shown) == 4

    Supply.objects.update(open_until=Now() - timedelta(seconds=1))
    outside.error = None
    perform()  # the first one through is the probe; its success lets the others go
    assert Supply.objects.get(name="enricher:outside").failures == 0
    assert all(one.result == "not_listed" for one in read.of_case(case))


# ------------------------------------------------------------------ chips
def test_listed_and_known_infrastructure_are_two_chips(case: Case, tmp_path: Any) -> None:
    (tmp_path / "scanner.json").write_text(
        '{"name": "Scanner", "type": "cidr", "version": 20261101, "list": ["203.0.113.0/24"]}'
    )
    shown = next(one for one in work(case) if (one.enricher, one.type) == ("local_lists", "ip"))
    assert [(chip.text, chip.tone) for chip in shown.chips] == [("listed: level5", "bad"), ("scanner", "")]


def test_a_lookup_on_its_way_says_so(case: Case) -> None:
    plan(case.pk)
    assert {chip.text for one in read.of_case(case) for chip in one.chips} == {"looking up…"}
