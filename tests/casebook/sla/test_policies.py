"""The default policy covers everything, and memory follows the config epoch."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from casebook.models import Installation, SlaPolicy, SlaTarget
from casebook.models.choices import Severity
from casebook.sla import policies
from casebook.sla.measures import CLOCKED, opened_by

pytestmark = pytest.mark.django_db


def test_every_severity_has_every_target_and_worse_ones_are_shorter() -> None:
    table = policies.current()
    for measure in CLOCKED:
        targets = [table.target(severity, measure).target_s for severity in Severity.values]
        assert targets == sorted(targets, reverse=True)
        assert len(set(targets)) == len(targets)


def test_the_parts_fit_into_the_whole() -> None:
    table = policies.current()
    for severity in Severity.values:
        seconds = {measure: table.target(severity, measure).target_s for measure in CLOCKED}
        assert seconds["time_to_acknowledge"] <= seconds["time_to_qualify"]
        assert seconds["time_to_qualify"] + seconds["time_to_accept"] <= seconds["time_to_contain"]
        assert seconds["time_to_contain"] <= seconds["time_to_resolve"]


def test_a_plan_comes_from_memory() -> None:
    policies.current()
    with CaptureQueriesContext(connection) as queries:
        planned = policies.plan(Severity.CRITICAL)
    assert len(queries) == 0
    assert [measure for measure, _, _ in planned] == list(opened_by("received"))
    assert {policy for _, policy, _ in planned} == {SlaPolicy.objects.get(default=True).pk}


def test_a_newer_epoch_is_read_again() -> None:
    before = policies.current()
    SlaTarget.objects.filter(measure="time_to_resolve", severity=Severity.HIGH).update(target_s=60)
    assert policies.current() is before
    Installation.objects.update(config_epoch=F("config_epoch") + 1)
    assert policies.current().target(Severity.HIGH, "time_to_resolve").target_s == 60
