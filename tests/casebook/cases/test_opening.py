"""A phone call to the SOC becomes a case like any other."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from casebook.cases import opening
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case, Clock, Grouping, Observable, Work

pytestmark = pytest.mark.django_db


def test_it_has_what_an_alerts_case_has(lina):
    case = opening.open_by_hand(
        actor=lina,
        title="  A caller reports a strange mail ",
        severity="critical",
        techniques=["T1589.003"],
        observables=[("user", "EVE", "target"), ("ip", "203.0.113.007", "source"), ("user", "eve", "target")],
    )
    assert (case.title, case.severity_word, case.state, case.version) == (
        "A caller reports a strange mail", "critical", "new", 1,
    )  # fmt: skip
    assert case.playbook_version.playbook.slug == "T1589.003"
    assert "T1589.003" in case.playbook_why
    assert case.about
    assert Clock.objects.filter(case=case, state="running").count() >= 3
    assert set(Work.objects.filter(subject=f"case:{case.pk}").values_list("kind", flat=True)) >= {"lookups.plan"}
    assert not Grouping.objects.filter(case=case).exists()


def test_a_value_known_already_is_the_same_observable(case, lina):
    before = Observable.objects.count()
    opened = opening.open_by_hand(actor=lina, title="again", observables=[("user", "svc-backup", "target")])
    assert Observable.objects.count() == before
    assert opened.observable_links.get().observable.case_links.count() == 2


def test_without_a_technique_the_general_card(lina):
    assert opening.open_by_hand(actor=lina, title="x").playbook_version.playbook.slug == "general"


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"title": " "}, "title"), ({"severity": "worst"}, "severity"), ({"team": "green"}, "team"),
     ({"team": "nowhere"}, "team"), ({"observables": [("planet", "x", "related")]}, "observables.0"),
     ({"observables": [("ip", "1.2.3.4", "source"), ("ip", " ", "source")]}, "observables.1"),
     ({"observables": [("ip", "1.2.3.4", "bystander")]}, "observables.0")],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_opened(lina, asked, field):
    with pytest.raises(Invalid) as refused:
        opening.open_by_hand(actor=lina, **({"title": "x"} | asked))
    assert field in refused.value.errors
    assert not Case.objects.exists()


def test_who_works_no_cases_opens_none(mara, pia, adam, aude):
    for actor in (mara, pia, adam, aude):
        with pytest.raises(NotAllowed):
            opening.open_by_hand(actor=actor, title="x")


def test_of_two_teams_one_is_named(lina, green):
    Membership.objects.create(person=lina.person, team=green, role="l1")
    with pytest.raises(Invalid) as refused:
        opening.open_by_hand(actor=lina, title="x")
    assert "team" in refused.value.errors
    assert opening.open_by_hand(actor=lina, title="x", team="green").team == green
