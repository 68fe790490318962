"""Four eyes, and everything that must be refused before anybody sends anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from accounts.actors import PersonActor
from automation.containment import sweep
from automation.containment.approve import approve, refuse, renew, withdraw
from automation.containment.request import request
from automation.containment.resolve import resolve
from automation.containment.undo import undo
from automation.models import Action, Connector
from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Asset, Case, Journal, NetworkRange, Team, Work

Ask = Callable[..., Action]


@pytest.fixture(autouse=True)
def edge(key_target: Any, connect: Callable[..., Connector]) -> Connector:
    return connect(key_target)


def test_a_request_says_what_it_would_do(asked: Ask, case: Case, tomas: PersonActor, address: str) -> None:
    action = asked(expires_in="7d")
    assert (action.state, action.connector.slug, action.expires_in_s) == ("requested", "edge", 7 * 86400)
    assert all(rail["passed"] for rail in action.guard_rails)
    assert "1 address, nobody else seen behind it" in action.reach["lines"]
    assert action.lapses_at - action.requested_at == timedelta(minutes=30)
    entry = Journal.objects.get(verb="action.requested")
    assert (entry.case_id, entry.person_id) == (case.pk, tomas.person_id)
    assert entry.payload["what"] == f"block {address} at Edge"
    assert Work.objects.filter(kind="notify", subject=f"entry:{entry.id}").exists()


def test_asking_takes_an_unowned_case(asked: Ask, case: Case, tomas: PersonActor) -> None:
    asked()
    case.refresh_from_db()
    assert case.owner_id == tomas.person_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "isolate_host"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"target": " "}, "target"),
        ({"target": "x" * 300}, "target"),
        ({"target": "not-an-address"}, "target"),
        ({"connector": "nowhere"}, "connector"),
        ({"expires_in": "soon"}, "expires_in"),
        ({"expires_in": 5}, "expires_in"),
        ({"expires_in": "400d"}, "expires_in"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"kind": "reset_password", "target": "anna", "expires_in": "1h"}, "expires_in"),
    ],
)
def test_what_is_wrong_is_named(asked: Ask, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(**changes)
    assert field in refused.value.errors
    assert not Action.objects.exists()


def test_a_tripped_rail_is_refused_with_all_rails_and_on_record(asked: Ask, blue: Team, case: Case) -> None:
    NetworkRange.objects.create(team=blue, cidr="203.0.113.0/24", label="office")
    with pytest.raises(Invalid) as refused:
        asked(target="::ffff:203.0.113.9")
    rails = {rail["rail"]: rail["passed"] for rail in refused.value.extra["guard_rails"]}
    assert rails["not_corporate"] is False
    assert rails["not_too_wide"] is True
    assert "office" in refused.value.detail
    assert Journal.objects.get(verb="action.stopped").case_id == case.pk


def test_the_connectors_own_address_cannot_be_cut_off(asked: Ask, edge: Connector) -> None:
    edge.settings = {"url": "http://24.200.1.1:80", "mode": "key"}
    edge.save()
    with pytest.raises(Invalid, match="works with"):
        asked(target="24.200.1.0/24")


def test_the_same_twice_is_a_conflict_that_names_the_first(asked: Ask) -> None:
    first = asked()
    with pytest.raises(Conflict) as refused:
        asked()
    assert refused.value.extra["action"] == first.pk


@pytest.mark.parametrize("who", ["lina", "mara", "aude"])
def test_roles_that_may_not_ask(case: Case, who: str, request: pytest.FixtureRequest, address: str) -> None:
    from automation.containment import request as asking

    with pytest.raises(NotAllowed):
        asking.request(
            actor=request.getfixturevalue(who), ref=case.ref, kind="block_address", target=address, reason="because"
        )


def test_outsiders_know_nothing_of_it(asked: Ask, otto: PersonActor, case: Case, address: str) -> None:
    action = asked()
    for verb in (approve, renew, undo, withdraw):
        with pytest.raises(NotFound):
            verb(actor=otto, action_id=action.pk)
    with pytest.raises(NotFound):
        refuse(actor=otto, action_id=action.pk, reason="no no")
    with pytest.raises(NotFound):
        resolve(actor=otto, action_id=action.pk, to="failed", reason="no no")
    with pytest.raises(NotFound):
        request(actor=otto, ref=case.ref, kind="block_address", target=address, reason="because")


def test_another_teams_connector_does_not_exist(asked: Ask, connect: Callable[..., Connector], key_target: Any) -> None:
    connect(key_target, team="green", slug="theirs")
    with pytest.raises(Invalid) as refused:
        asked(connector="theirs")
    assert refused.value.errors["connector"] == ["one of: edge"]


# ------------------------------------------------------------------ agreeing
def test_somebody_else_agrees(asked: Ask, tessa: PersonActor) -> None:
    action = approve(actor=tessa, action_id=asked().pk)
    assert (action.state, action.approved_by_id) == ("approved", tessa.person_id)
    assert len(action.approval_hash) == 64
    assert Work.objects.filter(kind="action.apply", subject=f"action:{action.pk}").count() == 1


def test_the_one_who_asks_cannot_agree_not_even_by_token(asked: Ask, tomas: PersonActor) -> None:
    action = asked()
    for actor in (tomas, PersonActor(tomas.person, token_id=7, scopes=frozenset({"api"}))):
        with pytest.raises(NotAllowed, match="somebody else"):
            approve(actor=actor, action_id=action.pk)
    assert Journal.objects.filter(verb="action.stopped").count() == 2


def test_the_database_says_so_too(asked: Ask, tomas: PersonActor) -> None:
    action = asked()
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(approved_by_id=tomas.person_id)
    with pytest.raises(IntegrityError, match="nothing_is_applied_without_approval"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(state="approved")
    names = ", ".join(field.column for field in Action._meta.concrete_fields if field.column != "id")
    copy = f"insert into automation_action ({names}) select {names} from automation_action"
    with pytest.raises(IntegrityError, match="one_open_action_per_target"), transaction.atomic():
        connection.cursor().execute(copy)


@pytest.mark.parametrize("who", ["lina", "mara", "aude"])
def test_roles_that_may_not_agree(asked: Ask, who: str, request: pytest.FixtureRequest) -> None:
    action = asked()
    with pytest.raises(NotAllowed):
        approve(actor=request.getfixturevalue(who), action_id=action.pk)


def test_agreeing_twice_is_a_conflict(asked: Ask, tessa: PersonActor, lea: PersonActor) -> None:
    action = approve(actor=tessa, action_id=asked().pk)
    with pytest.raises(WrongState) as refused:
        approve(actor=lea, action_id=action.pk)
    assert refused.value.extra["approved_by"] == "tessa"


def test_what_changed_under_the_eyes_is_not_agreed_to(asked: Ask, tessa: PersonActor) -> None:
    action = asked()
    with pytest.raises(Conflict, match="no longer"):
        approve(actor=tessa, action_id=action.pk, seen="0" * 64)


def test_a_critical_asset_needs_a_lead(
    asked: Ask, blue: Team, tessa: PersonActor, lea: PersonActor, address: str
) -> None:
    Asset.objects.create(team=blue, kind="ip", name=address, label="shop", critical=True)
    action = asked()
    assert action.critical
    with pytest.raises(NotAllowed, match="lead"):
        approve(actor=tessa, action_id=action.pk)
    assert approve(actor=lea, action_id=action.pk).state == "approved"


def test_an_asset_that_became_protected_meanwhile(asked: Ask, blue: Team, tessa: PersonActor, address: str) -> None:
    action = asked()
    Asset.objects.create(team=blue, kind="ip", name=address, label="resolver", protected=True)
    with pytest.raises(Invalid, match="protected"):
        approve(actor=tessa, action_id=action.pk)


def test_over_the_hourly_limit_a_lead_lifts_the_brake(
    asked: Ask, settings: Any, tessa: PersonActor, lea: PersonActor
) -> None:
    settings.AUTOMATION = {"BLOCKS_PER_HOUR": 1}
    first = asked()
    second = asked(target="24.255.1.1")
    approve(actor=tessa, action_id=first.pk)
    with pytest.raises(NotAllowed, match="lead"):
        approve(actor=tessa, action_id=second.pk)
    assert approve(actor=lea, action_id=second.pk).critical


def test_a_request_that_lapsed_a_moment_ago_is_not_agreed_to(asked: Ask, tessa: PersonActor) -> None:
    action = asked()
    Action.objects.filter(pk=action.pk).update(lapses_at=Now() - timedelta(seconds=1))
    with pytest.raises(WrongState, match="within the time"):
        approve(actor=tessa, action_id=action.pk)


# ------------------------------------------------------------------ refusing, withdrawing, lapsing
def test_refusing_needs_a_reason_and_another_person(asked: Ask, tomas: PersonActor, tessa: PersonActor) -> None:
    action = asked()
    with pytest.raises(NotAllowed, match="withdraw"):
        refuse(actor=tomas, action_id=action.pk, reason="changed my mind")
    with pytest.raises(Invalid):
        refuse(actor=tessa, action_id=action.pk, reason="")
    action = refuse(actor=tessa, action_id=action.pk, reason="it is our scanner")
    assert (action.state, action.outcome, action.ended_at is not None) == ("refused", "it is our scanner", True)


def test_only_the_requester_withdraws(asked: Ask, tomas: PersonActor, tessa: PersonActor) -> None:
    action = asked()
    with pytest.raises(NotAllowed):
        withdraw(actor=tessa, action_id=action.pk)
    assert withdraw(actor=tomas, action_id=action.pk).state == "withdrawn"
    assert asked().state == "requested"  # the target is free again


def test_lapsed_and_renewed_by_somebody_else_who_then_cannot_agree(
    asked: Ask, tomas: PersonActor, tessa: PersonActor, case: Case
) -> None:
    action = asked()
    Action.objects.filter(pk=action.pk).update(lapses_at=Now() - timedelta(seconds=1))
    assert sweep.sweep() == 1
    action = renew(actor=tessa, action_id=action.pk)
    assert (action.state, action.requested_by_id, action.ended_at) == ("requested", tessa.person_id, None)
    with pytest.raises(NotAllowed):
        approve(actor=tessa, action_id=action.pk)
    assert approve(actor=tomas, action_id=action.pk).state == "approved"


def test_renewing_what_was_asked_for_anew_meanwhile(asked: Ask, tomas: PersonActor) -> None:
    action = asked()
    Action.objects.filter(pk=action.pk).update(lapses_at=Now() - timedelta(seconds=1))
    sweep.sweep()
    asked()
    with pytest.raises(Conflict):
        renew(actor=tomas, action_id=action.pk)


def test_a_closed_case_takes_no_new_action_but_lets_go_of_old_ones(
    asked: Ask, case: Case, tomas: PersonActor, tessa: PersonActor, run: Callable[[Action], Action]
) -> None:
    action = run(approve(actor=tessa, action_id=asked().pk))
    Case.objects.filter(pk=case.pk).update(state="closed", verdict="true_positive")
    with pytest.raises(WrongState, match="closed"):
        asked(target="24.255.2.2")
    undo(actor=tomas, action_id=action.pk)
    assert "(after close)" in Journal.objects.get(verb="action.undo_asked").payload["what"]
    assert run(action).state == "undone"
