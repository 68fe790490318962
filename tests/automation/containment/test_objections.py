"""What the worker looks at again before it sends: hash, rights, guard rails, time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.actors import PersonActor
from accounts.models import Membership
from automation.models import Action, Connector
from casebook.models import Asset, NetworkRange, Team

Ask = Callable[..., Action]
Run = Callable[[Action], Action]


def _stopped(action: Action, target: Any) -> str:
    assert action.state == "refused"
    assert target.count(action.target) == 0
    return action.outcome


def test_a_changed_target_voids_the_approval(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    connect(key_target)
    action = agreed()
    Action.objects.filter(pk=action.pk).update(target="24.9.9.9")
    assert "changed" in _stopped(run(action), key_target)


def test_a_connector_pointed_elsewhere_voids_the_approval(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    row = connect(key_target)
    action = agreed()
    row.settings = row.settings | {"url": key_target.url + "/elsewhere"}
    row.save()
    assert "changed" in _stopped(run(action), key_target)


@pytest.mark.parametrize("username", ["tomas", "tessa"])
def test_whoever_lost_the_right_stops_it(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, username: str
) -> None:
    connect(key_target)
    action = agreed()
    Membership.objects.filter(person__username=username).update(role="l1")
    assert username in _stopped(run(action), key_target)


def test_whoever_left_stops_it(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, tessa: PersonActor
) -> None:
    connect(key_target)
    action = agreed()
    tessa.person.is_active = False
    tessa.person.save()
    assert "tessa" in _stopped(run(action), key_target)


def test_a_range_that_became_ours_stops_it(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, blue: Team, address: str
) -> None:
    connect(key_target)
    action = agreed()
    NetworkRange.objects.create(team=blue, cidr=f"{address}/32", label="new office")
    assert "guard rail" in _stopped(run(action), key_target)


def test_an_asset_that_became_critical_needs_a_lead(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, blue: Team, address: str
) -> None:
    connect(key_target)
    action = agreed()
    Asset.objects.create(team=blue, kind="ip", name=address, critical=True)
    assert "lead" in _stopped(run(action), key_target)


def test_a_dry_run_sends_nothing_and_says_so(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    connect(key_target, dry_run=True)
    action = run(agreed())
    assert action.state == "failed"
    assert "dry run" in action.outcome
    assert key_target.count(action.target) == 0


def test_half_an_hour_without_a_worker_lapses(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    connect(key_target)
    action = agreed()
    Action.objects.filter(pk=action.pk).update(lapses_at=Now() - timedelta(seconds=1))
    assert run(action).state == "lapsed"
    assert key_target.count(action.target) == 0
